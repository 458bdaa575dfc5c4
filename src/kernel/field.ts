/**
 * Emits the arithmetic of a prime field on pairs of elements (see limbs.ts for the format).
 *
 * **Products.** With a fused multiply-add, the product of two limbs splits into two doubles without
 * error. For |a·b| ≤ 2^102 and C1 = 1.5·2^103, whose unit in the last place is 2^51,
 *
 *     high = a·b + C1           = C1 + h·2^51   rounded, so h is the nearest integer to a·b / 2^51
 *     low  = a·b + (C1 + C3 − high) = C3 + l    exact, with C3 = 1.5·2^52 and |l| ≤ 2^50
 *
 * and the bits of `high` and `low`, read as integers, are bits(C1) + h and bits(C3) + l. Integer
 * additions of these bits sum many h and l at a time, and the sum of the constants is subtracted
 * once per column.
 *
 * **Reduction.** Montgomery's, from the lowest column up. With k = −1/p mod 2^51, the multiple k·p
 * is −1 modulo 2^51, so for a column with balanced low part t, adding t·k·p clears it: (column − t)
 * moves up, and so does t·(k·p + 1)/2^51. Four columns are cleared this way, without a quotient.
 * The last uses q = t·k mod 2^51 and adds q·p, because its multiple weighs more in the result.
 *
 * **Ranges.** p = 0.378·2^255. Reduction adds at most p/2 from the last column, |k|/2^52·p from the
 * one before, which is 0.127p for both fields, and a negligible amount from the others. So the
 * result of `sumOfProducts` has balanced limbs and |x| < 0.378·Σ|a||b|/p + 0.63p. *Tidy* elements
 * have balanced limbs and |x| < 0.51p, *reduced* ones balanced limbs and |x| < 1.6p: products of
 * reduced elements are reduced, 0.378·1.6² + 0.63 < 1.6.
 * `add` and `subtract` do not carry. A factor may be a sum or a difference of two elements if the
 * other factor has limbs up to 2^51, or of four if the other is balanced. `square` takes balanced
 * elements only.
 */

import { LIMBS, LIMB_BITS, doubleBits } from "./limbs.ts";
import type { PrimeField } from "./limbs.ts";
import { f64x2, i32, i64x2, v128 } from "./wasm/instructions.ts";
import type { I32, Local, V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder } from "./wasm/module.ts";

/** The limbs of a pair of elements, lowest first. */
export type Limbs = readonly V128[];
/** Pairs of factors, whose products are added. */
export type Products = readonly (readonly [Limbs, Limbs])[];
/** A sum of products whose factors are loaded one pair after the other. */
export interface ProductLoop {
  readonly count: number;
  /** Emits the step to the next two factors; the second one is loaded limb by limb. */
  readonly next: () => readonly [Limbs, readonly V128[]];
}
/** Two limbs to multiply. */
type Term = readonly [V128, V128];

const HIGH = 1.5 * 2 ** 103;
const LOW = 1.5 * 2 ** 52;
const HALF_RADIX = 1n << (LIMB_BITS - 1n);
/** Keeps columns positive, so that they can be shifted as unsigned numbers; a multiple of 2^51. */
const BIAS = 1n << 62n;
const SHIFT = i32.const(Number(LIMB_BITS));
/** Number of columns that are cleared without a quotient. */
const DIRECT_COLUMNS = 4;

/** Macros over one field. The emitted code leaves its result in fresh locals. */
export interface FieldMacros {
  readonly field: PrimeField;
  /** Computes Σ aᵢ·bᵢ / R + addend. */
  sumOfProducts(fn: FunctionBuilder, products: Products, addend?: Limbs): Limbs;
  /**
   * Computes Σ aᵢ·bᵢ / R in a loop. Its code stays in the processor's cache of instructions, which
   * that of many products in a row does not.
   */
  loopOfProducts(fn: FunctionBuilder, loop: ProductLoop): Limbs;
  /** Computes independent sums Σ aᵢ·bᵢ / R with their instructions interleaved. */
  sumsOfProducts(fn: FunctionBuilder, sums: readonly Products[]): Limbs[];
  multiply(fn: FunctionBuilder, a: Limbs, b: Limbs): Limbs;
  square(fn: FunctionBuilder, a: Limbs): Limbs;
  /** Computes independent squares with their instructions interleaved. */
  squares(fn: FunctionBuilder, elements: readonly Limbs[]): Limbs[];
  /** Makes an element tidy. Its limbs may be up to 2^52 and |x| up to 8p. */
  tidy(fn: FunctionBuilder, a: Limbs): Limbs;
  /** Reads elements from vectors of the four 64-bit words of two integers below 2^255. */
  fromWords(fn: FunctionBuilder, words: readonly V128[]): Limbs;
  /** Returns a constant in both lanes; the limbs are not converted to Montgomery form. */
  constant(limbs: readonly number[]): Limbs;
}

