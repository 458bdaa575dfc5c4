/**
 * Emits the parts of a multi-scalar multiplication Σ kᵢ·Pᵢ, by Pippenger's buckets.
 *
 * scalars.ts splits each scalar into two halves k = k' + λ·k'' and each half into signed digits of
 * c bits, and sorts, per half and window, the points by the size of their digit. This module
 * computes Σ_d d·B_d per window, where bucket B_d is the sum of the points with digit d minus those
 * with −d.
 *
 * 1. `accumulate` fills the buckets of one half. Points of a bucket are added in pairs, then the
 *    sums in pairs, and so on, and the additions of all buckets share one inversion per level. It
 *    works on a chunk of references at a time, so that levels stay in the cache.
 * 2. `endomorphism` multiplies every bucket by λ. It runs after the half k'' is accumulated and
 *    before k' is added to the same buckets.
 * 3. `reduce` computes Σ d·B_d. It arranges the buckets as a square, d − 1 = 2^m·row + column, and
 *    adds up the rows and the columns, in batches as before; what remains are two such sums over
 *    some 2^(c/2) points. These are the sums of the running sums R_d = B_d + … + B_max, from the
 *    top, in projective coordinates; each lane takes one half of the points.
 * 4. `combine` combines the windows: S_0 + 2^c·(S_1 + 2^c·(…)).
 *
 * The first three make up `sumWindow`, which takes a scratch area as last argument, so that threads
 * can work on different windows.
 */

