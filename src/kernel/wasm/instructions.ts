/**
 * The WebAssembly instructions that the kernel uses, as functions from operands to expressions.
 *
 * An expression is a type and the bytes that leave one value of it on the stack, so nested calls
 * produce stack code: `i32.add(a, i32.const(8))`. Instructions that the kernel does not use are
 * missing.
 *
 * @see https://webassembly.github.io/spec/core/binary/instructions.html
 */

import { signed, unsigned, word64 } from "./encoding.ts";

export type ValueType = "i32" | "i64" | "f64" | "v128";

/** Code with a value: an instruction with its operands, or a local variable. */
export interface Expression<T extends ValueType = ValueType> {
  readonly type: T;
  readonly bytes: readonly number[];
}

/** Code without a value, such as a store. */
export interface Statement {
  readonly type: "void";
  readonly bytes: readonly number[];
}

/** A local variable; reading it is an expression. */
export interface Local<T extends ValueType = ValueType> extends Expression<T> {
  readonly index: number;
}

export type I32 = Expression<"i32">;
export type I64 = Expression<"i64">;
export type F64 = Expression<"f64">;
export type V128 = Expression<"v128">;

type Operator<R extends ValueType, Operands extends Expression[]> = (
  ...operands: Operands
) => Expression<R>;

function operator<R extends ValueType, Operands extends Expression[]>(
  type: R,
  ...opcode: number[]
): Operator<R, Operands> {
  return (...operands) => ({ type, bytes: [...operands.flatMap((o) => o.bytes), ...opcode] });
}

const unary = <T extends ValueType, R extends ValueType>(type: R, ...opcode: number[]) =>
  operator<R, [Expression<T>]>(type, ...opcode);
const binary = <T extends ValueType, R extends ValueType>(type: R, ...opcode: number[]) =>
  operator<R, [Expression<T>, Expression<T>]>(type, ...opcode);

/** Encodes an access at `address + offset`; the alignment hint is always 0. */
const memory = (opcode: readonly number[], offset: number): number[] => [
  ...opcode,
  0,
  ...unsigned(offset),
];

function load<T extends ValueType>(type: T, ...opcode: number[]) {
  return (address: I32, offset = 0): Expression<T> => ({
    type,
    bytes: [...address.bytes, ...memory(opcode, offset)],
  });
}

function store<T extends ValueType>(...opcode: number[]) {
  return (address: I32, value: Expression<T>, offset = 0): Statement => ({
    type: "void",
    bytes: [...address.bytes, ...value.bytes, ...memory(opcode, offset)],
  });
}

export const i32 = {
  const: (value: number): I32 => ({ type: "i32", bytes: [0x41, ...signed(value | 0)] }),
  load: load("i32", 0x28),
  load8: load("i32", 0x2d),
  load16: load("i32", 0x2f),
  store: store<"i32">(0x36),
  store8: store<"i32">(0x3a),
  store16: store<"i32">(0x3b),
  isZero: unary<"i32", "i32">("i32", 0x45),
  equal: binary<"i32", "i32">("i32", 0x46),
  notEqual: binary<"i32", "i32">("i32", 0x47),
  less: binary<"i32", "i32">("i32", 0x49),
  lessSigned: binary<"i32", "i32">("i32", 0x48),
  greater: binary<"i32", "i32">("i32", 0x4b),
  lessOrEqual: binary<"i32", "i32">("i32", 0x4d),
  greaterOrEqual: binary<"i32", "i32">("i32", 0x4f),
  greaterOrEqualSigned: binary<"i32", "i32">("i32", 0x4e),
  leadingZeros: unary<"i32", "i32">("i32", 0x67),
  add: binary<"i32", "i32">("i32", 0x6a),
  subtract: binary<"i32", "i32">("i32", 0x6b),
  multiply: binary<"i32", "i32">("i32", 0x6c),
  and: binary<"i32", "i32">("i32", 0x71),
  or: binary<"i32", "i32">("i32", 0x72),
  xor: binary<"i32", "i32">("i32", 0x73),
  shiftLeft: binary<"i32", "i32">("i32", 0x74),
  shiftRight: binary<"i32", "i32">("i32", 0x76),
  shiftRightSigned: binary<"i32", "i32">("i32", 0x75),
  fromI64: unary<"i64", "i32">("i32", 0xa7),
};

export const i64 = {
  const: (value: bigint): I64 => ({
    type: "i64",
    bytes: [0x42, ...signed(BigInt.asIntN(64, value))],
  }),
  load: load("i64", 0x29),
  load32: load("i64", 0x35),
  store: store<"i64">(0x37),
  store32: store<"i64">(0x3e),
  isZero: unary<"i64", "i32">("i32", 0x50),
  equal: binary<"i64", "i32">("i32", 0x51),
  lessSigned: binary<"i64", "i32">("i32", 0x53),
  less: binary<"i64", "i32">("i32", 0x54),
  greater: binary<"i64", "i32">("i32", 0x56),
  add: binary<"i64", "i64">("i64", 0x7c),
  subtract: binary<"i64", "i64">("i64", 0x7d),
  multiply: binary<"i64", "i64">("i64", 0x7e),
  and: binary<"i64", "i64">("i64", 0x83),
  or: binary<"i64", "i64">("i64", 0x84),
  xor: binary<"i64", "i64">("i64", 0x85),
  shiftLeft: binary<"i64", "i64">("i64", 0x86),
  shiftRightSigned: binary<"i64", "i64">("i64", 0x87),
  shiftRight: binary<"i64", "i64">("i64", 0x88),
  fromI32: unary<"i32", "i64">("i64", 0xad),
};