export function add(fn: FunctionBuilder, a: Limbs, b: Limbs): Limbs {
  return a.map((limb, i) => fn.let(f64x2.add(limb, b[i]!)));
}

export function subtract(fn: FunctionBuilder, a: Limbs, b: Limbs): Limbs {
  return a.map((limb, i) => fn.let(f64x2.subtract(limb, b[i]!)));
}

export function negate(fn: FunctionBuilder, a: Limbs): Limbs {
  return a.map((limb) => fn.let(f64x2.negate(limb)));
}

/** Reads a pair. */
export function loadPair(fn: FunctionBuilder, address: I32, offset = 0, limbs = LIMBS): Limbs {
  return limbsOfPair(address, offset, limbs).map((limb) => fn.let(limb));
}

export function storePair(fn: FunctionBuilder, address: I32, a: Limbs, offset = 0): void {
  a.forEach((limb, i) => fn.do(v128.store(address, limb, offset + 16 * i)));
}

/** Reads two single elements, one per lane. */
export function loadSingles(
  fn: FunctionBuilder,
  [low, high]: readonly [I32, I32],
  offset = 0,
  limbs = LIMBS,
): Limbs {
  return Array.from({ length: limbs }, (_, i) =>
    fn.let(v128.loadHigh(high, v128.loadLow(low, offset + 8 * i), offset + 8 * i)),
  );
}

/** Writes each lane as a single element. */
export function storeSingles(
  fn: FunctionBuilder,
  [low, high]: readonly [I32, I32],
  a: Limbs,
  offset = 0,
): void {
  a.forEach((limb, i) => fn.do(v128.storeLane(low, limb, 0, offset + 8 * i)));
  a.forEach((limb, i) => fn.do(v128.storeLane(high, limb, 1, offset + 8 * i)));
}

/** Reads lane 0 of one pair and lane 1 of another. */
export function loadLanes(
  fn: FunctionBuilder,
  [low, high]: readonly [I32, I32],
  offset = 0,
  limbs = LIMBS,
): Limbs {
  return Array.from({ length: limbs }, (_, i) =>
    fn.let(v128.loadHigh(high, v128.loadLow(low, offset + 16 * i), offset + 16 * i + 8)),
  );
}

/** Reads a single element into both lanes. */
export function loadBoth(fn: FunctionBuilder, address: I32, offset = 0, limbs = LIMBS): Limbs {
  return limbsOfSingle(address, offset, limbs).map((limb) => fn.let(limb));
}

/** Returns the loads of a pair's limbs. */
export function limbsOfPair(address: I32, offset = 0, limbs = LIMBS): V128[] {
  return Array.from({ length: limbs }, (_, i) => v128.load(address, offset + 16 * i));
}

/** Returns the loads of a single element's limbs into both lanes. */
export function limbsOfSingle(address: I32, offset = 0, limbs = LIMBS): V128[] {
  return Array.from({ length: limbs }, (_, i) => v128.loadSplat(address, offset + 8 * i));
}

/** Creates the macros of `field`, with their constants in the pool of `module`. */
export function createFieldMacros(module: ModuleBuilder, field: PrimeField): FieldMacros {
  const double = (value: number) => module.constant(doubleBits(value));
  const constant = (limbs: readonly number[]) => limbs.map(double);
  const multiplyColumns = createColumnMultiplier(module, field);
  const emitSum = (fn: FunctionBuilder, products: Products, addend?: Limbs) =>
    multiplyColumns(
      fn,
      (column) => products.flatMap(([a, b]) => termsOfColumn(a, b, column)),
      addend,
    );
  const emitSquare = (fn: FunctionBuilder, a: Limbs) => {
    const doubled = add(fn, a, a);
    return multiplyColumns(fn, (column) => squareTermsOfColumn(a, doubled, column));
  };
  const emitLoop = (fn: FunctionBuilder, loop: ProductLoop) =>
    multiplyColumns(fn, () => [], undefined, loop);
  return {
    field,
    constant,
    loopOfProducts: (fn, loop) => interleave([emitLoop(fn, loop)])[0]!,
    sumOfProducts: (fn, products, addend) => interleave([emitSum(fn, products, addend)])[0]!,
    sumsOfProducts: (fn, sums) => interleave(sums.map((products) => emitSum(fn, products))),
    multiply: (fn, a, b) => interleave([emitSum(fn, [[a, b]])])[0]!,
    square: (fn, a) => interleave([emitSquare(fn, a)])[0]!,
    squares: (fn, elements) => interleave(elements.map((a) => emitSquare(fn, a))),
    tidy: (fn, a) => tidy(fn, a, field, double),
    fromWords: (fn, words) => limbsFromWords(fn, words, module),
  };
}

