/**
 * Emits Fourier transforms over Fr.
 *
 * A *vector* of n = 2m elements is m pairs: lanes of pair i hold elements i and i + m. The inverse
 * transform, from values at ω^i to coefficients, starts with one layer across the lanes,
 *
 *     (a, b) ← (a + b, (a − b)·ω^−i).
 *
 * The lanes then hold two vectors of half the size, which go through the same layers with ω² in
 * place of ω (decimation in frequency). The results are in bit-reversed order. The forward
 * transform undoes the same layers from last to first, so no reordering is needed.
 *
 * `roots` holds ω^0 … ω^m as single elements; ω^−i is −ω^(m−i).
 *
 * Threads share the first layers by ranges of butterflies; the last layers run within blocks that
 * fit the cache.
 */

import { add, loadBoth, loadPair, storePair, subtract } from "./field.ts";
import type { FieldMacros, Limbs, Products } from "./field.ts";
import { ELEMENT_BYTES, PAIR_BYTES } from "./limbs.ts";
import { i32, v128 } from "./wasm/instructions.ts";
import type { I32 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

/** Exports the functions of this file. */
export function defineFft(module: ModuleBuilder, fr: FieldMacros): void {
  definePowers(module, fr);
  defineInverse(module, fr);
  defineForward(module, fr);
  defineShift(module, fr);
}

const at = (base: I32, index: I32, bytes: number): I32 =>
  i32.add(base, i32.multiply(index, i32.const(bytes)));

/** Joins one lane of `low` and one of `high` to a pair. */
function joinLanes(fn: FunctionBuilder, low: Limbs, high: Limbs, lanes: readonly [0 | 1, 0 | 1]) {
  return low.map((limb, i) => fn.let(v128.shuffle64(limb, high[i]!, lanes[0], lanes[1])));
}

/**
 * `powers(target, from, to, ratio)`: computes singles from + 1 to `to`, each as the previous one
 * times the single element at `ratio`.
 */
function definePowers(module: ModuleBuilder, fr: FieldMacros): void {
  module.function("powers", 4, (fn, target, from, to, ratio) => {
    const factor = loadBoth(fn, ratio);
    const place = fn.let(at(target, from, ELEMENT_BYTES));
    const current = loadBoth(fn, place).map((limb) => fn.let(limb));
    fn.for(from, to, () => {
      fr.tidy(fn, fr.multiply(fn, current, factor)).forEach((limb, i) => fn.set(current[i]!, limb));
      fn.set(place, i32.add(place, i32.const(ELEMENT_BYTES)));
      current.forEach((limb, i) => fn.do(v128.storeLane(place, limb, 0, 8 * i)));
    });
  });
}

/** Items of a step of a loop, whose products are interleaved. */
const STEP_ITEMS = 2;

/**
 * Runs `body` with the indices from `from` to `to`, some at a time. The last step may repeat an
 * index, so `body` reads everything before it writes.
 */
function forEachStep(
  fn: FunctionBuilder,
  [from, to]: readonly [I32, I32],
  body: (indices: readonly I32[]) => void,
): void {
  const last = fn.let(i32.subtract(to, i32.const(1)));
  fn.for(
    from,
    to,
    (first) => {
      const others = Array.from({ length: STEP_ITEMS - 1 }, (_, i) => {
        const index = fn.let(i32.add(first, i32.const(i + 1)));
        fn.if(i32.greater(index, last), () => fn.set(index, last));
        return index;
      });
      body([first, ...others]);
    },
    STEP_ITEMS,
  );
}

/** Computes independent products. */
function multiplyAll(fn: FunctionBuilder, fr: FieldMacros, factors: Products): Limbs[] {
  return fr.sumsOfProducts(fn, factors.map((pair) => [pair])); // prettier-ignore
}

/** The two pairs of a butterfly, and where they are. */
interface Butterfly {
  readonly low: I32;
  readonly high: I32;
  /** Index of the root. */
  readonly index: I32;
  readonly a: Limbs;
  readonly b: Limbs;
}

/** Runs `body` with butterflies `from` to `to` of a layer, some at a time. */
function forEachButterfly(
  fn: FunctionBuilder,
  vector: I32,
  range: readonly [I32, I32],
  logHalf: I32,
  body: (butterflies: readonly Butterfly[]) => void,
): void {
  const half = fn.let(i32.shiftLeft(i32.const(1), logHalf));
  const distance = fn.let(i32.multiply(half, i32.const(PAIR_BYTES)));
  forEachStep(fn, range, (numbers) => {
    const butterflies = numbers.map((butterfly): Butterfly => {
      const index = fn.let(i32.and(butterfly, i32.subtract(half, i32.const(1))));
      const pair = i32.subtract(i32.shiftLeft(butterfly, i32.const(1)), index);
      const low = fn.let(at(vector, pair, PAIR_BYTES));
      const high = fn.let(i32.add(low, distance));
      return { low, high, index, a: loadPair(fn, low), b: loadPair(fn, high) };
    });
    body(butterflies);
  });
}

/** Exports a function that runs all layers of one block of 2^logBlock pairs. */
function defineBlock(
  module: ModuleBuilder,
  name: string,
  layer: WasmFunction,
  direction: "down" | "up",
): void {
  module.function(name, 5, (fn, vector, roots, logSize, logBlock, block) => {
    const start = fn.let(at(vector, i32.shiftLeft(block, logBlock), PAIR_BYTES));
    const butterflies = fn.let(i32.shiftLeft(i32.const(1), i32.subtract(logBlock, i32.const(1))));
    fn.for(i32.const(0), logBlock, (step) => {
      const logHalf =
        direction === "up" ? step : i32.subtract(i32.subtract(logBlock, i32.const(1)), step);
      fn.call(layer, start, roots, logSize, logHalf, i32.const(0), butterflies);
    });
  });
}

/** Returns the address of ω^(index·m/half) or, for the inverse, of −ω^−(…): m = 2^logSize. */
function rootAddress(roots: I32, index: I32, logSize: I32, logHalf: I32): I32 {
  return at(roots, i32.shiftLeft(index, i32.subtract(logSize, logHalf)), ELEMENT_BYTES);
}

/**
 * `inverseAcross(vector, roots, logSize, from, to)` is the first layer,
 * `inverseLayer(vector, roots, logSize, logHalf, from, to)` one with halves of 2^logHalf pairs,
 * `inverseBlock(vector, roots, logSize, logBlock, block)` all within a block. There are 2^logSize
 * pairs.
 */
function defineInverse(module: ModuleBuilder, fr: FieldMacros): void {
  module.function("inverseAcross", 5, (fn, vector, roots, logSize, from, to) => {
    const size = fn.let(i32.shiftLeft(i32.const(1), logSize));
    fn.for(from, to, (index) => {
      const address = fn.let(at(vector, index, PAIR_BYTES));
      const pair = loadPair(fn, address);
      const swapped = joinLanes(fn, pair, pair, [1, 0]);
      const sum = fr.tidy(fn, add(fn, pair, swapped));
      const root = loadBoth(fn, at(roots, i32.subtract(size, index), ELEMENT_BYTES));
      // Lane 1 holds b − a, and the root is negated as well.
      const difference = fr.multiply(fn, subtract(fn, pair, swapped), root);
      storePair(fn, address, joinLanes(fn, sum, difference, [0, 1]));
    });
  });
  const layer = module.function(
    "inverseLayer",
    6,
    (fn, vector, roots, logSize, logHalf, from, to) => {
      const half = fn.let(i32.shiftLeft(i32.const(1), logHalf));
      forEachButterfly(fn, vector, [from, to], logHalf, (butterflies) => {
        const products = multiplyAll(
          fn,
          fr,
          butterflies.map(({ a, b, index }) => {
            const address = rootAddress(roots, i32.subtract(half, index), logSize, logHalf);
            return [subtract(fn, b, a), loadBoth(fn, fn.let(address))];
          }),
        );
        butterflies.forEach(({ low, high, a, b }, i) => {
          storePair(fn, low, fr.tidy(fn, add(fn, a, b)));
          storePair(fn, high, products[i]!);
        });
      });
    },
  );
  defineBlock(module, "inverseBlock", layer, "down");
}

/** `forwardAcross`, `forwardLayer`, `forwardBlock`: inverses of the above, up to a factor of n. */
function defineForward(module: ModuleBuilder, fr: FieldMacros): void {
  module.function("forwardAcross", 5, (fn, vector, roots, _, from, to) => {
    fn.for(from, to, (index) => {
      const address = fn.let(at(vector, index, PAIR_BYTES));
      const pair = loadPair(fn, address);
      const product = fr.multiply(fn, pair, loadBoth(fn, at(roots, index, ELEMENT_BYTES)));
      const a = joinLanes(fn, pair, pair, [0, 0]);
      const b = joinLanes(fn, product, product, [1, 1]);
      const results = joinLanes(fn, add(fn, a, b), subtract(fn, a, b), [0, 1]);
      storePair(fn, address, fr.tidy(fn, results));
    });
  });
  const layer = module.function(
    "forwardLayer",
    6,
    (fn, vector, roots, logSize, logHalf, from, to) => {
      forEachButterfly(fn, vector, [from, to], logHalf, (butterflies) => {
        const products = multiplyAll(
          fn,
          fr,
          butterflies.map(({ b, index }) => {
            const address = rootAddress(roots, index, logSize, logHalf);
            return [b, loadBoth(fn, fn.let(address))];
          }),
        );
        butterflies.forEach(({ low, high, a }, i) => {
          storePair(fn, low, fr.tidy(fn, add(fn, a, products[i]!)));
          storePair(fn, high, fr.tidy(fn, subtract(fn, a, products[i]!)));
        });
      });
    },
  );
  defineBlock(module, "forwardBlock", layer, "up");
}

/**
 * `shift(vector, roots, logSize, factors, from, to)`: multiplies coefficient i, in bit-reversed
 * order, by g^i/n for g² = ω; pair `factors` holds 1/n and g/n.
 *
 * Pair j holds the coefficients 2·rev(j) and 2·rev(j) + 1, and g^(2·rev(j)) = ω^rev(j).
 */
function defineShift(module: ModuleBuilder, fr: FieldMacros): void {
  module.function("shift", 6, (fn, vector, roots, logSize, factors, from, to) => {
    const scale = loadPair(fn, factors);
    forEachStep(fn, [from, to], (indices) => {
      const addresses = indices.map((index) => fn.let(at(vector, index, PAIR_BYTES)));
      const scaled = multiplyAll(
        fn,
        fr,
        addresses.map((address) => [loadPair(fn, address), scale]),
      );
      const factors = indices.map((index, i) => {
        const unused = i32.subtract(i32.const(32), logSize);
        const reversed = fn.let(i32.shiftRight(reverseBits(fn, index), unused));
        return [scaled[i]!, loadBoth(fn, at(roots, reversed, ELEMENT_BYTES))] as const;
      });
      const shifted = multiplyAll(fn, fr, factors);
      addresses.forEach((address, i) => storePair(fn, address, shifted[i]!));
    });
  });
}

/** Reverses the 32 bits of a word. */
function reverseBits(fn: FunctionBuilder, word: I32): I32 {
  const masks = [0x55555555, 0x33333333, 0x0f0f0f0f, 0x00ff00ff];
  const swapped = masks.reduce((value: I32, mask, i) => {
    const current = fn.let(value);
    const [by, bits] = [i32.const(1 << i), i32.const(mask)];
    return i32.or(
      i32.and(i32.shiftRight(current, by), bits),
      i32.shiftLeft(i32.and(current, bits), by),
    );
  }, word);
  const halves = fn.let(swapped);
  const by = i32.const(16);
  return i32.or(i32.shiftRight(halves, by), i32.shiftLeft(halves, by));
}