import { addAffineScratchBytes, copyPoint, SUM_BYTES } from "./curve.ts";
import type { CurveFunctions } from "./curve.ts";
import { loadPair, loadSingles, storePair, storeSingles } from "./field.ts";
import type { Limbs } from "./field.ts";
import { LIMBS } from "./limbs.ts";
import { i32, i64, i64x2, v128 } from "./wasm/instructions.ts";
import type { I32, Local, V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

/** References per chunk: a larger one shares more inversions, a smaller one fits the cache. */
const CHUNK = 1 << 11;
const CACHE_LINE_BYTES = 64;
const WORD = 4;
const RUN_BYTES = 2 * WORD;

/** Offsets in the scratch area of a chunk. */
interface ScratchLayout {
  /** References, run after run. */
  readonly references: number;
  /** The number of references and the bucket of each run. */
  readonly runs: number;
  readonly sums: number;
  /** Points that sums are written to. */
  readonly points: number;
  readonly inversion: number;
  readonly end: number;
}

function scratchLayout({ pointBytes }: CurveFunctions): ScratchLayout {
  const runs = WORD * CHUNK;
  const sums = runs + RUN_BYTES * CHUNK;
  const points = sums + (SUM_BYTES * CHUNK) / 2;
  const inversion = points + pointBytes * CHUNK;
  const end = inversion + addAffineScratchBytes(CHUNK / 2);
  return { references: 0, runs, sums, points, inversion, end };
}

/** Returns the length of a thread's scratch memory for windows of `bits` bits. */
export function msmScratchBytes(curve: CurveFunctions, bits: number): number {
  const lines = 2 ** columnBits(bits) + 2 ** (bits - 1 - columnBits(bits));
  return scratchLayout(curve).end + (curve.pointBytes + 1) * (2 ** (bits - 1) + lines);
}

/** The logarithm of the number of columns that the buckets of a window are arranged in. */
function columnBits(bits: number): number {
  return Math.floor(bits / 2);
}

/** Exports `sumWindow` and `combine` with the suffix `group`. */
export function defineMsm(module: ModuleBuilder, curve: CurveFunctions, group: string): void {
  defineSumWindow(module, curve, `sumWindow${group}`);
  defineCombine(module, curve, `combine${group}`);
}

/**
 * `sumWindow(offsets, entries, offsets', entries', bits, points, present, first, target, scratch)`
 *
 * Computes the sum of one window from the sorted lists of both halves, as a projective point in
 * both lanes of `target`. Point i belongs to scalar i + first, and counts if present[i] is not 0.
 */
function defineSumWindow(module: ModuleBuilder, curve: CurveFunctions, name: string): void {
  const layout = scratchLayout(curve);
  const flush = defineFlush(module, curve, layout);
  const accumulate = defineAccumulate(module, curve, layout, flush);
  const endomorphism = defineEndomorphism(module, curve);
  const reduce = defineReduce(module, curve, layout, flush);
  const start = layout.end;
  module.function(
    name,
    10,
    (fn, offsets, entries, offsets2, entries2, bits, points, present, first, target, scratch) => {
      const count = fn.let(i32.shiftLeft(i32.const(1), i32.subtract(bits, i32.const(1))));
      const buckets = fn.let(plus(scratch, start));
      const used = fn.let(at(buckets, count, curve.pointBytes));
      fn.for(i32.const(0), count, (bucket) =>
        fn.do(i32.store8(i32.add(used, bucket), i32.const(0))),
      );
      const add = (starts: I32, list: I32) =>
        fn.call(accumulate, starts, list, buckets, used, count, points, present, first, scratch);
      add(offsets2, entries2);
      fn.call(endomorphism, buckets, count);
      add(offsets, entries);
      fn.call(reduce, buckets, bits, target, scratch);
    },
  );
}

const plus = (base: I32, offset: number): I32 => i32.add(base, i32.const(offset));
const at = (base: I32, index: I32, bytes: number): I32 =>
  i32.add(base, i32.multiply(index, i32.const(bytes)));
const increment = (fn: FunctionBuilder, counter: Local<"i32">, by = 1) =>
  fn.set(counter, plus(counter, by));

/**
 * Defines `accumulate(offsets, entries, buckets, used, count, points, present, first, scratch)`:
 * adds to each of `count` buckets the points of its entries. used[b] is not 0 if bucket b has a
 * point.
 */
function defineAccumulate(
  module: ModuleBuilder,
  { pointBytes }: CurveFunctions,
  layout: ScratchLayout,
  flush: WasmFunction,
): WasmFunction {
  return module.function(null, 9, (fn, ...parameters) => {
    const [offsets, entries, buckets, used, count, points, present, first, scratch] = parameters;
    const list = createRunList(fn, scratch, layout);
    // A loop that only reads brings many points into the cache at a time, before sums need them.
    const touched = fn.let(i64.const(0n));
    const openRun = (bucket: I32) => {
      list.open();
      fn.if(i32.load8(i32.add(used, bucket)), () => list.push(at(buckets, bucket, pointBytes)));
    };
    const flushRuns = () => {
      fn.call(flush, list.runs, buckets, used, scratch);
      list.clear();
    };
    const pushEntry = (entry: I32) => {
      const word = fn.let(i32.load(entry));
      const index = fn.let(i32.subtract(i32.shiftRight(word, i32.const(1)), first));
      fn.if(i32.greaterOrEqualSigned(index, i32.const(0)), () =>
        fn.if(i32.load8(i32.add(present, index)), () => {
          const point = fn.let(at(points, index, pointBytes));
          for (const offset of wordsOfCacheLines(pointBytes)) {
            fn.set(touched, i64.xor(touched, i64.load(point, offset)));
          }
          list.push(i32.or(point, i32.and(word, i32.const(1))));
        }),
      );
    };
    fn.for(i32.const(0), count, (bucket) => {
      const start = i32.load(at(offsets, bucket, WORD));
      const end = fn.let(at(entries, i32.load(at(offsets, bucket, WORD), WORD), WORD));
      const entry = fn.let(at(entries, start, WORD));
      fn.if(i32.less(entry, end), () => {
        openRun(bucket);
        fn.while(
          () => i32.less(entry, end),
          () => {
            pushEntry(entry);
            increment(fn, entry, WORD);
            fn.if(i32.equal(list.filled, i32.const(CHUNK)), () => {
              list.close(bucket);
              flushRuns();
              openRun(bucket);
            });
          },
        );
        list.close(bucket);
        // The next bucket needs room for its own point and one entry.
        fn.if(i32.greater(list.filled, i32.const(CHUNK - 2)), flushRuns);
      });
    });
    flushRuns();
    fn.do(i64.store(scratch, touched)); // so that no compiler drops the reads
  });
}

/** Returns the offsets of words that touch all cache lines of a point. */
function wordsOfCacheLines(pointBytes: number): number[] {
  const starts = Array.from(
    { length: Math.ceil(pointBytes / CACHE_LINE_BYTES) },
    (_, i) => i * CACHE_LINE_BYTES,
  );
  return starts.map((start) => Math.min(start, pointBytes - 8));
}

/** Emits a list of runs of references in a scratch area. */
function createRunList(fn: FunctionBuilder, scratch: I32, layout: ScratchLayout) {
  const filled = fn.let(i32.const(0));
  const runs = fn.let(i32.const(0));
  const start = fn.local("i32");
  return {
    /** Number of references. */
    filled,
    /** Number of runs. */
    runs,
    open: () => fn.set(start, filled),
    push: (reference: I32) => {
      fn.do(i32.store(at(scratch, filled, WORD), reference));
      increment(fn, filled);
    },
    /** Ends a run, to be summed into a bucket, unless it is empty. */
    close: (bucket: I32) =>
      fn.if(i32.less(start, filled), () => {
        const run = fn.let(at(plus(scratch, layout.runs), runs, RUN_BYTES));
        fn.do(i32.store(run, i32.subtract(filled, start)));
        fn.do(i32.store(run, bucket, WORD));
        increment(fn, runs);
      }),
    clear: () => {
      fn.set(filled, i32.const(0));
      fn.set(runs, i32.const(0));
    },
  };
}

/**
 * Defines `flush(runs, buckets, used, scratch)`: sums each run of references and stores the result
 * in the run's bucket, or marks the bucket as unused if the sum is the point at infinity.
 */
function defineFlush(
  module: ModuleBuilder,
  curve: CurveFunctions,
  layout: ScratchLayout,
): WasmFunction {
  const dropInfinite = defineDropInfinite(module, curve, layout);
  return module.function(null, 4, (fn, runs, buckets, used, scratch) => {
    const sums = fn.let(plus(scratch, layout.sums));
    const inversion = fn.let(plus(scratch, layout.inversion));
    const freePoint = fn.let(plus(scratch, layout.points));
    const sumCount = fn.let(i32.const(1));
    fn.while(
      () => sumCount,
      () => {
        fn.set(sumCount, i32.const(0));
        pairUp(fn, curve, { scratch, runs, layout, sums, sumCount, freePoint });
        fn.if(sumCount, () => {
          const ordinary = fn.result(curve.addAffine, sums, sumCount, inversion);
          fn.if(i32.isZero(ordinary), () => fn.call(dropInfinite, runs, scratch));
        });
      },
    );
    const reference = fn.let(scratch);
    fn.for(i32.const(0), runs, (index) => {
      const run = fn.let(at(plus(scratch, layout.runs), index, RUN_BYTES));
      const length = fn.let(i32.load(run));
      const bucket = fn.let(i32.load(run, WORD));
      fn.do(i32.store8(i32.add(used, bucket), length));
      fn.if(length, () => {
        copyPoint(fn, curve, at(buckets, bucket, curve.pointBytes), i32.load(reference));
        increment(fn, reference, WORD);
      });
    });
  });
}

interface Level {
  readonly scratch: I32;
  readonly runs: I32;
  readonly layout: ScratchLayout;
  readonly sums: I32;
  readonly sumCount: Local<"i32">;
  readonly freePoint: Local<"i32">;
}

/** Lists a sum for each two neighbors of a run, and replaces them by a reference to the result. */
function pairUp(fn: FunctionBuilder, { pointBytes }: CurveFunctions, level: Level): void {
  const { scratch, runs, layout, sums, sumCount, freePoint } = level;
  const read = fn.let(scratch);
  const write = fn.let(scratch);
  fn.for(i32.const(0), runs, (index) => {
    const run = fn.let(at(plus(scratch, layout.runs), index, RUN_BYTES));
    const end = fn.let(at(read, i32.load(run), WORD));
    const start = fn.let(write);
    fn.while(
      () => i32.less(plus(read, WORD), end),
      () => {
        const sum = fn.let(at(sums, sumCount, SUM_BYTES));
        fn.do(i64.store(sum, i64.load(read)));
        fn.do(i32.store(sum, freePoint, 2 * WORD));
        fn.do(i32.store(write, freePoint));
        increment(fn, freePoint, pointBytes);
        increment(fn, sumCount);
        increment(fn, read, 2 * WORD);
        increment(fn, write, WORD);
      },
    );
    fn.if(i32.less(read, end), () => {
      fn.do(i32.store(write, i32.load(read)));
      increment(fn, read, WORD);
      increment(fn, write, WORD);
    });
    fn.do(i32.store(run, i32.shiftRight(i32.subtract(write, start), i32.const(2))));
  });
}

/** Defines `dropInfinite(runs, scratch)`: removes points at infinity from the runs. */
function defineDropInfinite(
  module: ModuleBuilder,
  { pointBytes }: CurveFunctions,
  layout: ScratchLayout,
): WasmFunction {
  return module.function(null, 2, (fn, runs, scratch) => {
    const read = fn.let(scratch);
    const write = fn.let(scratch);
    fn.for(i32.const(0), runs, (index) => {
      const run = fn.let(at(plus(scratch, layout.runs), index, RUN_BYTES));
      const end = fn.let(at(read, i32.load(run), WORD));
      const start = fn.let(write);
      fn.while(
        () => i32.less(read, end),
        () => {
          const reference = fn.let(i32.load(read));
          const point = fn.let(i32.and(reference, i32.const(-2)));
          const bits = Array.from({ length: pointBytes / 16 }, (_, i) => v128.load(point, 16 * i));
          fn.if(v128.anyTrue(bits.reduce((all, vector) => v128.or(all, vector))), () => {
            fn.do(i32.store(write, reference));
            increment(fn, write, WORD);
          });
          increment(fn, read, WORD);
        },
      );
      fn.do(i32.store(run, i32.shiftRight(i32.subtract(write, start), i32.const(2))));
    });
  });
}

/** Defines `endomorphism(buckets, count)`: multiplies an even number of points by λ. */
function defineEndomorphism(module: ModuleBuilder, curve: CurveFunctions): WasmFunction {
  const { coordinates, pointBytes, beta } = curve;
  const { multiply, tidy, limbs } = coordinates;
  return module.function(null, 2, (fn, buckets, count) => {
    fn.for(
      i32.const(0),
      count,
      (bucket) => {
        const low = fn.let(at(buckets, bucket, pointBytes));
        const points = [low, fn.let(plus(low, pointBytes))] as const;
        const x = loadSingles(fn, points, 0, limbs);
        storeSingles(fn, points, tidy(fn, multiply(fn, x, coordinates.constant(beta))));
      },
      2,
    );
  });
}

/**
 * Defines `reduce(buckets, bits, target, scratch)`: computes Σ (b + 1)·bucket[b] over 2^(bits − 1)
 * buckets as a projective point in both lanes of `target`. The flags of used buckets follow them.
 */
function defineReduce(
  module: ModuleBuilder,
  curve: CurveFunctions,
  layout: ScratchLayout,
  flush: WasmFunction,
): WasmFunction {
  const { pointBytes, projectiveBytes } = curve;
  const sumLines = defineSumLines(module, curve, layout, flush);
  const reduceLine = defineReduceLine(module, curve);
  return module.function(null, 4, (fn, buckets, bits, target, scratch) => {
    const one = i32.const(1);
    const logColumns = fn.let(i32.shiftRight(bits, one));
    const columns = fn.let(i32.shiftLeft(one, logColumns));
    const rows = fn.let(i32.shiftLeft(one, i32.subtract(i32.subtract(bits, one), logColumns)));
    const count = fn.let(i32.multiply(rows, columns));
    const lines = fn.let(at(buckets, count, pointBytes + 1));
    const used = fn.let(at(lines, i32.add(rows, columns), pointBytes));
    fn.call(sumLines, buckets, logColumns, rows, lines, used, scratch);
    fn.call(reduceLine, lines, used, columns, target, scratch);
    const product = fn.let(plus(scratch, 2 * projectiveBytes));
    const rowSums = at(lines, columns, pointBytes);
    fn.call(reduceLine, rowSums, i32.add(used, columns), rows, product, scratch);
    fn.for(i32.const(0), logColumns, () => fn.call(curve.add, product, product, product));
    fn.call(curve.add, target, target, product);
  });
}

/**
 * Defines `sumLines(buckets, logColumns, rows, lines, used, scratch)`: writes the sums of all
 * columns to `lines`, then those of the rows from the second on, and a flag of each to `used`.
 */
function defineSumLines(
  module: ModuleBuilder,
  { pointBytes }: CurveFunctions,
  layout: ScratchLayout,
  flush: WasmFunction,
): WasmFunction {
  return module.function(null, 6, (fn, buckets, logColumns, rows, lines, used, scratch) => {
    const columns = fn.let(i32.shiftLeft(i32.const(1), logColumns));
    const usedBuckets = fn.let(at(buckets, i32.multiply(rows, columns), pointBytes));
    const list = createRunList(fn, scratch, layout);
    const flushRuns = () => {
      fn.call(flush, list.runs, lines, used, scratch);
      list.clear();
    };
    const sumLine = (line: I32, length: I32, bucketOf: (index: I32) => I32) => {
      // A line has room in an empty list: the 2^15 buckets of a window have lines of 2^8 at most.
      const isFull = i32.greater(i32.add(list.filled, length), i32.const(CHUNK));
      fn.if(isFull, flushRuns);
      list.open();
      fn.for(i32.const(0), length, (index) => {
        const bucket = fn.let(bucketOf(index));
        fn.if(i32.load8(i32.add(usedBuckets, bucket)), () =>
          list.push(at(buckets, bucket, pointBytes)),
        );
      });
      list.close(line);
    };
    fn.for(i32.const(0), i32.add(rows, columns), (line) =>
      fn.do(i32.store8(i32.add(used, line), i32.const(0))),
    );
    fn.for(i32.const(0), columns, (column) =>
      sumLine(column, rows, (row) => i32.add(i32.shiftLeft(row, logColumns), column)),
    );
    fn.for(i32.const(1), rows, (row) => {
      const line = i32.add(columns, i32.subtract(row, i32.const(1)));
      sumLine(line, columns, (column) => i32.add(i32.shiftLeft(row, logColumns), column));
    });
    flushRuns();
  });
}

/**
 * Defines `reduceLine(buckets, used, count, target, scratch)`: computes Σ (b + 1)·bucket[b] as a
 * projective point in both lanes of `target`. `count` is a power of two.
 */
function defineReduceLine(module: ModuleBuilder, curve: CurveFunctions): WasmFunction {
  const { pointBytes, projectiveBytes } = curve;
  return module.function(null, 5, (fn, buckets, used, count, target, scratch) => {
    const running = fn.let(plus(scratch, projectiveBytes));
    const half = fn.let(i32.shiftRight(count, i32.const(1)));
    storePair(fn, running, infinity(fn, curve));
    storePair(fn, target, infinity(fn, curve));
    const index = fn.let(half);
    fn.while(
      () => index,
      () => {
        increment(fn, index, -1);
        const indices = [index, fn.let(i32.add(index, half))] as const;
        const points = indices.map((i) => fn.let(at(buckets, i, pointBytes)));
        const flags = indices.map((i) => i64.fromI32(i32.load8(i32.add(used, i))));
        const usedLanes = i64x2.replace(i64x2.splat(flags[0]!), flags[1]!, 1);
        const mask = fn.let(i64x2.negate(v128.and(usedLanes, v128.splat64(1n))));
        loadProjective(fn, curve, scratch, [points[0]!, points[1]!], mask);
        fn.call(curve.add, running, running, scratch);
        fn.call(curve.add, target, target, running);
      },
    );
    // The upper lane lacks half·R, which the lower lane of the second operand must not add.
    const bit = fn.let(i32.shiftRight(half, i32.const(1)));
    fn.while(
      () => bit,
      () => {
        fn.call(curve.add, running, running, running);
        fn.set(bit, i32.shiftRight(bit, i32.const(1)));
      },
    );
    keepUpperLane(fn, curve, running);
    fn.call(curve.add, target, target, running);
    swapLanes(fn, curve, scratch, target);
    fn.call(curve.add, target, target, scratch);
  });
}

/** `combine(windows, count, bits, target)`: computes Σ 2^(bits·w)·windows[w] in both lanes. */
function defineCombine(module: ModuleBuilder, curve: CurveFunctions, name: string): void {
  module.function(name, 4, (fn, windows, count, bits, target) => {
    storePair(fn, target, infinity(fn, curve));
    const index = fn.let(count);
    fn.while(
      () => index,
      () => {
        increment(fn, index, -1);
        fn.for(i32.const(0), bits, () => fn.call(curve.add, target, target, target));
        fn.call(curve.add, target, target, at(windows, index, curve.projectiveBytes));
      },
    );
  });
}

function oneOf({ coordinates: { limbs, constant } }: CurveFunctions): Limbs {
  return constant([1n, ...Array<bigint>(limbs / LIMBS - 1).fill(0n)]);
}

function infinity(fn: FunctionBuilder, curve: CurveFunctions): Limbs {
  const zero = Array.from({ length: curve.coordinates.limbs }, () => v128.splat64(0n));
  return [...zero, ...oneOf(curve), ...zero].map((limb) => fn.let(limb));
}

/** Writes two affine points as a projective pair, with infinity where `mask` is zero. */
function loadProjective(
  fn: FunctionBuilder,
  curve: CurveFunctions,
  target: I32,
  points: readonly [I32, I32],
  mask: V128,
): void {
  const { limbs, bytes } = curve.coordinates;
  const one = oneOf(curve);
  const x = loadSingles(fn, points, 0, limbs).map((limb) => v128.and(limb, mask));
  const y = loadSingles(fn, points, bytes, limbs).map((limb, i) =>
    v128.select(limb, one[i]!, mask),
  );
  storePair(fn, target, [...x, ...y, ...one.map((limb) => v128.and(limb, mask))]);
}

/** Replaces lane 0 by the point at infinity. */
function keepUpperLane(fn: FunctionBuilder, curve: CurveFunctions, target: I32): void {
  const vectors = loadPair(fn, target, 0, 3 * curve.coordinates.limbs);
  const nothing = infinity(fn, curve);
  storePair(
    fn,
    target,
    vectors.map((vector, i) => v128.shuffle64(nothing[i]!, vector, 0, 1)),
  );
}

function swapLanes(fn: FunctionBuilder, curve: CurveFunctions, target: I32, source: I32): void {
  const vectors = loadPair(fn, source, 0, 3 * curve.coordinates.limbs);
  storePair(
    fn,
    target,
    vectors.map((vector) => v128.shuffle64(vector, vector, 1, 0)),
  );
}