/** Code that is emitted step by step, so that independent computations can alternate. */
type Steps = Generator<undefined, Limbs>;

/**
 * Emits one step of each computation in turn. A column of a product waits for the one before it,
 * and the processor looks ahead by little more than one product: the steps of another one between
 * them fill the wait.
 */
function interleave(computations: readonly Steps[]): Limbs[] {
  const results: Limbs[] = [];
  while (results.length < computations.length) {
    computations.forEach((steps, i) => {
      if (results[i] !== undefined) return;
      const { done, value } = steps.next();
      if (done) results[i] = value;
    });
  }
  return results;
}

function termsOfColumn(a: Limbs, b: Limbs, column: number): Term[] {
  return a.flatMap((limb, i): Term[] => {
    const other = b[column - i];
    return other === undefined ? [] : [[limb, other]];
  });
}

function squareTermsOfColumn(a: Limbs, doubled: Limbs, column: number): Term[] {
  return a.flatMap((limb, i): Term[] => {
    const j = column - i;
    if (j < i || j >= LIMBS) return [];
    return [[i === j ? limb : doubled[i]!, a[j]!]];
  });
}

/** A column under construction: the sum of bits so far, and the constants in it. */
interface Column {
  sum: Local<"v128"> | null;
  excess: bigint;
}

type ColumnMultiplier = (
  fn: FunctionBuilder,
  termsOf: (column: number) => readonly Term[],
  addend?: Limbs,
  loop?: ProductLoop,
) => Steps;

function createColumnMultiplier(module: ModuleBuilder, field: PrimeField): ColumnMultiplier {
  const double = (value: number) => module.constant(doubleBits(value));
  const modulus = field.modulusLimbs.map(double);
  const shiftedMultiple = field.shiftedMultipleLimbs.map(double);
  const inverse = double(Number(field.negatedInverse));
  return function* (fn, termsOf, addend, loop) {
    const columns = createColumns(fn, module);
    if (loop !== undefined) columns.addLoop(loop);
    const cleared: Local<"v128">[] = [];
    const reductionTerms = (column: number): Term[] =>
      cleared.flatMap((factor, i): Term[] => {
        // A direct column's multiple starts one column higher; a quotient's lowest limb is added.
        const limb = i < DIRECT_COLUMNS ? column - i - 1 : column - i;
        const multiple = (i < DIRECT_COLUMNS ? shiftedMultiple : modulus)[limb];
        return multiple === undefined ? [] : [[factor, multiple]];
      });
    for (let column = 0; column < 2 * LIMBS - 1; column++) {
      for (const [a, b] of [...termsOf(column), ...reductionTerms(column)]) {
        columns.addProduct(column, a, b);
      }
      yield;
      if (column >= LIMBS) continue;
      const [low, biased] = columns.split(column);
      if (column < DIRECT_COLUMNS) {
        cleared.push(low);
        columns.carry(column, biased);
      } else {
        const quotient = columns.lowHalf(low, inverse);
        cleared.push(quotient);
        columns.carry(column, columns.addExact(column, biased, quotient, modulus[0]!));
      }
      yield;
    }
    return Array.from({ length: LIMBS }, (_, i) => {
      const column = LIMBS + i;
      if (addend !== undefined) columns.addLimb(column, addend[i]!);
      if (i === LIMBS - 1) return columns.top(column);
      const [low, biased] = columns.split(column);
      columns.carry(column, biased);
      return low;
    });
  };
}

