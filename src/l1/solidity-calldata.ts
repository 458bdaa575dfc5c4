/**
 * Reads calldata as Solidity does, which accepts more than the ABI specifies: an offset may point
 * backwards or into another value, words beyond the end are zero, and bytes may be unused. The
 * functions return `undefined` where compiled code reverts.
 *
 * @see https://docs.soliditylang.org/en/latest/abi-spec.html#strict-encoding-mode
 */
import { integerFromBytes } from "../util/bytes.ts";

const WORD_BYTES = 32;
const WORD_BITS = 8 * WORD_BYTES;
/** Largest offset and length that compiled code accepts. */
const UINT64_MAX = (1n << 64n) - 1n;

/** A position in calldata, in bytes: of a value, or the base of an offset. */
export type Position = bigint;

/** The contents of a dynamic array or `bytes`: position and number of elements. */
export interface Span {
  readonly start: Position;
  readonly length: bigint;
}

/** Reads the word at a position; bytes beyond the end are zero. */
export function wordAt(calldata: Uint8Array, position: Position): bigint {
  if (position >= BigInt(calldata.length)) return 0n;
  const bytes = calldata.subarray(Number(position), Number(position) + WORD_BYTES);
  return integerFromBytes(bytes) << BigInt(8 * (WORD_BYTES - bytes.length));
}

/** Returns the position of the word with this index, counted from `base`. */
export function wordOf(base: Position, index: number | bigint): Position {
  return wrap(base + BigInt(WORD_BYTES) * BigInt(index));
}

/** Reads an unsigned integer of `bits` bits; undefined if the word is larger. */
export function uintAt(calldata: Uint8Array, position: Position, bits: number): bigint | undefined {
  const word = wordAt(calldata, position);
  return word >> BigInt(bits) === 0n ? word : undefined;
}

/**
 * Locates an array argument of an external function.
 *
 * @param base - Position of the arguments.
 * @param pointer - Position of the array's offset.
 */
export function arrayArgument(
  calldata: Uint8Array,
  base: Position,
  pointer: Position,
): Span | undefined {
  const size = BigInt(calldata.length);
  const offset = wordAt(calldata, pointer);
  if (offset > UINT64_MAX) return undefined;
  const position = base + offset;
  if (position + BigInt(WORD_BYTES - 1) >= size) return undefined;
  const length = wordAt(calldata, position);
  const start = wordOf(position, 1);
  if (length > UINT64_MAX || wordOf(start, length) > size) return undefined;
  return { start, length };
}

/**
 * Locates a dynamic value inside another value.
 *
 * @param base - Position of the outer value.
 * @param pointer - Position of the inner value's offset.
 * @param headBytes - Minimum length of the inner value.
 */
export function tailAt(
  calldata: Uint8Array,
  base: Position,
  pointer: Position,
  headBytes: number = WORD_BYTES,
): Position | undefined {
  const offset = wordAt(calldata, pointer);
  const limit = BigInt(calldata.length) - base - BigInt(headBytes - 1);
  return signed(offset) < signed(wrap(limit)) ? wrap(base + offset) : undefined;
}

/** Locates a dynamic array or `bytes` in another value. @param elementBytes - Head per element. */
export function arrayAt(
  calldata: Uint8Array,
  base: Position,
  pointer: Position,
  elementBytes: number,
): Span | undefined {
  const position = tailAt(calldata, base, pointer);
  if (position === undefined) return undefined;
  const length = wordAt(calldata, position);
  if (length > UINT64_MAX) return undefined;
  const start = wordOf(position, 1);
  const limit = wrap(BigInt(calldata.length) - length * BigInt(elementBytes));
  return signed(start) > signed(limit) ? undefined : { start, length };
}

/** Reads the contents of a `bytes`. */
export function bytesAt(
  calldata: Uint8Array,
  base: Position,
  pointer: Position,
): Uint8Array | undefined {
  const span = arrayAt(calldata, base, pointer, 1);
  // Only an empty value can start beyond the end.
  if (span === undefined || span.length === 0n) return span && new Uint8Array();
  return calldata.subarray(Number(span.start), Number(span.start + span.length));
}

function wrap(position: bigint): Position {
  return BigInt.asUintN(WORD_BITS, position);
}

function signed(word: bigint): bigint {
  return BigInt.asIntN(WORD_BITS, word);
}
