/**
 * Emits inversion in a prime field, by the division steps of Bernstein and Yang.
 *
 * A step replaces (f, g), starting with (p, x), by (g, (g − f)/2), (f, (g + f)/2) or (f, g/2),
 * as the lowest bit of g and a counter decide. After at most 590 steps, g is 0 and f is 1 or −1.
 * As the steps depend on low bits only, 30 of them are found from one word, as a matrix
 * [[u, v], [q, r]] of small numbers. It is then applied to f and g, and modulo p to d and e, with
 * d·x = f and e·x = g. Fermat's x^(p − 2) takes more than three times as long.
 *
 * Integers here have nine digits of 30 bits in 64-bit words; the highest digit is signed.
 *
 * @see https://eprint.iacr.org/2019/266
 * @see https://github.com/bitcoin-core/secp256k1/blob/master/doc/safegcd_implementation.md
 */

import { loadPair, storePair } from "./field.ts";
import type { FieldMacros, Limbs } from "./field.ts";
import {
  doubleBits,
  invertModulo,
  LIMB_BITS,
  LIMBS,
  modulo,
  MONTGOMERY_RADIX,
  toLimbs,
} from "./limbs.ts";
import { f64x2, i32, i64, i64x2, v128 } from "./wasm/instructions.ts";
import type { I64, Local } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

const DIGITS = 9;
const DIGIT_BITS = 30;
const WORD_BITS = 64;
const DIGIT_MASK = i64.const((1n << BigInt(DIGIT_BITS)) - 1n);
/** Added to an integer of up to 51 bits, gives the bits of a double whose last place is 1. */
const MAGIC = 1.5 * 2 ** 52;
const SIGN_SHIFT = i64.const(63n);

type Digits = readonly Local<"i64">[];

/** The matrix of 30 steps, times 2^30. */
interface Matrix {
  readonly u: Local<"i64">;
  readonly v: Local<"i64">;
  readonly q: Local<"i64">;
  readonly r: Local<"i64">;
}

/**
 * Defines `invert(target, source)`: computes 1/a for both lanes of a pair of tidy elements, with a
 * reduced result. If a lane is zero, both results are zero.
 */
export function defineInversion(module: ModuleBuilder, macros: FieldMacros): WasmFunction {
  const { modulus } = macros.field;
  return module.function(null, 2, (fn, target, source) => {
    const pair = loadPair(fn, source);
    const swapped = pair.map((limb) => fn.let(v128.shuffle64(limb, limb, 1, 0)));
    // Both lanes of the product are the same, and 1/a = b/(a·b).
    const product = macros.tidy(fn, macros.multiply(fn, pair, swapped));
    const { digits, sign } = invertDigits(fn, toDigits(fn, product), modulus);
    const inverse = fromDigits(fn, module, digits, sign);
    // The product is a·b·R, its inverse lacks R² to be in Montgomery form.
    const factor = macros.constant(toLimbs(modulo(MONTGOMERY_RADIX ** 3n, modulus)));
    const scaled = macros.multiply(fn, macros.tidy(fn, inverse), factor);
    storePair(fn, target, macros.multiply(fn, scaled, swapped));
  });
}

/**
 * Emits the inversion of digits. Returns digits from −2p to p, which are to be negated if `sign` is
 * −1 and not 0. The digits of g become zero.
 */
function invertDigits(
  fn: FunctionBuilder,
  g: Digits,
  modulus: bigint,
): { readonly digits: Digits; readonly sign: Local<"i64"> } {
  const f = constantDigits(fn, modulus);
  const d = constantDigits(fn, 0n);
  const e = constantDigits(fn, 1n);
  const zeta = fn.let(i64.const(-1n));
  fn.while(
    () => i32.isZero(i64.isZero(g.reduce((bits: I64, digit) => i64.or(bits, digit), g[0]!))),
    () => {
      const matrix = divisionSteps(fn, f[0]!, g[0]!, zeta);
      applyModulo(fn, matrix, d, e, modulus);
      apply(fn, matrix, f, g);
    },
  );
  return { digits: d, sign: fn.let(signOf(f)) };
}

