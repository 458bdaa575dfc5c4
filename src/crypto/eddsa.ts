/**
 * EdDSA over Baby Jubjub with Poseidon as the challenge hash, signing exactly as circomlibjs does.
 *
 * A signature (R8, S) of the message m by the key A is valid if S·B8 = R8 + h·8A with
 * h = Poseidon(R8.x, R8.y, A.x, A.y, m). `circuits/lib/eddsa.circom` states the same rules, except
 * S < l: a proof shows that some S satisfies the equation, and then S mod l does.
 */

import { blake512 } from "@noble/hashes/blake1.js";
import {
  COFACTOR,
  IDENTITY,
  SUBGROUP_ORDER,
  addPoints,
  isOnCurve,
  isSamePoint,
  multiplyBase,
  multiplyPoint,
} from "./baby-jubjub.ts";
import type { Point } from "./baby-jubjub.ts";
import { cryptoError } from "./errors.ts";
import { fieldToBytes, isFieldElement } from "./field.ts";
import { poseidon } from "./poseidon.ts";

/** Length of the secret seed of a signing key. */
export const SIGNING_SEED_BYTES = 32;

/** A private key. Both parts are secret: the scalar signs, and the nonce key reveals the scalar. */
export interface SigningKey {
  /** Pruned as in EdDSA: a multiple of 8 with bit 254 as highest. A = (scalar / 8) · BASE8. */
  readonly scalar: bigint;
  /** Secret input of the nonce hash, 32 bytes. */
  readonly nonceKey: Uint8Array;
}

/** An EdDSA signature (R8, S). */
export interface Signature {
  /** The nonce's multiple of {@link BASE8}. */
  readonly r8: Point;
  /** In [0, {@link SUBGROUP_ORDER}). */
  readonly s: bigint;
}

/**
 * Derives a signing key from a secret seed as circomlibjs does: from the halves of BLAKE-512(seed).
 *
 * @param seed - 32 secret random bytes.
 * @returns The key, which is as secret as the seed.
 * @throws SIGNING_SEED_LENGTH
 *
 * @example
 * const seed = new Uint8Array(32).fill(7);
 * const { pubKeyHash } = new RollupSigner(createSigningKey(seed));
 * pubKeyHash === RollupSigner.fromSeed(seed).pubKeyHash; // true
 * createSigningKey(new Uint8Array(31)); // throws SIGNING_SEED_LENGTH
 */
export function createSigningKey(seed: Uint8Array): SigningKey {
  if (seed.length !== SIGNING_SEED_BYTES) {
    throw cryptoError({
      code: "SIGNING_SEED_LENGTH",
      length: seed.length,
      expected: SIGNING_SEED_BYTES,
    });
  }
  const digest = blake512(seed);
  const pruned = digest.slice(0, 32);
  pruned[0]! &= 0xf8; // a multiple of the cofactor
  pruned[31]! &= 0x7f; // of fixed length: bit 254 is the highest
  pruned[31]! |= 0x40;
  return { scalar: integerFromLittleEndian(pruned), nonceKey: digest.slice(32) };
}

/** Returns the public key, a point of the subgroup. */
export function publicKey(key: SigningKey): Point {
  return multiplyBase(key.scalar / COFACTOR);
}

/** Returns `Poseidon(x, y)`, by which an account names its signing key. */
export function hashPublicKey({ x, y }: Point): bigint {
  return poseidon([x, y]);
}

/** The slow parts of signing, so that src/kernel can replace the reference. */
export interface SigningArithmetic {
  /** Returns two multiples of BASE8. @param scalars - Each in [0, 2^252). */
  readonly multiplyBase: (scalars: readonly [bigint, bigint]) => readonly [Point, Point];
  readonly poseidon: (inputs: readonly bigint[]) => bigint;
}

const REFERENCE: SigningArithmetic = {
  multiplyBase: ([one, other]) => [multiplyBase(one), multiplyBase(other)],
  poseidon,
};

/**
 * Signs a field element. The nonce is a hash of key and message, so signing is deterministic.
 *
 * @param message - A field element, usually a Poseidon hash.
 * @param arithmetic - The reference by default.
 * @throws FIELD_ELEMENT_OUT_OF_RANGE
 */
export function sign(key: SigningKey, message: bigint, arithmetic = REFERENCE): Signature {
  const nonceInput = new Uint8Array([...key.nonceKey, ...fieldToBytes(message).reverse()]);
  const nonce = integerFromLittleEndian(blake512(nonceInput)) % SUBGROUP_ORDER;
  const [r8, a] = arithmetic.multiplyBase([nonce, key.scalar / COFACTOR]);
  const h = arithmetic.poseidon([r8.x, r8.y, a.x, a.y, message]);
  return { r8, s: (nonce + h * key.scalar) % SUBGROUP_ORDER };
}

/**
 * Returns whether `signature` is a valid signature of `message` by `key`. Never throws.
 *
 * Strict: the message is a field element, `key` and R8 are canonical points of the curve, the key
 * is not of small order, and S is below the order of the subgroup, so a third party cannot turn a
 * signature into another one. The equation then forces R8 into the subgroup.
 *
 * @param key - The public key, any pair of integers.
 * @param message - Any integer.
 */
export function verify(key: Point, message: bigint, signature: Signature): boolean {
  const { r8, s } = signature;
  if (!isFieldElement(message) || !isOnCurve(key) || !isOnCurve(r8)) return false;
  if (s < 0n || s >= SUBGROUP_ORDER) return false;
  const key8 = multiplyPoint(key, COFACTOR);
  if (isSamePoint(key8, IDENTITY)) return false;
  const expected = addPoints(r8, multiplyPoint(key8, challenge(r8, key, message)));
  return isSamePoint(multiplyBase(s), expected);
}

function challenge(r8: Point, key: Point, message: bigint): bigint {
  return poseidon([r8.x, r8.y, key.x, key.y, message]);
}

function integerFromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}