export const f64 = {
  load: load("f64", 0x2b),
  store: store<"f64">(0x39),
  equal: binary<"f64", "i32">("i32", 0x61),
};

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

/** Encodes a load or store of one lane. */
const lane = (opcode: number, index: 0 | 1, offset: number): number[] => [
  ...memory(simd(opcode), offset),
  index,
];

export const v128 = {
  /** A constant with `word` in both lanes. */
  splat64: (word: bigint): V128 => ({
    type: "v128",
    bytes: [...simd(0x0c), ...word64(word), ...word64(word)],
  }),
  load: load("v128", ...simd(0x00)),
  loadSplat: load("v128", ...simd(0x0a)),
  /** Loads lane 0 from memory; lane 1 is zero. */
  loadLow: load("v128", ...simd(0x5d)),
  /** Replaces lane 1 of `vector` from memory. */
  loadHigh: (address: I32, vector: V128, offset = 0): V128 => ({
    type: "v128",
    bytes: [...address.bytes, ...vector.bytes, ...lane(0x57, 1, offset)],
  }),
  store: store<"v128">(...simd(0x0b)),
  storeLane: (address: I32, vector: V128, index: 0 | 1, offset = 0): Statement => ({
    type: "void",
    bytes: [...address.bytes, ...vector.bytes, ...lane(0x5b, index, offset)],
  }),
  and: binary<"v128", "v128">("v128", ...simd(0x4e)),
  andNot: binary<"v128", "v128">("v128", ...simd(0x4f)),
  or: binary<"v128", "v128">("v128", ...simd(0x50)),
  xor: binary<"v128", "v128">("v128", ...simd(0x51)),
  /** Selects bits of `a` where `mask` is set, of `b` elsewhere. */
  select: operator<"v128", [a: V128, b: V128, mask: V128]>("v128", ...simd(0x52)),
  anyTrue: unary<"v128", "i32">("i32", ...simd(0x53)),
  /** Selects lane `first` of `a` and lane `second` of `b`. */
  shuffle64: (a: V128, b: V128, first: 0 | 1, second: 0 | 1): V128 => ({
    type: "v128",
    bytes: [
      ...a.bytes,
      ...b.bytes,
      ...simd(0x0d),
      ...Array.from({ length: 8 }, (_, i) => 8 * first + i),
      ...Array.from({ length: 8 }, (_, i) => 16 + 8 * second + i),
    ],
  }),
};

export const i64x2 = {
  splat: unary<"i64", "v128">("v128", ...simd(0x12)),
  extract: (vector: V128, index: 0 | 1): I64 => ({
    type: "i64",
    bytes: [...vector.bytes, ...simd(0x1d), index],
  }),
  replace: (vector: V128, value: I64, index: 0 | 1): V128 => ({
    type: "v128",
    bytes: [...vector.bytes, ...value.bytes, ...simd(0x1e), index],
  }),
  shiftLeft: operator<"v128", [V128, I32]>("v128", ...simd(0xcb)),
  shiftRight: operator<"v128", [V128, I32]>("v128", ...simd(0xcd)),
  add: binary<"v128", "v128">("v128", ...simd(0xce)),
  subtract: binary<"v128", "v128">("v128", ...simd(0xd1)),
  equal: binary<"v128", "v128">("v128", ...simd(0xd6)),
  negate: unary<"v128", "v128">("v128", ...simd(0xc1)),
  /** Multiplies the 32-bit lanes 0 and 1 to 64 bits. */
  multiplyLow32: binary<"v128", "v128">("v128", ...simd(0xde)),
  /** Moves the low halves of both lanes to the 32-bit lanes 0 and 1. */
  packLow: (vector: V128): V128 => ({
    type: "v128",
    bytes: [
      ...vector.bytes,
      ...vector.bytes,
      ...simd(0x0d),
      ...[0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11],
    ],
  }),
};

export const f64x2 = {
  splat: unary<"f64", "v128">("v128", ...simd(0x14)),
  nearest: unary<"v128", "v128">("v128", ...simd(0x94)),
  equal: binary<"v128", "v128">("v128", ...simd(0x47)),
  less: binary<"v128", "v128">("v128", ...simd(0x49)),
  negate: unary<"v128", "v128">("v128", ...simd(0xed)),
  add: binary<"v128", "v128">("v128", ...simd(0xf0)),
  subtract: binary<"v128", "v128">("v128", ...simd(0xf1)),
  multiply: binary<"v128", "v128">("v128", ...simd(0xf2)),
  /** Computes a·b + c, with one rounding if the processor has a fused instruction. */
  multiplyAdd: operator<"v128", [a: V128, b: V128, c: V128]>("v128", ...simd(0x107)),
  /** Computes c − a·b, likewise. */
  negatedMultiplyAdd: operator<"v128", [a: V128, b: V128, c: V128]>("v128", ...simd(0x108)),
};
