/**
 * EdDSA for everybody who signs or verifies much: on the kernel, or on the reference where the
 * kernel is not supported. The answers are those of src/crypto/eddsa.ts.
 */

import { COFACTOR } from "../crypto/baby-jubjub.ts";
import type { Point } from "../crypto/baby-jubjub.ts";
import {
  publicKey as publicKeyByReference,
  type Signature,
  type SigningKey,
  sign as signByReference,
  verify as verifyByReference,
} from "../crypto/eddsa.ts";
import { createEddsaKernel, type EddsaKernel, type SignedMessage } from "./eddsa.ts";
import { poseidon } from "./hash.ts";
import { isKernelSupported } from "./instance.ts";

/** A way to sign and to verify. */
export interface SignatureScheme {
  publicKey(key: SigningKey): Point;
  sign(key: SigningKey, message: bigint): Signature;
  verify(signed: SignedMessage): boolean;
  /** Whether each is valid, faster than one by one. */
  verifyMany(signed: readonly SignedMessage[]): boolean[];
}

/** @param supported - Whether there is a kernel; by default it is tried. */
export function createSignatureScheme(supported = isKernelSupported()): SignatureScheme {
  if (supported) return onKernel(createEddsaKernel());
  const verify = ({ key, message, signature }: SignedMessage) =>
    verifyByReference(key, message, signature);
  return {
    publicKey: publicKeyByReference,
    sign: signByReference,
    verify,
    verifyMany: (signed) => signed.map(verify),
  };
}

function onKernel({ multiplyBase, verify, verifyBatch }: EddsaKernel): SignatureScheme {
  const arithmetic = { multiplyBase, poseidon };
  return {
    publicKey: ({ scalar }) => multiplyBase([scalar / COFACTOR, 0n])[0],
    sign: (key, message) => signByReference(key, message, arithmetic),
    verify: ({ key, message, signature }) => verify(key, message, signature),
    verifyMany: verifyBatch,
  };
}

let scheme: SignatureScheme | undefined;

/** Whether a signature is valid, as `verify` of src/crypto defines it. */
export function verify(key: Point, message: bigint, signature: Signature): boolean {
  return (scheme ??= createSignatureScheme()).verify({ key, message, signature });
}

/** Whether each signature is valid; faster than one by one. */
export function verifyMany(signed: readonly SignedMessage[]): boolean[] {
  return (scheme ??= createSignatureScheme()).verifyMany(signed);
}

/** The point that signatures by `key` are verified against. */
export function publicKey(key: SigningKey): Point {
  return (scheme ??= createSignatureScheme()).publicKey(key);
}

/** Signs as `sign` of src/crypto does. @throws FIELD_ELEMENT_OUT_OF_RANGE */
export function sign(key: SigningKey, message: bigint): Signature {
  return (scheme ??= createSignatureScheme()).sign(key, message);
}

/** Hashes of keys that have been hashed, as long as the keys are around. */
const keyHashes = new WeakMap<Point, bigint>();

/** How accounts name a key: `Poseidon(x, y)`. Remembered, because every rule asks for it again. */
export function hashPublicKey(key: Point): bigint {
  let hash = keyHashes.get(key);
  if (hash === undefined) {
    hash = poseidon([key.x, key.y]);
    keyHashes.set(key, hash);
  }
  return hash;
}

/** As {@link hashPublicKey}, for keys whose coordinates are in the field, and many at once. */
export async function hashPublicKeys(
  keys: readonly Point[],
  hashMany: (lists: readonly (readonly bigint[])[]) => Promise<bigint[]>,
): Promise<void> {
  const unknown = keys.filter((key) => !keyHashes.has(key));
  const hashes = await hashMany(unknown.map(({ x, y }) => [x, y]));
  for (const [index, key] of unknown.entries()) keyHashes.set(key, hashes[index]!);
}