/** The 2·LIMBS columns of a product and the operations on them, as the head of this file says. */
function createColumns(fn: FunctionBuilder, module: ModuleBuilder) {
  const double = (value: number) => module.constant(doubleBits(value));
  const high = fn.let(double(HIGH));
  const highAndLow = fn.let(double(HIGH + LOW));
  const mask = fn.let(module.constant((1n << LIMB_BITS) - 1n));
  const exponent = fn.let(double(2 ** 52));
  const columns = Array.from({ length: 2 * LIMBS }, (): Column => ({ sum: null, excess: 0n }));

  const addBits = (index: number, bits: V128, excess: bigint): void => {
    const column = columns[index]!;
    if (column.sum === null) column.sum = fn.let(bits);
    else fn.set(column.sum, i64x2.add(column.sum, bits));
    column.excess += excess;
  };
  /** Returns the bits of the low half of a·b; adds those of the high half to the next column. */
  const splitProduct = (index: number, a: V128, b: V128): V128 => {
    const rounded = fn.let(f64x2.multiplyAdd(a, b, high));
    addBits(index + 1, rounded, doubleBits(HIGH));
    return f64x2.multiplyAdd(a, b, f64x2.subtract(highAndLow, rounded));
  };
  const addProduct = (index: number, a: V128, b: V128): void =>
    addBits(index, splitProduct(index, a, b), doubleBits(LOW));
  return {
    addProduct,
    /** Adds products row by row, so that few columns change at a time and stay in registers. */
    addLoop: ({ count, next }: ProductLoop): void => {
      for (const column of columns) column.sum = fn.let(v128.splat64(0n));
      fn.for(i32.const(0), i32.const(count), () => {
        const [a, b] = next();
        b.forEach((load, j) => {
          const factor = fn.let(load);
          a.forEach((limb, i) => addProduct(i + j, limb, factor));
        });
      });
      for (const column of columns) column.excess *= BigInt(count);
    },
    /** Returns `biased` plus the low half of a·b; adds the high half to the next column. */
    addExact: (index: number, biased: V128, a: V128, b: V128): V128 => {
      const sum = i64x2.add(biased, splitProduct(index, a, b));
      return i64x2.subtract(sum, module.constant(doubleBits(LOW)));
    },
    /** Returns a·b modulo 2^51, balanced, as a double. */
    lowHalf: (a: V128, b: V128): Local<"v128"> => {
      const rounded = f64x2.multiplyAdd(a, b, high);
      const low = f64x2.multiplyAdd(a, b, f64x2.subtract(highAndLow, rounded));
      return fn.let(f64x2.subtract(low, double(LOW)));
    },
    /** Adds a limb of up to 52 bits. */
    addLimb: (index: number, limb: V128): void =>
      addBits(index, f64x2.add(limb, double(LOW)), doubleBits(LOW)),
    /** Returns the balanced low part as a double, and the column plus half a limb and the bias. */
    split: (index: number): [low: Local<"v128">, biased: Local<"v128">] => {
      const { sum, excess } = columns[index]!;
      const biased = fn.let(i64x2.add(sum!, module.constant(BIAS + HALF_RADIX - excess)));
      const bits = v128.or(v128.and(biased, mask), exponent);
      return [fn.let(f64x2.subtract(bits, double(2 ** 52 + Number(HALF_RADIX)))), biased];
    },
    carry: (index: number, biased: V128): void =>
      addBits(index + 1, i64x2.shiftRight(biased, SHIFT), BIAS >> LIMB_BITS),
    /** Returns the whole last column as a double. */
    top: (index: number): Local<"v128"> => {
      const { sum, excess } = columns[index]!;
      const bits = i64x2.add(sum!, module.constant(doubleBits(LOW) - excess));
      return fn.let(f64x2.subtract(bits, double(LOW)));
    },
  };
}

/** Subtracts the nearest multiple of p, estimated from the highest limb, then carries. */
function tidy(
  fn: FunctionBuilder,
  a: Limbs,
  field: PrimeField,
  double: (value: number) => V128,
): Limbs {
  const topWeight = 2 ** (Number(LIMB_BITS) * (LIMBS - 1));
  const estimate = f64x2.multiply(a[LIMBS - 1]!, double(topWeight / Number(field.modulus)));
  const multiple = fn.let(f64x2.nearest(estimate));
  const limbs = a.map((limb, i) =>
    fn.let(f64x2.negatedMultiplyAdd(multiple, double(field.modulusLimbs[i]!), limb)),
  );
  // Adding and subtracting 1.5·2^(52+51) rounds to a multiple of 2^51.
  for (let i = 0; i < LIMBS - 1; i++) {
    const limb = limbs[i]!;
    const carry = fn.let(f64x2.subtract(f64x2.add(limb, double(HIGH)), double(HIGH)));
    fn.set(limb, f64x2.subtract(limb, carry));
    fn.set(limbs[i + 1]!, f64x2.multiplyAdd(carry, double(2 ** -Number(LIMB_BITS)), limbs[i + 1]!));
  }
  return limbs;
}

function limbsFromWords(fn: FunctionBuilder, words: readonly V128[], module: ModuleBuilder): Limbs {
  const mask = module.constant((1n << LIMB_BITS) - 1n);
  const exponent = module.constant(doubleBits(2 ** 52));
  return Array.from({ length: LIMBS }, (_, i) => {
    const bit = i * Number(LIMB_BITS);
    const [index, shift] = [Math.floor(bit / 64), bit % 64];
    let bits = i64x2.shiftRight(words[index]!, i32.const(shift));
    const next = words[index + 1];
    if (shift > 64 - Number(LIMB_BITS) && next !== undefined) {
      bits = v128.or(bits, i64x2.shiftLeft(next, i32.const(64 - shift)));
    }
    return fn.let(f64x2.subtract(v128.or(v128.and(bits, mask), exponent), exponent));
  });
}