/**
 * Emits the inversion of an integer modulo p, from 0 to p − 1 in four words of 64 bits, lowest
 * first. The inverse of 0 is 0.
 */
export function invertWords(
  fn: FunctionBuilder,
  words: readonly I64[],
  modulus: bigint,
): readonly I64[] {
  const { digits, sign } = invertDigits(fn, fromWords(fn, words), modulus);
  for (const digit of digits) fn.set(digit, i64.subtract(i64.xor(digit, sign), sign));
  carryOver(fn, digits);
  fn.while(
    () => i32.fromI64(i64.and(signOf(digits), i64.const(1n))),
    () => addMultiple(fn, digits, digits, modulus, 1n),
  );
  const reduced = constantDigits(fn, 0n);
  addMultiple(fn, reduced, digits, modulus, -1n);
  fn.while(
    () => i64.isZero(signOf(reduced)),
    () => {
      digits.forEach((digit, i) => fn.set(digit, reduced[i]!));
      addMultiple(fn, reduced, digits, modulus, -1n);
    },
  );
  return toWords(digits);
}

/** Sets `target` to `digits` plus or minus p. */
function addMultiple(
  fn: FunctionBuilder,
  target: Digits,
  digits: Digits,
  modulus: bigint,
  factor: 1n | -1n,
): void {
  digits.forEach((digit, i) => {
    const multiple = factor * BigInt.asUintN(DIGIT_BITS, modulus >> BigInt(DIGIT_BITS * i));
    fn.set(target[i]!, i64.add(digit, i64.const(multiple)));
  });
  carryOver(fn, target);
}

/** Brings all digits but the highest from 0 to 2^30 − 1. */
function carryOver(fn: FunctionBuilder, digits: Digits): void {
  for (let i = 0; i < DIGITS - 1; i++) {
    const carry = i64.shiftRightSigned(digits[i]!, i64.const(BigInt(DIGIT_BITS)));
    fn.set(digits[i + 1]!, i64.add(digits[i + 1]!, carry));
    fn.set(digits[i]!, i64.and(digits[i]!, DIGIT_MASK));
  }
}

function fromWords(fn: FunctionBuilder, words: readonly I64[]): Digits {
  return Array.from({ length: DIGITS }, (_, i) => {
    const [word, shift] = split(DIGIT_BITS * i, WORD_BITS);
    const low = i64.shiftRight(words[word]!, i64.const(BigInt(shift)));
    const next = words[word + 1];
    if (next === undefined || shift + DIGIT_BITS <= WORD_BITS)
      return fn.let(i64.and(low, DIGIT_MASK));
    const high = i64.shiftLeft(next, i64.const(BigInt(WORD_BITS - shift)));
    return fn.let(i64.and(i64.or(low, high), DIGIT_MASK));
  });
}

function toWords(digits: Digits): I64[] {
  return Array.from({ length: 4 }, (_, word) => {
    const parts = digits.flatMap((digit, i) => {
      const shift = DIGIT_BITS * i - WORD_BITS * word;
      if (shift <= -DIGIT_BITS || shift >= WORD_BITS) return [];
      const by = i64.const(BigInt(Math.abs(shift)));
      return [shift < 0 ? i64.shiftRight(digit, by) : i64.shiftLeft(digit, by)];
    });
    return parts.reduce((all, part) => i64.or(all, part));
  });
}

function signOf(digits: Digits): I64 {
  return i64.shiftRightSigned(digits[DIGITS - 1]!, SIGN_SHIFT);
}

function constantDigits(fn: FunctionBuilder, value: bigint): Digits {
  return Array.from({ length: DIGITS }, (_, i) => fn.let(digitOf(value, i)));
}

