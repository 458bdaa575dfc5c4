/** Shares of a key by a trusted dealer, as in appendix C of RFC 9591. */
import { randomBytes } from "@noble/hashes/utils.js";
import { COFACTOR, multiplyBase } from "../crypto/baby-jubjub.ts";
import { createSigningKey } from "../crypto/eddsa.ts";
import { assert } from "../util/errors.ts";
import { integerFromBytes } from "../util/bytes.ts";
import { assertSize, createFrostGroup } from "./group.ts";
import { MultisigMember } from "./member.ts";
import { evaluatePolynomial, toScalar } from "./scalars.ts";

/** 512 bits, so that reducing them mod l leaves no bias to speak of. */
const WIDE_BYTES = 64;

/** Returns a fresh scalar in [1, l). */
export function randomScalar(): bigint {
  const scalar = toScalar(integerFromBytes(randomBytes(WIDE_BYTES)));
  assert(scalar !== 0n, "the source of randomness works");
  return scalar;
}

/** Returns the coefficients of a random polynomial, the constant first. */
export function randomPolynomial(constant: bigint, threshold: number): bigint[] {
  return [constant, ...Array.from({ length: threshold - 1 }, randomScalar)];
}

/** What a dealer chooses. */
export interface DealerOptions {
  /** Number of signers that a signature needs, from 2 on. */
  readonly threshold: number;
  /** Number of members, up to 64. */
  readonly members: number;
  /**
   * Seed of the key to share, 32 secret bytes as of `RollupSigner.fromSeed`: an account with that
   * key then belongs to the group at once. Destroy it. Default: a fresh key that nobody knows.
   */
  readonly seed?: Uint8Array;
}

/**
 * Creates a FROST group by a dealer, who knows the key and has to be trusted to forget it. Without
 * such a person, use {@link KeyGeneration}.
 *
 * @param options - Threshold, number of members, and the key.
 * @returns The members: give each its secret over a confidential channel.
 * @throws MULTISIG_SIZE_INVALID, SIGNING_SEED_LENGTH
 * @see https://www.rfc-editor.org/rfc/rfc9591#appendix-C
 *
 * @example
 * const seed = new Uint8Array(32).fill(7);
 * const members = dealFrostShares({ threshold: 3, members: 5, seed });
 * members.length; // 5
 * members[0].group.pubKeyHash === RollupSigner.fromSeed(seed).pubKeyHash; // true
 * dealFrostShares({ threshold: 6, members: 5 }); // throws MULTISIG_SIZE_INVALID
 */
export function dealFrostShares({ threshold, members, seed }: DealerOptions): MultisigMember[] {
  assertSize(threshold, members);
  const key = seed === undefined ? randomScalar() : createSigningKey(seed).scalar / COFACTOR;
  return sharePolynomial(randomPolynomial(toScalar(key), threshold), members);
}

/** Shares the value of a polynomial at 0. @param coefficients - The constant first. */
export function sharePolynomial(
  coefficients: readonly bigint[],
  members: number,
): MultisigMember[] {
  const secrets = Array.from({ length: members }, (_, index) =>
    evaluatePolynomial(coefficients, BigInt(index + 1)),
  );
  const group = createFrostGroup(coefficients.length, secrets.map(multiplyBase));
  return secrets.map((secret, index) => new MultisigMember(group, index + 1, secret));
}
