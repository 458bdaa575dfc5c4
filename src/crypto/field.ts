/**
 * The scalar field of BN254, the field of all circuit signals.
 *
 * Elements are bigints in [0, r). The arithmetic assumes that and does not check it: call
 * {@link assertFieldElement} on a value from outside.
 */

import { cryptoError } from "./errors.ts";

/** The order r of the BN254 groups, a 254-bit prime. */
export const FIELD_MODULUS =
  21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Bits of r. Not every integer of 254 bits is an element. */
export const FIELD_BITS = 254;

/** Bytes of an element on the wire and in the EVM. */
export const FIELD_BYTES = 32;

/** Returns whether `value` is in [0, r). */
export function isFieldElement(value: bigint): boolean {
  return value >= 0n && value < FIELD_MODULUS;
}

/** Checks that `value` is in [0, r). @throws FIELD_ELEMENT_OUT_OF_RANGE */
export function assertFieldElement(value: bigint): void {
  if (!isFieldElement(value)) throw cryptoError({ code: "FIELD_ELEMENT_OUT_OF_RANGE", value });
}

/** Reduces any integer, negative ones included, to its element. */
export function reduce(value: bigint): bigint {
  const remainder = value % FIELD_MODULUS;
  return remainder < 0n ? remainder + FIELD_MODULUS : remainder;
}

export function add(a: bigint, b: bigint): bigint {
  const sum = a + b;
  return sum >= FIELD_MODULUS ? sum - FIELD_MODULUS : sum;
}

export function subtract(a: bigint, b: bigint): bigint {
  return a >= b ? a - b : a - b + FIELD_MODULUS;
}

export function negate(a: bigint): bigint {
  return a === 0n ? 0n : FIELD_MODULUS - a;
}

export function multiply(a: bigint, b: bigint): bigint {
  return (a * b) % FIELD_MODULUS;
}

/** Raises `base` to a non-negative integer. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/**
 * Returns the multiplicative inverse, by the extended Euclidean algorithm.
 *
 * @throws DIVISION_BY_ZERO if `a` is 0.
 */
export function invert(a: bigint): bigint {
  if (a === 0n) throw cryptoError({ code: "DIVISION_BY_ZERO" });
  let [remainder, nextRemainder] = [FIELD_MODULUS, a];
  let [coefficient, nextCoefficient] = [0n, 1n];
  while (nextRemainder !== 0n) {
    const quotient = remainder / nextRemainder;
    [remainder, nextRemainder] = [nextRemainder, remainder - quotient * nextRemainder];
    [coefficient, nextCoefficient] = [nextCoefficient, coefficient - quotient * nextCoefficient];
  }
  return coefficient < 0n ? coefficient + FIELD_MODULUS : coefficient;
}

// Parameters of Tonelli–Shanks: r - 1 = 2^28 · ODD_PART, and 5 is not a square mod r.
const TWO_ADICITY = 28;
const ODD_PART = (FIELD_MODULUS - 1n) >> BigInt(TWO_ADICITY);
const ROOT_OF_UNITY = power(5n, ODD_PART);

/**
 * Returns a square root, by Tonelli–Shanks.
 *
 * @returns The smaller of both roots, or undefined if `a` is not a square.
 */
export function squareRoot(a: bigint): bigint | undefined {
  if (a === 0n) return 0n;
  if (power(a, (FIELD_MODULUS - 1n) / 2n) !== 1n) return undefined;
  let root = power(a, (ODD_PART + 1n) / 2n);
  let error = power(a, ODD_PART); // root² = a · error, and error has order 2^k with k < level
  let generator = ROOT_OF_UNITY;
  let level = TWO_ADICITY;
  while (error !== 1n) {
    let order = 0;
    for (let square = error; square !== 1n; order++) square = multiply(square, square);
    const factor = power(generator, 1n << BigInt(level - order - 1));
    generator = multiply(factor, factor);
    level = order;
    root = multiply(root, factor);
    error = multiply(error, generator);
  }
  return root <= negate(root) ? root : negate(root);
}

/**
 * Reads big-endian bytes of any length as an integer and reduces it mod r.
 *
 * Not injective: use {@link fieldFromBytes} for data that must have a unique encoding.
 */
export function toField(bytes: Uint8Array): bigint {
  return integerFromBytes(bytes) % FIELD_MODULUS;
}

/** Encodes an element as 32 big-endian bytes. @throws FIELD_ELEMENT_OUT_OF_RANGE */
export function fieldToBytes(value: bigint): Uint8Array {
  assertFieldElement(value);
  const hex = value.toString(16).padStart(2 * FIELD_BYTES, "0");
  return Uint8Array.from({ length: FIELD_BYTES }, (_, i) =>
    parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

/**
 * Decodes exactly 32 big-endian bytes; the encoding must be canonical.
 *
 * @throws FIELD_BYTES_LENGTH, FIELD_ELEMENT_OUT_OF_RANGE
 */
export function fieldFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length !== FIELD_BYTES) {
    throw cryptoError({ code: "FIELD_BYTES_LENGTH", length: bytes.length, expected: FIELD_BYTES });
  }
  const value = integerFromBytes(bytes);
  assertFieldElement(value);
  return value;
}

function integerFromBytes(bytes: Uint8Array): bigint {
  let hex = "0";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return BigInt(`0x${hex}`);
}