function digitOf(value: bigint, i: number): I64 {
  return i64.const(BigInt.asUintN(DIGIT_BITS, value >> BigInt(DIGIT_BITS * i)));
}

/** Converts lane 0 of a tidy element. */
function toDigits(fn: FunctionBuilder, element: Limbs): Digits {
  const bits = doubleBits(MAGIC);
  const mask = i64.const((1n << LIMB_BITS) - 1n);
  let carry: I64 = i64.const(-bits);
  const words = element.map((limb, i) => {
    const double = f64x2.add(limb, v128.splat64(bits));
    const word = fn.let(i64.add(i64x2.extract(double, 0), carry));
    if (i === LIMBS - 1) return word;
    carry = fn.let(i64.subtract(i64.shiftRightSigned(word, i64.const(LIMB_BITS)), i64.const(bits)));
    return fn.let(i64.and(word, mask));
  });
  return Array.from({ length: DIGITS }, (_, i) => {
    const [word, shift] = split(DIGIT_BITS * i, Number(LIMB_BITS));
    const low = i64.shiftRightSigned(words[word]!, i64.const(BigInt(shift)));
    if (i === DIGITS - 1) return fn.let(low);
    const next = words[word + 1];
    if (next === undefined) return fn.let(i64.and(low, DIGIT_MASK));
    const high = i64.shiftLeft(next, i64.const(LIMB_BITS - BigInt(shift)));
    return fn.let(i64.and(i64.or(low, high), DIGIT_MASK));
  });
}

/** Converts digits, negated if `sign` is −1 and not 0, to both lanes of an element. */
function fromDigits(fn: FunctionBuilder, module: ModuleBuilder, digits: Digits, sign: I64): Limbs {
  const mask = i64.const((1n << LIMB_BITS) - 1n);
  const magic = module.constant(doubleBits(MAGIC));
  return Array.from({ length: LIMBS }, (_, i) => {
    const parts = digits.flatMap((digit, j) => {
      const shift = DIGIT_BITS * j - Number(LIMB_BITS) * i;
      if (shift <= -DIGIT_BITS || (shift >= Number(LIMB_BITS) && i < LIMBS - 1)) return [];
      const by = i64.const(BigInt(Math.abs(shift)));
      return [shift < 0 ? i64.shiftRightSigned(digit, by) : i64.shiftLeft(digit, by)];
    });
    const all = parts.reduce((sum, part) => i64.or(sum, part));
    const word = i === LIMBS - 1 ? all : i64.and(all, mask);
    const signed = i64.subtract(i64.xor(word, sign), sign);
    return fn.let(f64x2.subtract(i64x2.add(i64x2.splat(signed), magic), magic));
  });
}

function split(bit: number, size: number): [index: number, rest: number] {
  return [Math.floor(bit / size), bit % size];
}

/**
 * Emits 30 steps on the lowest digits of f and g, without branches. A row of the matrix is one word
 * u + 2^32·v meanwhile, because the steps only add, negate and double rows.
 */
function divisionSteps(fn: FunctionBuilder, f0: I64, g0: I64, zeta: Local<"i64">): Matrix {
  const [f, g] = [fn.let(f0), fn.let(g0)];
  const one = i64.const(1n);
  const upper = fn.let(one);
  const lower = fn.let(i64.const(1n << 32n));
  fn.for(i32.const(0), i32.const(DIGIT_BITS), () => {
    const negative = fn.let(i64.shiftRightSigned(zeta, SIGN_SHIFT));
    const odd = fn.let(i64.subtract(i64.const(0n), i64.and(g, one)));
    const addTo = (target: Local<"i64">, value: I64) => {
      const signed = i64.subtract(i64.xor(value, negative), negative);
      fn.set(target, i64.add(target, i64.and(signed, odd)));
    };
    addTo(g, f);
    addTo(lower, upper);
    fn.set(odd, i64.and(odd, negative));
    fn.set(zeta, i64.subtract(i64.xor(zeta, odd), one));
    fn.set(f, i64.add(f, i64.and(g, odd)));
    fn.set(upper, i64.shiftLeft(i64.add(upper, i64.and(lower, odd)), one));
    fn.set(g, i64.shiftRightSigned(g, one));
  });
  const [u, v] = splitRow(fn, upper);
  const [q, r] = splitRow(fn, lower);
  return { u, v, q, r };
}

