/**
 * Reader and writer of witness files.
 *
 * @see https://github.com/iden3/snarkjs/blob/master/src/wtns_utils.js
 */

import { DEFAULT_PRIME, type PrimeName, PRIMES } from "../../crypto/primes.ts";
import { joinBytes } from "../../util/bytes.ts";
import { bytesSource, dataView, encodeSections, readSections, uint32Bytes } from "./binary-file.ts";
import { assertField, ELEMENT_BYTES, elementBytes, readElements, writeElements } from "./bn254.ts";

const HEADER_SECTION = 1;
const VALUES_SECTION = 2;
const VERSION = 2;

/** The value of every wire of a circuit, in [0, r); wire 0 is the constant 1. */
export type Witness = readonly bigint[];

/**
 * Encodes a witness as a `.wtns` file, which snarkjs and rapidsnark read.
 *
 * @param witness - The value of every wire, each in [0, r).
 * @param prime - circom's name of the prime. Default: that of BN254.
 * @returns The bytes of the file.
 *
 * @example
 * decodeWitness(encodeWitness([1n, 33n, 3n, 11n])); // [1n, 33n, 3n, 11n]
 */
export function encodeWitness(witness: Witness, prime: PrimeName = DEFAULT_PRIME): Uint8Array {
  const { file, values } = createWitnessFile(witness.length, prime);
  writeElements(values, witness, PRIMES[prime].bytes);
  return file;
}

/** A `.wtns` file in memory, and the part of it that has the values. */
export interface WitnessFile {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly values: Uint8Array<ArrayBuffer>;
}

/** Creates a `.wtns` file of `count` zeros, to write the values in place. */
export function createWitnessFile(count: number, prime: PrimeName = DEFAULT_PRIME): WitnessFile {
  const { modulus, bytes } = PRIMES[prime];
  const header = [uint32Bytes(bytes), elementBytes(modulus, bytes), uint32Bytes(count)];
  const file = joinBytes(
    encodeSections("wtns", VERSION, [
      { id: HEADER_SECTION, chunks: header },
      { id: VALUES_SECTION, chunks: [new Uint8Array(count * bytes)] },
    ]),
  );
  return { file, values: file.subarray(file.length - count * bytes) };
}

/**
 * Decodes a `.wtns` file.
 *
 * @param bytes - The whole file.
 * @param prime - circom's name of the prime. Default: that of BN254.
 * @returns The value of every wire.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED
 *
 * @example
 * decodeWitness(new Uint8Array(8)); // throws BINARY_FORMAT
 */
export function decodeWitness(bytes: Uint8Array, prime: PrimeName = DEFAULT_PRIME): Witness {
  const values = readValues(bytes, prime);
  const { bytes: length } = PRIMES[prime];
  return readElements(values, 0, values.length / length, length);
}

/** Returns its values as 32 little-endian bytes each. @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED */
export function readWitnessValues(bytes: Uint8Array): Uint8Array {
  return readValues(bytes, DEFAULT_PRIME);
}

function readValues(bytes: Uint8Array, prime: PrimeName): Uint8Array {
  const sections = readSections(bytesSource("witness", bytes), "wtns");
  const header = sections.read(HEADER_SECTION);
  const fieldBytes = dataView(header).getUint32(0, true);
  assertField(sections.name, header.subarray(4, 4 + fieldBytes), [prime]);
  const count = dataView(header).getUint32(4 + fieldBytes, true);
  return sections.read(VALUES_SECTION, 0, count * fieldBytes);
}

/** Counts the values of a .wtns file. @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED */
export function decodeWitnessCount(bytes: Uint8Array): number {
  return readWitnessValues(bytes).length / ELEMENT_BYTES;
}
