/**
 * Multiplies a group's generator by many scalars, for setups.
 *
 * A scalar is split into windows of w bits; a table has d·2^(wj)·G for every window j and digit d,
 * so a product is a sum of one entry per window. The sums of a batch of scalars are computed
 * together, in affine additions that share their inversions.
 */

import { defineImport, importFactor, storeIntegers } from "./conversion.ts";
import { addAffineScratchBytes, copyPoint, SUM_BYTES } from "./curve.ts";
import type { CurveFunctions } from "./curve.ts";
import { createFieldMacros, loadSingles } from "./field.ts";
import type { FieldMacros } from "./field.ts";
import { defineGroup } from "./groups.ts";
import { defineInversion } from "./inversion.ts";
import type { Group } from "./groups.ts";
import { compileKernel, instantiateKernel, PAGE_BYTES } from "./instance.ts";
import type { KernelFunctions } from "./instance.ts";
import { ELEMENT_BYTES, FQ, FR, INTEGER_BYTES } from "./limbs.ts";
import { i32 } from "./wasm/instructions.ts";
import type { I32 } from "./wasm/instructions.ts";
import { createModule, POOL_END } from "./wasm/module.ts";
import type { ModuleBuilder } from "./wasm/module.ts";

/** Multiplies the generator by little-endian scalars in [0, r); points are as in key files. */
export type FixedBaseMultiplication = (scalars: Uint8Array) => Uint8Array<ArrayBuffer>;

/** Number of scalars that share inversions. */
const BATCH = 2048;
/** A larger table exceeds the cache, and a look-up costs more than an addition saves. */
const MAXIMUM_WINDOW_BITS = 12;
const SCALAR_BITS = FR.modulus.toString(2).length;
/** Coordinates in files are in Montgomery form with R = 2^256. */
const FILE_SHIFT = 256;
const ALIGNMENT = 64;

interface Layout {
  readonly factor: number;
  readonly scalars: number;
  readonly started: number;
  readonly sums: number;
  readonly scratch: number;
  readonly points: number;
  readonly file: number;
  readonly table: number;
  readonly end: number;
}

/**
 * Builds the table of a generator.
 *
 * @param generator - An affine point as in key files: 64 bytes in G1, 128 in G2.
 * @param expectedCount - Expected number of scalars, by which the window is chosen.
 * @throws KERNEL_UNSUPPORTED
 */
