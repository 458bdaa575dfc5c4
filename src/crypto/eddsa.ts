/**
 * EdDSA over Baby Jubjub with Poseidon as the challenge hash, bit by bit as circomlibjs signs.
 *
 * A signature (R8, S) of the message m by the key A holds if S·B8 = R8 + h·8A with
 * h = Poseidon(R8.x, R8.y, A.x, A.y, m). `circuits/lib/eddsa.circom` states the same rules.
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

/** The length of the secret that a key is made from. */
export const SIGNING_SEED_BYTES = 32;

/** A private key. Keep it secret: either part is enough to sign or to recover the key. */
export interface SigningKey {
  /** Pruned as in EdDSA: bit 254 is its highest, and 8 divides it. A = (scalar / 8) · BASE8. */
  readonly scalar: bigint;
  /** What makes nonces unpredictable, 32 bytes. */
  readonly nonceKey: Uint8Array;
}

export interface Signature {
  readonly r8: Point;
  /** Below the order of the subgroup. */
  readonly s: bigint;
}

/**
 * Derives a key from 32 secret bytes as circomlibjs does: the halves of BLAKE-512(seed).
 *
 * @throws SIGNING_SEED_LENGTH
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

/** The point that signatures by `key` are verified against; it lies in the subgroup. */
export function publicKey(key: SigningKey): Point {
  return multiplyBase(key.scalar / COFACTOR);
}

/** How accounts name a key: `Poseidon(x, y)`. */
export function hashPublicKey({ x, y }: Point): bigint {
  return poseidon([x, y]);
}

/** What takes the time of signing; src/kernel has faster ones than the reference. */
export interface SigningArithmetic {
  /** Multiples of BASE8. @param scalars - Each below 2^252. */
  readonly multiplyBase: (scalars: readonly [bigint, bigint]) => readonly [Point, Point];
  readonly poseidon: (inputs: readonly bigint[]) => bigint;
}

const REFERENCE: SigningArithmetic = {
  multiplyBase: ([one, other]) => [multiplyBase(one), multiplyBase(other)],
  poseidon,
};

/**
 * Signs a field element. The nonce is a hash of key and message: same input, same signature.
 *
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
 * Whether `signature` is one of `message` by `key`. Never throws, whatever the numbers are.
 *
 * Strict: the message is a field element, `key` and R8 are canonical points of the curve, the key
 * is not of small order, and S is below the order of the subgroup, so a third party cannot turn a
 * signature into another one. The equation then forces R8 into the subgroup.
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
