/**
 * Emits point arithmetic on y² = x³ + b, over Fq for G1 and over Fq2 for G2.
 *
 * **Affine additions in batches.** (x₁, y₁) + (x₂, y₂) with λ = (y₂ − y₁)/(x₂ − x₁) is
 * x₃ = λ² − x₁ − x₂, y₃ = λ(x₁ − x₃) − y₁: three products and a division. Montgomery's trick turns
 * n divisions into one and 3(n − 1) products: multiply all denominators up, invert, and walk back.
 * In Fq2 it does so with the norms, which are in Fq, because 1/(a + bu) = (a − bu)/(a² + b²).
 * The formula fails if x₁ = x₂. The product of all denominators is zero then, which is free to
 * check; only in that case are the exceptional sums found and computed separately.
 *
 * **Complete projective additions**, for chains that cannot be batched: twelve products, no
 * exceptions, doubling included.
 *
 * An affine point is two single elements, x then y; (0, 0), which is not on the curves, stands for
 * the point at infinity. A *reference* to a point is its address, plus 1 to mean its negative. A
 * projective pair is three pairs X, Y, Z of coordinates.
 *
 * @see https://eprint.iacr.org/2015/1060 algorithm 7 (complete addition for a = 0)
 */

import { add, loadPair, loadSingles, negate, storePair, storeSingles, subtract } from "./field.ts";
import type { Limbs } from "./field.ts";
import { zeroLanes } from "./extension.ts";
import type { CoordinateMacros } from "./extension.ts";
import { PAIR_BYTES, toLimbs, toMontgomery } from "./limbs.ts";
import { i32, i64, i64x2, v128 } from "./wasm/instructions.ts";
import type { I32, V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

/** The parameters that differ between the two groups. */
export interface CurveParameters {
  readonly coordinates: CoordinateMacros;
  /** 3b, by components. */
  readonly tripleB: readonly bigint[];
  /** β with (βx, y) = λ·(x, y) for the λ of endomorphism.ts, by components. */
  readonly beta: readonly bigint[];
  /** Inverts a pair in Fq, see inversion.ts. */
  readonly invert: WasmFunction;
}

export interface CurveFunctions extends CurveParameters {
  /** Length of an affine point. */
  readonly pointBytes: number;
  /** Length of a projective pair. */
  readonly projectiveBytes: number;
  /** `add(target, a, b)` on projective pairs; any of them may be the same. */
  readonly add: WasmFunction;
  /**
   * `addAffine(sums, count, scratch)`: computes `count` > 0 sums, each two references and a target.
   * Returns 0 if some of the results may be the point at infinity, else 1.
   */
  readonly addAffine: WasmFunction;
}

/** Length of a sum: two references and the address of the result. */
export const SUM_BYTES = 12;

/** Returns the length of `addAffine`'s scratch memory for up to `sums` sums. */
export function addAffineScratchBytes(sums: number): number {
  return PRODUCTS_START + 2 * PRODUCT_BYTES * Math.ceil(sums / 4);
}

/** Offset of the products in the scratch memory, after that of the inversion. */
const PRODUCTS_START = 2 * PAIR_BYTES;
/** Length of a product of the norms so far and the next norm, for two sums. */
const PRODUCT_BYTES = 2 * PAIR_BYTES;

/** Defines the functions of a group, and exports `add` with the suffix `group`. */
export function defineCurve(
  module: ModuleBuilder,
  parameters: CurveParameters,
  group: string,
): CurveFunctions {
  const { coordinates } = parameters;
  const pointBytes = 2 * coordinates.bytes;
  const projectiveBytes = 3 * 2 * coordinates.bytes;
  return {
    ...parameters,
    pointBytes,
    projectiveBytes,
    add: defineProjectiveAdd(module, parameters, `add${group}`),
    addAffine: defineAddAffine(module, parameters),
  };
}

function defineProjectiveAdd(
  module: ModuleBuilder,
  { coordinates, tripleB }: CurveParameters,
  name: string,
): WasmFunction {
  const { limbs, bytes, multiply, sumOfProducts, tidy } = coordinates;
  return module.function(name, 3, (fn, target, first, second) => {
    const loadPoint = (address: I32) =>
      [0, 1, 2].map((i) => loadPair(fn, address, 2 * bytes * i, limbs));
    const [x1, y1, z1] = loadPoint(first) as [Limbs, Limbs, Limbs];
    const [x2, y2, z2] = loadPoint(second) as [Limbs, Limbs, Limbs];
    const b3 = coordinates.constant(tripleB);
    const xx = multiply(fn, x1, x2);
    const yy = multiply(fn, y1, y2);
    const zz = multiply(fn, multiply(fn, z1, z2), b3);
    // The cross terms, such as x₁y₂ + x₂y₁.
    const cross = (a1: Limbs, a2: Limbs, b1: Limbs, b2: Limbs) =>
      tidy(
        fn,
        sumOfProducts(fn, [
          [a1, b2],
          [a2, b1],
        ]),
      );
    const xy = cross(x1, x2, y1, y2);
    const yz = cross(y1, y2, z1, z2);
    const xz = multiply(fn, cross(x1, x2, z1, z2), b3);
    const xx3 = tidy(fn, add(fn, add(fn, xx, xx), xx));
    const difference = tidy(fn, subtract(fn, yy, zz));
    const sum = tidy(fn, add(fn, yy, zz));
    const negatedXz = tidy(fn, negate(fn, xz));
    const results = [
      sumOfProducts(fn, [
        [xy, difference],
        [yz, negatedXz],
      ]),
      sumOfProducts(fn, [
        [sum, difference],
        [xx3, tidy(fn, xz)],
      ]),
      sumOfProducts(fn, [
        [yz, sum],
        [xx3, xy],
      ]),
    ];
    results.forEach((result, i) => storePair(fn, target, tidy(fn, result), 2 * bytes * i));
  });
}

/** The addresses of a pair of references, and the sign bits of their y coordinates. */
interface References {
  readonly addresses: readonly [I32, I32];
  readonly signs: V128;
}

function splitReferences(fn: FunctionBuilder, low: I32, high: I32): References {
  const words = [fn.let(low), fn.let(high)] as const;
  const pair = i64x2.replace(i64x2.splat(i64.fromI32(words[0])), i64.fromI32(words[1]), 1);
  const [first, second] = words.map((word) => fn.let(i32.and(word, i32.const(-2))));
  return { addresses: [first!, second!], signs: fn.let(i64x2.shiftLeft(pair, i32.const(63))) };
}

function loadX(fn: FunctionBuilder, { limbs }: CoordinateMacros, point: References): Limbs {
  return loadSingles(fn, point.addresses, 0, limbs);
}

function loadY(fn: FunctionBuilder, { limbs, bytes }: CoordinateMacros, point: References): Limbs {
  const y = loadSingles(fn, point.addresses, bytes, limbs);
  return y.map((limb) => fn.let(v128.xor(limb, point.signs)));
}

/** Computes the coordinates of a sum from λ and the summands; all but λ are tidy. */
function thirdPoint(
  fn: FunctionBuilder,
  { square, multiply, tidy }: CoordinateMacros,
  slope: Limbs,
  [x1, y1]: readonly [Limbs, Limbs],
  x2: Limbs,
): [Limbs, Limbs] {
  const x3 = tidy(fn, subtract(fn, square(fn, slope), add(fn, x1, x2)));
  const y3 = tidy(fn, subtract(fn, multiply(fn, slope, subtract(fn, x1, x3)), y1));
  return [x3, y3];
}

/** Inverts a tidy pair in Fq. */
function invertBase(fn: FunctionBuilder, invert: WasmFunction, a: Limbs, scratch: I32): Limbs {
  const result = fn.let(i32.add(scratch, i32.const(PAIR_BYTES)));
  storePair(fn, scratch, a);
  fn.call(invert, result, scratch);
  return loadPair(fn, result);
}

function defineAddAffine(module: ModuleBuilder, parameters: CurveParameters): WasmFunction {
  const addDistinct = defineAddDistinct(module, parameters);
  const addExceptional = defineAddExceptional(module, parameters);
  return module.function(
    null,
    3,
    (fn, sums, count, scratch) => {
      fn.if(fn.result(addDistinct, sums, count, scratch), () => fn.return(i32.const(1)));
      const rest = fn.let(fn.result(addExceptional, sums, count, scratch));
      fn.if(rest, () => fn.set(rest, fn.result(addDistinct, sums, rest, scratch)));
      fn.return(i32.const(0));
    },
    "i32",
  );
}

/** The addresses of the sums of a vector: one per lane. */
type SumPair = readonly [I32, I32];

/**
 * Defines `addDistinct(sums, count, scratch)`: computes sums of points with different x. Returns 0
 * without any effect if some points have the same x.
 */
function defineAddDistinct(module: ModuleBuilder, parameters: CurveParameters): WasmFunction {
  const { coordinates } = parameters;
  const { interleaved, base } = coordinates;
  const one = base.constant(toLimbs(toMontgomery(base.field, 1n)));
  const productBytes = interleaved * PRODUCT_BYTES;
  const stepBytes = interleaved * 2 * SUM_BYTES;
  return module.function(
    null,
    3,
    (fn, sums, count, scratch) => {
      const last = fn.let(sumAddress(sums, i32.subtract(count, i32.const(1))));
      const step = fn.let(sums);
      const products = fn.let(i32.add(scratch, i32.const(PRODUCTS_START)));
      const running = Array.from({ length: interleaved }, () => one.map((limb) => fn.let(limb)));
      const multiplyRunning = (factors: readonly Limbs[]) =>
        base.sumsOfProducts(fn, running.map((vector, v) => [[vector, factors[v]!]])); // prettier-ignore
      const setRunning = (values: readonly Limbs[]) =>
        running.forEach((vector, v) => vector.forEach((limb, i) => fn.set(limb, values[v]![i]!)));
      const saved = (offset: number) =>
        running.map((_, v) => loadPair(fn, products, v * PRODUCT_BYTES + offset));

      fn.while(
        () => i32.lessOrEqual(step, last),
        () => {
          const pairs = sumPairs(fn, interleaved, step, last);
          const norms = pairs.map((pair) => coordinates.norm(fn, xDifference(fn, coordinates, pair))); // prettier-ignore
          running.forEach((vector, v) =>
            storePair(fn, products, [...vector, ...norms[v]!], v * PRODUCT_BYTES),
          );
          setRunning(multiplyRunning(norms));
          fn.set(products, i32.add(products, i32.const(productBytes)));
          fn.set(step, i32.add(step, i32.const(stepBytes)));
        },
      );
      setRunning(invertRunning(fn, parameters, running, scratch));

      fn.while(
        () => i32.greater(step, sums),
        () => {
          fn.set(step, i32.subtract(step, i32.const(stepBytes)));
          fn.set(products, i32.subtract(products, i32.const(productBytes)));
          const pairs = sumPairs(fn, interleaved, step, last);
          const normInverses = multiplyRunning(saved(0));
          setRunning(multiplyRunning(saved(PAIR_BYTES)));
          const differences = pairs.map((pair) => xDifference(fn, coordinates, pair));
          const inverses = coordinates.invertAll(fn, differences, normInverses);
          addWithInverses(fn, coordinates, pairs, inverses);
        },
      );
      fn.return(i32.const(1));
    },
    "i32",
  );
}

/** Computes the inverses of one or two pairs in Fq; returns 0 from the function if one is zero. */
function invertRunning(
  fn: FunctionBuilder,
  { coordinates: { base }, invert }: CurveParameters,
  elements: readonly Limbs[],
  scratch: I32,
): Limbs[] {
  const [first, second] = elements.map((element) => base.tidy(fn, element)) as [Limbs, Limbs?];
  const product = second === undefined ? first : base.tidy(fn, base.multiply(fn, first, second));
  fn.if(v128.anyTrue(zeroLanes(fn, product)), () => fn.return(i32.const(0)));
  const inverse = invertBase(fn, invert, product, scratch);
  if (second === undefined) return [inverse];
  return base.sumsOfProducts(fn, [[[inverse, second]], [[inverse, first]]]);
}

/** Addresses of the sums of a step; beyond the last one, that is formed again. */
function sumPairs(fn: FunctionBuilder, count: number, step: I32, last: I32): SumPair[] {
  const at = (index: number) => {
    const address = fn.let(i32.add(step, i32.const(index * SUM_BYTES)));
    fn.if(i32.greater(address, last), () => fn.set(address, last));
    return address;
  };
  return Array.from({ length: count }, (_, v) => [at(2 * v), at(2 * v + 1)] as const);
}

/** Reads the references to the first (offset 0) or second (4) points of two sums. */
function referencesOf(fn: FunctionBuilder, [low, high]: SumPair, offset: number): References {
  return splitReferences(fn, i32.load(low, offset), i32.load(high, offset));
}

function xDifference(fn: FunctionBuilder, coordinates: CoordinateMacros, sums: SumPair): Limbs {
  const [x1, x2] = [0, 4].map((o) => loadX(fn, coordinates, referencesOf(fn, sums, o)));
  return subtract(fn, x2!, x1!);
}

/** Computes and stores sums of points, given 1/(x₂ − x₁) of each. */
function addWithInverses(
  fn: FunctionBuilder,
  coordinates: CoordinateMacros,
  pairs: readonly SumPair[],
  inverses: readonly Limbs[],
): void {
  const { multiplyAll, squares, tidy } = coordinates;
  const points = pairs.map((sums) => [0, 4].map((o) => referencesOf(fn, sums, o)) as [References, References]); // prettier-ignore
  const y1 = points.map(([a]) => loadY(fn, coordinates, a));
  const slopes = multiplyAll(
    fn,
    points.map(([, b], v) => [subtract(fn, loadY(fn, coordinates, b), y1[v]!), inverses[v]!]),
  );
  const x1 = points.map(([a]) => loadX(fn, coordinates, a));
  const x3 = squares(fn, slopes).map((square, v) =>
    tidy(fn, subtract(fn, square, add(fn, x1[v]!, loadX(fn, coordinates, points[v]![1])))),
  );
  const products = multiplyAll(
    fn,
    slopes.map((slope, v) => [slope, subtract(fn, x1[v]!, x3[v]!)]),
  );
  pairs.forEach((sums, v) => {
    const y3 = tidy(fn, subtract(fn, products[v]!, y1[v]!));
    const [low, high] = sums;
    const targets = [fn.let(i32.load(low, 8)), fn.let(i32.load(high, 8))] as const;
    storeSingles(fn, targets, [...x3[v]!, ...y3]);
  });
}

function sumAddress(sums: I32, index: I32): I32 {
  return i32.add(sums, i32.multiply(index, i32.const(SUM_BYTES)));
}

/**
 * Defines `addExceptional(sums, count, scratch)`: computes the sums of points with the same x,
 * moves the others to the front and returns their number.
 */
function defineAddExceptional(module: ModuleBuilder, parameters: CurveParameters): WasmFunction {
  const { coordinates } = parameters;
  const { base, limbs, square, multiply, tidy } = coordinates;
  const isZero = (fn: FunctionBuilder, a: Limbs) => v128.anyTrue(zeroLanes(fn, tidy(fn, a)));
  return module.function(
    null,
    3,
    (fn, sums, count, scratch) => {
      const kept = fn.let(i32.const(0));
      fn.for(i32.const(0), count, (index) => {
        const sum = fn.let(sumAddress(sums, index));
        const reference = (offset: number) => {
          const word = fn.let(i32.load(sum, offset));
          return splitReferences(fn, word, word);
        };
        const [a, b] = [reference(0), reference(4)];
        const [x1, x2] = [loadX(fn, coordinates, a), loadX(fn, coordinates, b)];
        const [y1, y2] = [loadY(fn, coordinates, a), loadY(fn, coordinates, b)];
        const target = fn.let(i32.load(sum, 8));
        const store = (point: Limbs) => storeSingles(fn, [target, target], point);
        const double = () => {
          const xx = square(fn, x1);
          const numerator = tidy(fn, add(fn, add(fn, xx, xx), xx));
          const denominator = tidy(fn, add(fn, y1, y1));
          const norm = base.tidy(fn, coordinates.norm(fn, denominator));
          const normInverse = invertBase(fn, parameters.invert, norm, scratch);
          const inverse = coordinates.invertAll(fn, [denominator], [normInverse])[0]!;
          store(thirdPoint(fn, coordinates, multiply(fn, numerator, inverse), [x1, y1], x1).flat());
        };
        const infinity = () =>
          store(Array.from({ length: 2 * limbs }, () => fn.let(v128.splat64(0n))));
        const keep = () => {
          const place = fn.let(sumAddress(sums, kept));
          for (const offset of [0, 4, 8]) {
            fn.do(i32.store(place, i32.load(sum, offset), offset));
          }
          fn.set(kept, i32.add(kept, i32.const(1)));
        };
        fn.if(
          isZero(fn, subtract(fn, x2, x1)),
          () => fn.if(isZero(fn, subtract(fn, y2, y1)), double, infinity),
          keep,
        );
      });
      fn.return(kept);
    },
    "i32",
  );
}

/** Copies the point of a reference, negated if its sign bit is set. */
export function copyPoint(
  fn: FunctionBuilder,
  { coordinates: { bytes, limbs } }: CurveParameters,
  target: I32,
  reference: I32,
): void {
  const word = fn.let(reference);
  const source = fn.let(i32.and(word, i32.const(-2)));
  const place = fn.let(target);
  const sign = fn.let(i64.shiftLeft(i64.fromI32(word), i64.const(63n)));
  for (let i = 0; i < limbs; i++) fn.do(i64.store(place, i64.load(source, 8 * i), 8 * i));
  for (let offset = bytes; offset < 2 * bytes; offset += 8) {
    fn.do(i64.store(place, i64.xor(i64.load(source, offset), sign), offset));
  }
}
