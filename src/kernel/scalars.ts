/**
 * Emits the conversion of scalars to sorted lists of points for msm.ts.
 *
 * `decompose` splits scalars by the endomorphism, and each half into w windows of c bits. It first
 * adds H = Σ 2^(c−1)·2^(c·i) to a half, so that every window is its signed digit plus 2^(c−1),
 * without carries between windows and without a special case for negative halves. `sort` lists the
 * points of each digit size, once per window and half for all sums with these scalars.
 *
 * Integers here have limbs of 28 bits in 64-bit words: a column of ten products fits a word.
 */

import { HALF_BITS, LATTICE } from "./endomorphism.ts";
import { FR } from "./limbs.ts";
import { i32, i64 } from "./wasm/instructions.ts";
import type { I32, I64, Local } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder } from "./wasm/module.ts";

const LIMB_BITS = 28;
const LIMB_MASK = (1n << BigInt(LIMB_BITS)) - 1n;
const SCALAR_LIMBS = 10;
const HALF_LIMBS = 5;
/** A quotient by r is a product with ⌊2^280·x/r⌉ without its lower ten limbs. */
const QUOTIENT_SHIFT = BigInt(SCALAR_LIMBS * LIMB_BITS);

/** Range of the bits of a digit; a biased digit takes two bytes. */
export const WINDOW_BITS_MIN = 4;
export const WINDOW_BITS_MAX = 16;
export const DIGIT_BYTES = 2;
/** Length of H as `decompose` reads it: limbs as 64-bit words. */
export const DIGIT_OFFSET_BYTES = 8 * HALF_LIMBS;

/** Returns the number of windows of `bits` bits in a half. */
export function windowCount(bits: number): number {
  return Math.ceil(HALF_BITS / bits);
}

/** Returns H for windows of `bits` bits, as `decompose` reads it. */
export function digitOffset(bits: number): BigUint64Array {
  let offset = 0n;
  for (let window = 0; window < windowCount(bits); window++) {
    offset += 1n << BigInt(bits * window + bits - 1);
  }
  return BigUint64Array.from(toSmallLimbs(offset, HALF_LIMBS));
}

function toSmallLimbs(value: bigint, count = Math.ceil(value.toString(2).length / LIMB_BITS)) {
  return Array.from({ length: count }, (_, i) => (value >> BigInt(LIMB_BITS * i)) & LIMB_MASK);
}

/** Exports `decompose` and `sort`. */
export function defineScalars(module: ModuleBuilder): void {
  defineDecompose(module);
  defineSort(module);
}

/**
 * `decompose(scalars, from, to, count, digits, windows, bits, offset)`
 *
 * Writes the biased digits of scalars `from` to `to` of `count`: window w of half h of scalar i is
 * digits[(h·windows + w)·count + i]. Scalars are integers in [0, r) of 32 bytes, lowest first.
 */
function defineDecompose(module: ModuleBuilder): void {
  module.function("decompose", 8, (fn, scalars, from, to, count, digits, windows, bits, offset) => {
    fn.for(from, to, (index) => {
      const address = fn.let(i32.add(scalars, i32.shiftLeft(index, i32.const(5))));
      const scalar = loadLimbs(fn, address);
      const target = fn.let(i32.add(digits, i32.shiftLeft(index, i32.const(1))));
      for (const half of splitLimbs(fn, scalar)) {
        const words = biasedWords(fn, half, offset);
        fn.for(i32.const(0), windows, () => {
          storeDigit(fn, target, words[0]!, bits);
          shiftRight(fn, words, bits);
          fn.set(target, i32.add(target, i32.shiftLeft(count, i32.const(1))));
        });
      }
    });
  });
}

function loadLimbs(fn: FunctionBuilder, address: I32): Local<"i64">[] {
  const words = Array.from({ length: 4 }, (_, i) => fn.let(i64.load(address, 8 * i)));
  return Array.from({ length: SCALAR_LIMBS }, (_, i) => {
    const [word, shift] = [Math.floor((LIMB_BITS * i) / 64), (LIMB_BITS * i) % 64];
    let bits = i64.shiftRight(words[word]!, i64.const(BigInt(shift)));
    if (shift > 64 - LIMB_BITS && word < 3) {
      bits = i64.or(bits, i64.shiftLeft(words[word + 1]!, i64.const(BigInt(64 - shift))));
    }
    return fn.let(i64.and(bits, i64.const(LIMB_MASK)));
  });
}

/** Computes the lowest `count` columns of a·constant. */
function productColumns(
  fn: FunctionBuilder,
  a: readonly I64[],
  constant: bigint,
  count: number,
): I64[] {
  const factors = toSmallLimbs(constant).map((limb) => i64.const(limb));
  return Array.from({ length: count }, (_, column) => {
    const terms = a.flatMap((limb, i) => {
      const factor = factors[column - i];
      return factor === undefined ? [] : [i64.multiply(limb, factor)];
    });
    return fn.let(terms.reduce((sum, term) => i64.add(sum, term), i64.const(0n)));
  });
}

/** Converts signed columns to limbs; drops the last carry. */
function carry(fn: FunctionBuilder, columns: readonly I64[]): Local<"i64">[] {
  let carried: I64 = i64.const(0n);
  return columns.map((column) => {
    const sum = fn.let(i64.add(column, carried));
    carried = i64.shiftRightSigned(sum, i64.const(BigInt(LIMB_BITS)));
    return fn.let(i64.and(sum, i64.const(LIMB_MASK)));
  });
}

