/** Unsigned big-endian integers as bytes. */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { assert } from "./errors.ts";

/** `value` as exactly `length` big-endian bytes; it must fit. */
export function integerToBytes(value: bigint | number, length: number): Uint8Array {
  const hex = value.toString(16);
  assert(!hex.startsWith("-") && hex.length <= 2 * length, `an integer fits ${length} bytes`);
  return hexToBytes(hex.padStart(2 * length, "0"));
}

/** The integer that big-endian bytes stand for; no bytes are 0. */
export function integerFromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x0${bytesToHex(bytes)}`);
}
