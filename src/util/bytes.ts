/** Bytes, and unsigned big-endian integers as bytes. */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { assert } from "./errors.ts";

/**
 * Encodes an integer as big-endian bytes, padded with zeros on the left.
 *
 * @param value - Not negative, below 256^length; anything else breaks an invariant.
 * @param length - Number of bytes.
 */
export function integerToBytes(value: bigint | number, length: number): Uint8Array {
  const hex = value.toString(16);
  assert(!hex.startsWith("-") && hex.length <= 2 * length, `an integer fits ${length} bytes`);
  return hexToBytes(hex.padStart(2 * length, "0"));
}

/** Decodes big-endian bytes as an integer; an empty array is 0. */
export function integerFromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x0${bytesToHex(bytes)}`);
}

/** Concatenates any number of pieces to an array whose buffer has nothing else. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const piece of pieces) {
    joined.set(piece, position);
    position += piece.length;
  }
  return joined;
}
