/**
 * BN254 in the file formats: 32-byte little-endian elements, points in Montgomery form.
 */

import { primeNameOf, type PrimeName, PRIMES } from "../../crypto/primes.ts";
import { integerFromBytes } from "../../util/bytes.ts";
import { dataView } from "./binary-file.ts";
import { groth16Error } from "../errors.ts";

/** The prime q of the curve. Circuits count modulo r, the order of the groups. */
export const BASE_FIELD_MODULUS =
  21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** The length of an element of either field in a file. */
export const ELEMENT_BYTES = 32;
export const G1_BYTES = 2 * ELEMENT_BYTES;
export const G2_BYTES = 4 * ELEMENT_BYTES;

/** Exponent of 2 in r - 1: the largest domain of roots of unity has 2^28 elements. */
export const TWO_ADICITY = 28;

/** The factor of Montgomery form: x is stored as x · 2^256. Its inverse modulo q. */
const MONTGOMERY_INVERSE =
  20988524275117001072002809824448087578619730785600314334253784976379291040311n;

const WORD_BITS = 64n;

/** Reads the integer in the bytes at `offset`; `length` is a multiple of 8. */
export function readElement(bytes: Uint8Array, offset: number, length = ELEMENT_BYTES): bigint {
  return readWords(dataView(bytes), offset, length);
}

function readWords(view: DataView, offset: number, length: number): bigint {
  let value = 0n;
  for (let end = offset + length; end > offset; end -= 8) {
    const word = view.getBigUint64(end - 8, true);
    // Most values of a witness are either full-size or small: a shift of 0 is left out.
    value = value === 0n ? word : (value << WORD_BITS) | word;
  }
  return value;
}

/** Writes `value`, from 0 on, to the bytes at `offset`; `length` is a multiple of 8. */
export function writeElement(
  bytes: Uint8Array,
  offset: number,
  value: bigint,
  length = ELEMENT_BYTES,
): void {
  writeWords(dataView(bytes), offset, value, length);
}

function writeWords(view: DataView, offset: number, value: bigint, length: number): void {
  for (let word = 0, rest = value; word < length / 8; word++, rest >>= WORD_BITS) {
    view.setBigUint64(offset + 8 * word, rest, true); // takes the low 64 bits
  }
}

/** Encodes `value` as an element. */
export function elementBytes(value: bigint, length = ELEMENT_BYTES): Uint8Array {
  const bytes = new Uint8Array(length);
  writeElement(bytes, 0, value, length);
  return bytes;
}

/** Reads `count` integers from `offset` on. */
export function readElements(
  bytes: Uint8Array,
  offset: number,
  count: number,
  length = ELEMENT_BYTES,
): bigint[] {
  const view = dataView(bytes);
  return Array.from({ length: count }, (_, i) => readWords(view, offset + i * length, length));
}

/** Encodes `values` one after the other. */
export function elementsBytes(values: readonly bigint[], length = ELEMENT_BYTES): Uint8Array {
  const bytes = new Uint8Array(values.length * length);
  writeElements(bytes, values, length);
  return bytes;
}

/** Writes `values` one after the other, from the start of `bytes` on. */
export function writeElements(
  bytes: Uint8Array,
  values: readonly bigint[],
  length = ELEMENT_BYTES,
): void {
  const view = dataView(bytes);
  values.forEach((value, i) => writeWords(view, i * length, value, length));
}

/** Reads `count` coordinates from `offset` on, and converts them from Montgomery form. */
export function readCoordinates(bytes: Uint8Array, offset: number, count: number): bigint[] {
  return readElements(bytes, offset, count).map(
    (value) => (value * MONTGOMERY_INVERSE) % BASE_FIELD_MODULUS,
  );
}

/** Checks the length and the modulus that the files repeat. @throws FIELD_NOT_SUPPORTED */
export function assertScalarField(source: string, modulus: Uint8Array): void {
  assertField(source, modulus, ["bn128"]);
}

/** Returns the field of a modulus, if it is one of some primes. @throws FIELD_NOT_SUPPORTED */
export function assertField(
  source: string,
  bytes: Uint8Array,
  primes: readonly PrimeName[],
): PrimeName {
  const modulus = integerFromBytes(bytes.toReversed());
  const prime = primeNameOf(modulus);
  if (prime !== undefined && primes.includes(prime) && PRIMES[prime].bytes === bytes.length) {
    return prime;
  }
  throw groth16Error({ code: "FIELD_NOT_SUPPORTED", source, modulus });
}
