/**
 * EdDSA for all callers: on the kernel, or on the reference where the kernel is not supported. The
 * results equal those of src/crypto/eddsa.ts.
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

/** An implementation of EdDSA. */
export interface SignatureScheme {
  publicKey(key: SigningKey): Point;
  sign(key: SigningKey, message: bigint): Signature;
  verify(signed: SignedMessage): boolean;
  /** Returns whether each signature is valid; faster than one by one. */
  verifyMany(signed: readonly SignedMessage[]): boolean[];
}

/** Creates a scheme. @param supported - Whether to use the kernel; default: if it works here. */
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

/**
 * Returns whether a signature is valid, as `verify` of src/crypto does. Never throws.
 *
 * @param key - The public key, any pair of integers.
 * @param message - Any integer; one outside the field has no valid signature.
 */
export function verify(key: Point, message: bigint, signature: Signature): boolean {
  return (scheme ??= createSignatureScheme()).verify({ key, message, signature });
}

/** Returns whether each signature is valid; faster than one by one. */
export function verifyMany(signed: readonly SignedMessage[]): boolean[] {
  return (scheme ??= createSignatureScheme()).verifyMany(signed);
}

/** Returns the public key, a point of the subgroup. */
export function publicKey(key: SigningKey): Point {
  return (scheme ??= createSignatureScheme()).publicKey(key);
}

/**
 * Signs a field element, as `sign` of src/crypto does.
 *
 * @param message - A field element, usually a Poseidon hash.
 * @throws FIELD_ELEMENT_OUT_OF_RANGE
 *
 * @example
 * const key = createSigningKey(new Uint8Array(32));
 * verify(publicKey(key), 7n, sign(key, 7n)); // true
 */
export function sign(key: SigningKey, message: bigint): Signature {
  return (scheme ??= createSignatureScheme()).sign(key, message);
}

/** Maximum number of remembered hashes, so that strangers' keys take a bounded memory. */
const KEY_HASHES_MAX = 16_384;
/** Hashes of the latest keys by x, the oldest first: an account signs with one key many times. */
const keyHashes = new Map<bigint, { readonly y: bigint; readonly hash: bigint }>();

/** Returns `Poseidon(x, y)`, by which an account names its key. Remembers the latest ones. */
export function hashPublicKey({ x, y }: Point): bigint {
  const known = keyHashes.get(x);
  if (known?.y === y) return known.hash;
  const hash = poseidon([x, y]);
  keyHashes.delete(x);
  keyHashes.set(x, { y, hash });
  if (keyHashes.size > KEY_HASHES_MAX) keyHashes.delete(keyHashes.keys().next().value!);
  return hash;
}
