/**
 * Calldata as Solidity reads it, which is more than the ABI specifies: an offset may lead backwards
 * or into another value, words beyond the end are zero, and nothing has to be used at all. Where
 * compiled code reverts, `undefined` comes back.
 *
 * @see https://docs.soliditylang.org/en/latest/abi-spec.html#strict-encoding-mode
 */
import { integerFromBytes } from "../util/bytes.ts";

const WORD_BYTES = 32;
const WORD_BITS = 8 * WORD_BYTES;
/** Compiled code takes no offset and no length above this. */
const UINT64_MAX = (1n << 64n) - 1n;

/** A place in calldata: where an offset is counted from, or where a value stands. */
export type Position = bigint;

/** What a dynamic array or `bytes` holds: where it starts, and how many elements there are. */
export interface Span {
  readonly start: Position;
  readonly length: bigint;
}

/** The word at a position; what is beyond the end counts as zero. */
export function wordAt(calldata: Uint8Array, position: Position): bigint {
  if (position >= BigInt(calldata.length)) return 0n;
  const bytes = calldata.subarray(Number(position), Number(position) + WORD_BYTES);
  return integerFromBytes(bytes) << BigInt(8 * (WORD_BYTES - bytes.length));
}

/** Position of the word with this index, counted from `base`. */
export function wordOf(base: Position, index: number | bigint): Position {
  return wrap(base + BigInt(WORD_BYTES) * BigInt(index));
}

/** An unsigned integer of so many bits; undefined if the word is larger. */
export function uintAt(calldata: Uint8Array, position: Position, bits: number): bigint | undefined {
  const word = wordAt(calldata, position);
  return word >> BigInt(bits) === 0n ? word : undefined;
}

/**
 * The array argument of an external function.
 *
 * @param base - Of the arguments.
 * @param pointer - Where its offset stands.
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
 * Where a dynamic value inside another one starts.
 *
 * @param base - Of the value that it is in.
 * @param pointer - Where its offset stands.
 * @param headBytes - What it has at least.
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

/** A dynamic array or `bytes` inside another value. @param elementBytes - In its head. */
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

/** The contents of a `bytes`. */
export function bytesAt(
  calldata: Uint8Array,
  base: Position,
  pointer: Position,
): Uint8Array | undefined {
  const span = arrayAt(calldata, base, pointer, 1);
  // Only an empty one can start beyond the end.
  if (span === undefined || span.length === 0n) return span && new Uint8Array();
  return calldata.subarray(Number(span.start), Number(span.start + span.length));
}

function wrap(position: bigint): Position {
  return BigInt.asUintN(WORD_BITS, position);
}

function signed(word: bigint): bigint {
  return BigInt.asIntN(WORD_BITS, word);
}