/** Computes ⌊factor·scalar / r⌉, possibly off by one. */
function quotient(fn: FunctionBuilder, scalar: readonly I64[], factor: bigint): I64[] {
  const reciprocal = ((factor << (QUOTIENT_SHIFT + 1n)) / FR.modulus + 1n) >> 1n;
  const columns = productColumns(fn, scalar, reciprocal, SCALAR_LIMBS + HALF_LIMBS);
  const half = SCALAR_LIMBS - 1;
  columns[half] = i64.add(columns[half]!, i64.const(1n << BigInt(LIMB_BITS - 1)));
  return carry(fn, columns).slice(SCALAR_LIMBS);
}

/** Computes the columns of both halves, see endomorphism.ts. */
function splitLimbs(fn: FunctionBuilder, scalar: readonly I64[]): [I64[], I64[]] {
  const { a1, b1, a2, b2 } = LATTICE;
  const c1 = quotient(fn, scalar, b2);
  const c2 = quotient(fn, scalar, b1);
  const product = (a: readonly I64[], constant: bigint) =>
    productColumns(fn, a, constant, HALF_LIMBS);
  const difference = (a: readonly I64[], b: readonly I64[]) =>
    b.map((column, i) => fn.let(i64.subtract(a[i]!, column)));
  const first = difference(difference(scalar, product(c1, a1)), product(c2, a2));
  return [first, difference(product(c1, b1), product(c2, b2))];
}

/** Computes a half plus H as three 64-bit words. */
function biasedWords(fn: FunctionBuilder, half: readonly I64[], offset: I32): Local<"i64">[] {
  const limbs = carry(
    fn,
    half.map((column, i) => i64.add(column, i64.load(offset, 8 * i))),
  );
  return Array.from({ length: 3 }, (_, word) => {
    const parts = limbs.flatMap((limb, i) => {
      const shift = LIMB_BITS * i - 64 * word;
      if (shift >= 64 || shift <= -LIMB_BITS) return [];
      const by = i64.const(BigInt(Math.abs(shift)));
      return [shift >= 0 ? i64.shiftLeft(limb, by) : i64.shiftRight(limb, by)];
    });
    return fn.let(parts.reduce((all, part) => i64.or(all, part)));
  });
}

function storeDigit(fn: FunctionBuilder, target: I32, word: I64, bits: I32): void {
  const mask = i32.subtract(i32.shiftLeft(i32.const(1), bits), i32.const(1));
  fn.do(i32.store16(target, i32.and(i32.fromI64(word), mask)));
}

function shiftRight(fn: FunctionBuilder, words: readonly Local<"i64">[], bits: I32): void {
  const by = fn.let(i64.fromI32(bits));
  const rest = fn.let(i64.subtract(i64.const(64n), by));
  words.forEach((word, i) => {
    const next = words[i + 1];
    const low = i64.shiftRight(word, by);
    fn.set(word, next === undefined ? low : i64.or(low, i64.shiftLeft(next, rest)));
  });
}

/**
 * `sort(digits, count, bits, offsets, entries)`
 *
 * Lists the scalars by digit size: those with |digit| = b + 1 are in `entries` from offsets[b] to
 * offsets[b + 1], each as twice its index, plus 1 if its digit is negative. Digits of 0 are
 * omitted. There are 2^(bits − 1) sizes; `offsets` has room for two words more.
 */
function defineSort(module: ModuleBuilder): void {
  module.function("sort", 5, (fn, digits, count, bits, offsets, entries) => {
    const half = fn.let(i32.shiftLeft(i32.const(1), i32.subtract(bits, i32.const(1))));
    const word = (index: I32) => fn.let(i32.add(offsets, i32.shiftLeft(index, i32.const(2))));
    const countUp = (address: I32, by: I32) =>
      fn.do(i32.store(address, i32.add(i32.load(address), by)));
    const forEachDigit = (body: (index: I32, size: I32, negative: I32) => void) =>
      fn.for(i32.const(0), count, (index) => {
        const address = i32.add(digits, i32.shiftLeft(index, i32.const(1)));
        const digit = fn.let(i32.subtract(i32.load16(address), half));
        const sign = fn.let(i32.shiftRightSigned(digit, i32.const(31)));
        const size = fn.let(i32.subtract(i32.xor(digit, sign), sign));
        fn.if(size, () => body(index, size, i32.and(sign, i32.const(1))));
      });
    fn.for(i32.const(0), i32.add(half, i32.const(2)), (index) =>
      fn.do(i32.store(word(index), i32.const(0))),
    );
    // Counts are stored two places up, and starts one: filling bucket b moves its start to its end.
    forEachDigit((_, size) => countUp(word(i32.add(size, i32.const(1))), i32.const(1)));
    fn.for(i32.const(2), i32.add(half, i32.const(2)), (index) => {
      const address = word(index);
      countUp(address, i32.load(i32.subtract(address, i32.const(4))));
    });
    forEachDigit((index, size, negative) => {
      const address = word(size);
      const place = i32.add(entries, i32.shiftLeft(i32.load(address), i32.const(2)));
      fn.do(i32.store(place, i32.or(i32.shiftLeft(index, i32.const(1)), negative)));
      countUp(address, i32.const(1));
    });
  });
}