/** Splits u + 2^32·v with |u| < 2^31. */
function splitRow(fn: FunctionBuilder, row: I64): [Local<"i64">, Local<"i64">] {
  const shift = i64.const(32n);
  const second = fn.let(i64.shiftRightSigned(i64.add(row, i64.const(1n << 31n)), shift));
  return [fn.let(i64.subtract(row, i64.shiftLeft(second, shift))), second];
}

/** Computes a·x + b·y. */
function combine(a: I64, x: I64, b: I64, y: I64): I64 {
  return i64.add(i64.multiply(a, x), i64.multiply(b, y));
}

/** Moves a column's lowest digit to `target`, if given, and leaves the carry. */
function shiftColumn(fn: FunctionBuilder, column: Local<"i64">, target?: Local<"i64">): void {
  if (target !== undefined) fn.set(target, i64.and(column, DIGIT_MASK));
  fn.set(column, i64.shiftRightSigned(column, i64.const(BigInt(DIGIT_BITS))));
}

/** Applies a matrix to f and g, whose lowest digit becomes zero and is dropped. */
function apply(fn: FunctionBuilder, { u, v, q, r }: Matrix, f: Digits, g: Digits): void {
  const columns = [fn.let(i64.const(0n)), fn.let(i64.const(0n))] as const;
  for (let i = 0; i < DIGITS; i++) {
    fn.set(columns[0], i64.add(columns[0], combine(u, f[i]!, v, g[i]!)));
    fn.set(columns[1], i64.add(columns[1], combine(q, f[i]!, r, g[i]!)));
    shiftColumn(fn, columns[0], f[i - 1]);
    shiftColumn(fn, columns[1], g[i - 1]);
  }
  fn.set(f[DIGITS - 1]!, columns[0]);
  fn.set(g[DIGITS - 1]!, columns[1]);
}

/** Applies a matrix to d and e modulo p, both from −2p to p: adds multiples of p that clear it. */
function applyModulo(
  fn: FunctionBuilder,
  { u, v, q, r }: Matrix,
  d: Digits,
  e: Digits,
  modulus: bigint,
): void {
  const inverse = i64.const(invertModulo(modulus, 1n << BigInt(DIGIT_BITS)));
  const [signD, signE] = [fn.let(signOf(d)), fn.let(signOf(e))];
  const rows = [
    { a: u, b: v, target: d },
    { a: q, b: r, target: e },
  ].map(({ a, b, target }) => {
    const column = fn.let(combine(a, d[0]!, b, e[0]!));
    const correction = fn.let(i64.add(i64.and(a, signD), i64.and(b, signE)));
    const excess = i64.and(i64.add(i64.multiply(inverse, column), correction), DIGIT_MASK);
    const multiple = fn.let(i64.subtract(correction, excess));
    fn.set(column, i64.add(column, i64.multiply(digitOf(modulus, 0), multiple)));
    shiftColumn(fn, column);
    return { a, b, target, column, multiple };
  });
  for (let i = 1; i < DIGITS; i++) {
    for (const { a, b, column, multiple } of rows) {
      const sum = i64.add(column, combine(a, d[i]!, b, e[i]!));
      fn.set(column, i64.add(sum, i64.multiply(digitOf(modulus, i), multiple)));
    }
    for (const { column, target } of rows) shiftColumn(fn, column, target[i - 1]);
  }
  for (const { column, target } of rows) fn.set(target[DIGITS - 1]!, column);
}
