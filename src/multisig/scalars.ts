/**
 * Arithmetic mod l, the order of the subgroup of keys, and the hashes into it.
 *
 * On JavaScript's bigints nothing here is constant-time: time and memory depend on the secrets. Run
 * it where nobody can measure a member's process.
 */
import { sha512 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { SUBGROUP_ORDER } from "../crypto/baby-jubjub.ts";
import { integerFromBytes, integerToBytes } from "../util/bytes.ts";

/** Length of a scalar, big-endian. */
export const SCALAR_BYTES = 32;

/** Separates these hashes from all others; changes with every rule of what is hashed. */
const CONTEXT = "hardhat-zkrollup/multisig/BABYJUBJUB-SHA512-v1/";

/** Reduces any integer mod l. */
export function toScalar(value: bigint): bigint {
  const remainder = value % SUBGROUP_ORDER;
  return remainder < 0n ? remainder + SUBGROUP_ORDER : remainder;
}

/** Inverts mod l, by Fermat: a^(l-2). The inverse of 0 is 0; no caller inverts it. */
export function invertScalar(value: bigint): bigint {
  let result = 1n;
  let square = toScalar(value);
  for (let rest = SUBGROUP_ORDER - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % SUBGROUP_ORDER;
    square = (square * square) % SUBGROUP_ORDER;
  }
  return result;
}

/** Encodes a scalar as 32 big-endian bytes. */
export function scalarToBytes(scalar: bigint): Uint8Array {
  return integerToBytes(scalar, SCALAR_BYTES);
}

/**
 * Hashes bytes with SHA-512.
 *
 * @param label - ASCII; what the hash is for. A zero byte ends it, so labels cannot run into data.
 * @param parts - Each of a length that the label implies, except one: so no two lists collide.
 * @returns 64 bytes.
 */
export function hashBytes(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha512(concatBytes(utf8ToBytes(CONTEXT + label), Uint8Array.of(0), ...parts));
}

/**
 * Hashes to a scalar: 512 bits mod a prime of 251 bits, so the bias is below 2^-260.
 *
 * SHA-512 and not Poseidon: no circuit sees these hashes, inputs are bytes of any length, and the
 * proofs of MuSig2 and FROST want a random oracle, which is what SHA-512 is studied as.
 */
export function hashToScalar(label: string, ...parts: readonly Uint8Array[]): bigint {
  return integerFromBytes(hashBytes(label, ...parts)) % SUBGROUP_ORDER;
}

/** Evaluates a polynomial mod l by Horner's rule. @param coefficients - The constant first. */
export function evaluatePolynomial(coefficients: readonly bigint[], at: bigint): bigint {
  return coefficients.reduceRight((value, coefficient) => toScalar(value * at + coefficient), 0n);
}

/**
 * Computes the Lagrange coefficient of a member: the weight of its value in the polynomial's value
 * at `at`.
 *
 * @param ids - Distinct and not zero; `id` is one of them.
 * @see https://www.rfc-editor.org/rfc/rfc9591#section-4.2
 */
export function lagrangeCoefficient(ids: readonly number[], id: number, at = 0): bigint {
  let numerator = 1n;
  let denominator = 1n;
  for (const other of ids) {
    if (other === id) continue;
    numerator = toScalar(numerator * BigInt(at - other));
    denominator = toScalar(denominator * BigInt(id - other));
  }
  return toScalar(numerator * invertScalar(denominator));
}