export function createFixedBaseMultiplication(
  group: Group,
  generator: Uint8Array,
  expectedCount: number,
): FixedBaseMultiplication {
  const bits = chooseWindowBits(expectedCount);
  const windows = Math.ceil(SCALAR_BITS / bits);
  const limits = { initialPages: 1, maximumPages: PAGE_BYTES, shared: false };
  const module = createModule(limits);
  const curve = defineFixedBase(module, group);
  const layout = planLayout(curve, generator.length, windows << bits);
  const pages = Math.ceil(layout.end / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const functions = instantiateKernel(compileKernel(module.build()), memory);
  const bytes = new Uint8Array(memory.buffer);
  new Float64Array(memory.buffer).set(importFactor(FQ, FILE_SHIFT), layout.factor / 8);
  bytes.set(generator, layout.file);
  fillTable(functions, memory, layout, curve, { bits, windows });

  const coordinates = generator.length / INTEGER_BYTES;
  const multiplyBatch = (scalars: Uint8Array): Uint8Array => {
    const count = scalars.length / INTEGER_BYTES;
    bytes.set(scalars, layout.scalars);
    bytes.fill(0, layout.started, layout.started + count);
    bytes.fill(0, layout.points, layout.points + count * curve.pointBytes); // infinity
    for (let window = 0; window < windows; window++) {
      const { scalars: from, started, table, points, sums, scratch } = layout;
      functions["addWindow"]!(from, started, count, window, bits, table, points, sums, scratch);
    }
    functions["export"]!(layout.points, layout.file, count * coordinates);
    return bytes.slice(layout.file, layout.file + count * generator.length);
  };
  return (scalars) => {
    const points = new Uint8Array((scalars.length / INTEGER_BYTES) * generator.length);
    const step = BATCH * INTEGER_BYTES;
    for (let start = 0; start < scalars.length; start += step) {
      const batch = multiplyBatch(scalars.subarray(start, start + step));
      points.set(batch, (start / INTEGER_BYTES) * generator.length);
    }
    return points;
  };
}

/** Chooses the window with the fewest additions, for the table and for `count` scalars. */
function chooseWindowBits(count: number): number {
  const cost = (bits: number) => Math.ceil(SCALAR_BITS / bits) * (2 ** bits + count);
  let best = 1;
  for (let bits = 2; bits <= MAXIMUM_WINDOW_BITS; bits++) if (cost(bits) < cost(best)) best = bits;
  return best;
}

function planLayout(curve: CurveFunctions, fileBytes: number, entries: number): Layout {
  let end = POOL_END;
  const allocate = (length: number): number => {
    const address = end;
    end += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    return address;
  };
  const factor = allocate(ELEMENT_BYTES);
  const scalars = allocate((BATCH + 1) * INTEGER_BYTES);
  const started = allocate(BATCH);
  const sums = allocate(BATCH * SUM_BYTES);
  const scratch = allocate(addAffineScratchBytes(BATCH));
  const points = allocate(BATCH * curve.pointBytes);
  const file = allocate(BATCH * fileBytes);
  const table = allocate(entries * curve.pointBytes);
  return { factor, scalars, started, sums, scratch, points, file, table, end };
}

/** Exports `importFq`, `add(sums, count, scratch)`, `addWindow` and `export`. */
function defineFixedBase(module: ModuleBuilder, group: Group): CurveFunctions {
  const fq = createFieldMacros(module, FQ);
  const curve = defineGroup(module, fq, defineInversion(module, fq), group);
  defineImport(module, fq, "Fq");
  module.function(
    "add",
    3,
    (fn, sums, count, scratch) => fn.return(fn.result(curve.addAffine, sums, count, scratch)),
    "i32",
  );
  defineAddWindow(module, curve);
  defineExport(module, fq);
  return curve;
}

const plus = (base: I32, offset: I32): I32 => i32.add(base, offset);
const times = (index: I32, bytes: number): I32 => i32.multiply(index, i32.const(bytes));

/**
 * `addWindow(scalars, started, count, window, bits, table, points, sums, scratch)`: adds to each
 * point the entry for its scalar's digit. started[i] is 1 once point i has had an entry.
 */
function defineAddWindow(module: ModuleBuilder, curve: CurveFunctions): void {
  const { pointBytes } = curve;
  module.function(
    "addWindow",
    9,
    (fn, scalars, started, count, window, bits, table, points, sums, scratch) => {
      const bit = fn.let(i32.multiply(window, bits));
      // The last window must not include bits of the next scalar.
      const width = fn.let(i32.subtract(i32.const(8 * INTEGER_BYTES), bit));
      fn.if(i32.less(bits, width), () => fn.set(width, bits));
      const mask = fn.let(i32.subtract(i32.shiftLeft(i32.const(1), width), i32.const(1)));
      const digits = fn.let(plus(scalars, i32.shiftRight(bit, i32.const(3))));
      const entries = fn.let(plus(table, times(i32.shiftLeft(window, bits), pointBytes)));
      const sum = fn.let(sums);
      const sumCount = fn.let(i32.const(0));
      fn.for(i32.const(0), count, (index) => {
        const word = i32.load(plus(digits, times(index, INTEGER_BYTES)));
        const digit = fn.let(i32.and(i32.shiftRight(word, i32.and(bit, i32.const(7))), mask));
        fn.if(digit, () => {
          const entry = fn.let(plus(entries, times(digit, pointBytes)));
          const point = fn.let(plus(points, times(index, pointBytes)));
          const flag = fn.let(plus(started, index));
          fn.if(
            i32.load8(flag),
            () => {
              [point, entry, point].forEach((address, i) => fn.do(i32.store(sum, address, 4 * i)));
              fn.set(sum, plus(sum, i32.const(SUM_BYTES)));
              fn.set(sumCount, plus(sumCount, i32.const(1)));
            },
            () => copyPoint(fn, curve, point, entry),
          );
          fn.do(i32.store8(flag, i32.const(1)));
        });
      });
      // A sum is s·G with 0 < s < 2^(bits·window) and the entry e·G with 2^(bits·window) ≤ e and
      // s + e < r, so they are neither equal nor opposite.
      fn.if(sumCount, () => {
        fn.set(sumCount, fn.result(curve.addAffine, sums, sumCount, scratch));
      });
    },
  );
}

/** `export(source, target, count)`: converts an even number of single elements to file format. */
function defineExport(module: ModuleBuilder, fq: FieldMacros): void {
  module.function("export", 3, (fn, source, target, count) => {
    fn.for(
      i32.const(0),
      count,
      (index) => {
        const low = fn.let(plus(source, times(index, ELEMENT_BYTES)));
        const element = loadSingles(fn, [low, fn.let(plus(low, i32.const(ELEMENT_BYTES)))]);
        const place = fn.let(plus(target, times(index, INTEGER_BYTES)));
        const next = fn.let(plus(place, i32.const(INTEGER_BYTES)));
        storeIntegers(fn, module, fq, [place, next], element, FILE_SHIFT);
      },
      2,
    );
  });
}

/** Fills the table from the generator in `file`: doublings, then sums of two entries each. */
function fillTable(
  functions: KernelFunctions,
  memory: WebAssembly.Memory,
  layout: Layout,
  { pointBytes }: CurveFunctions,
  { bits, windows }: { bits: number; windows: number },
): void {
  const words = new Uint32Array(memory.buffer);
  const entry = (window: number, digit: number) =>
    layout.table + ((window << bits) + digit) * pointBytes;
  let count = 0;
  const flush = () => {
    if (count > 0) functions["add"]!(layout.sums, count, layout.scratch);
    count = 0;
  };
  const addTo = (target: number, a: number, b: number) => {
    words.set([a, b, target], (layout.sums + SUM_BYTES * count) / 4);
    if (++count === BATCH) flush();
  };
  const coordinates = pointBytes / ELEMENT_BYTES;
  functions["importFq"]!(layout.file, entry(0, 1), 0, coordinates, layout.factor);
  for (let bit = 1; bit < windows * bits; bit++) {
    const place = (b: number) => entry(Math.floor(b / bits), 1 << (b % bits));
    addTo(place(bit), place(bit - 1), place(bit - 1));
    flush(); // the next doubling needs this one
  }
  for (let bit = 1; bit < bits; bit++) {
    const high = 1 << bit;
    for (let window = 0; window < windows; window++) {
      for (let low = 1; low < high; low++) {
        addTo(entry(window, high + low), entry(window, high), entry(window, low));
      }
    }
    flush(); // the next bit reads these entries
  }
}
