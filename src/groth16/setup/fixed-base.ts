/**
 * Multiplies a group's generator by many scalars, with ffjavascript's arithmetic, for the dev setup
 * of machines that cannot run the kernel. The keys are those of the kernel, byte for byte.
 *
 * Such machines are x86-64 without FMA3: Pentium and Celeron processors of the 2010s, virtual
 * machines with a baseline processor (QEMU's `qemu64`), emulators of x86. Without this file they
 * could make no dev key; `test/groth16/without-fma.test.ts` sets up and proves as they do.
 *
 * A scalar is cut into windows of w bits; a table has d·2^(wj)·G for every window j and digit d, so
 * a product is a sum of one entry per window. The sums of many scalars are computed together in
 * affine coordinates, where additions can share one field inversion: about 6 multiplications each.
 *
 * The two addends are never equal nor opposite: before window j, a sum is s·G with 0 < s < 2^(wj),
 * the entry is e·G with e >= 2^(wj), and s + e is at most the scalar, which is less than the order.
 */

import { FIELD_BITS } from "../../crypto/field.ts";
import { ELEMENT_BYTES, G1_BYTES, G2_BYTES } from "../formats/bn254.ts";
import type { Kernel, Unary } from "./kernel.ts";

export type Group = "G1" | "G2";

/** Multiplies the generator: plain little-endian scalars in [0, r) to affine points. */
export type FixedBase = (scalars: Uint8Array) => Uint8Array<ArrayBuffer>;

const GROUPS = {
  G1: { prefix: "g1m", field: "f1m", pointBytes: G1_BYTES },
  G2: { prefix: "g2m", field: "f2m", pointBytes: G2_BYTES },
} as const;

/** Sums computed together: few enough that they and their inverses stay in the cache. */
const BATCH = 1024;
/** Beyond this the table outgrows the cache, and a look-up costs more than an addition saves. */
const MAXIMUM_WINDOW_BITS = 13;
const WORDS = ELEMENT_BYTES / 4;

/** The size of an affine point in bytes. */
export function pointBytes(group: Group): number {
  return GROUPS[group].pointBytes;
}

/**
 * Builds the table.
 *
 * @param generator Affine, in Montgomery form.
 * @param expectedCount Expected number of scalars, which decides the window.
 */
export function createFixedBase(
  kernel: Kernel,
  group: Group,
  generator: Uint8Array,
  expectedCount: number,
): FixedBase {
  const { pointBytes, field } = GROUPS[group];
  const windowBits = chooseWindowBits(expectedCount);
  const windows = Math.ceil(FIELD_BITS / windowBits);
  const additions = createAdditions(kernel, group);
  const table = buildTable(kernel, group, generator, windowBits, windows, additions);
  const { copy } = kernel.field(field);
  const sums = kernel.allocate(BATCH * pointBytes);
  const digits = new Uint32Array(BATCH * windows);

  const multiplyBatch = (scalars: Uint8Array) => {
    const count = scalars.length / ELEMENT_BYTES;
    const started = new Uint8Array(count);
    kernel.write(sums, new Uint8Array(count * pointBytes)); // zeros are infinity
    splitDigits(scalars, windowBits, windows, digits);
    for (let window = 0; window < windows; window++) {
      for (let i = 0; i < count; i++) {
        const digit = digits[i * windows + window]!;
        if (digit === 0) continue;
        const sum = sums + i * pointBytes;
        const entry = table + ((window << windowBits) + digit) * pointBytes;
        if (started[i] === 1) additions.add(sum, entry, sum);
        else copyPoint(copy, pointBytes, entry, sum);
        started[i] = 1;
      }
      additions.flush(); // the next window reads these sums
    }
    return kernel.read(sums, count * pointBytes);
  };

  return (scalars) => {
    const points = new Uint8Array((scalars.length / ELEMENT_BYTES) * pointBytes);
    const step = BATCH * ELEMENT_BYTES;
    for (let start = 0; start < scalars.length; start += step) {
      const batch = multiplyBatch(scalars.slice(start, start + step));
      points.set(batch, (start / ELEMENT_BYTES) * pointBytes);
    }
    return points;
  };
}

/** Chooses the window: wider ones need a larger table and save additions. */
function chooseWindowBits(count: number): number {
  const cost = (bits: number) => Math.ceil(FIELD_BITS / bits) * (2 ** bits + count);
  let best = 1;
  for (let bits = 2; bits <= MAXIMUM_WINDOW_BITS; bits++) if (cost(bits) < cost(best)) best = bits;
  return best;
}

/** @returns The address of entry (0, 0); entries with digit 0 stay unused. */
function buildTable(
  kernel: Kernel,
  group: Group,
  generator: Uint8Array,
  windowBits: number,
  windows: number,
  additions: Additions,
): number {
  const { pointBytes } = GROUPS[group];
  const table = kernel.allocate((windows << windowBits) * pointBytes);
  const entry = (window: number, digit: number) =>
    table + ((window << windowBits) + digit) * pointBytes;
  writeDoublings(kernel, group, generator, windows * windowBits, (bit, address) => {
    const target = entry(Math.floor(bit / windowBits), 1 << (bit % windowBits));
    kernel.write(target, kernel.read(address, pointBytes));
  });
  for (let bit = 1; bit < windowBits; bit++) {
    for (let window = 0; window < windows; window++) {
      const high = entry(window, 1 << bit);
      for (let low = 1; low < 1 << bit; low++) {
        additions.add(high, entry(window, low), entry(window, low + (1 << bit)));
      }
    }
    additions.flush(); // the next bit reads these entries
  }
  return table;
}

/** Computes G, 2·G, 4·G, … and passes each, affine, to `store`. */
function writeDoublings(
  kernel: Kernel,
  group: Group,
  generator: Uint8Array,
  count: number,
  store: (bit: number, address: number) => void,
): void {
  const { prefix, pointBytes } = GROUPS[group];
  const toJacobian = kernel.unary(`${prefix}_toJacobian`);
  const toAffine = kernel.unary(`${prefix}_toAffine`);
  const double = kernel.unary(`${prefix}_double`);
  const jacobianBytes = (pointBytes / 2) * 3;
  const [affine, point] = [kernel.allocate(jacobianBytes), kernel.allocate(jacobianBytes)];
  kernel.write(affine, generator);
  toJacobian(affine, point);
  for (let bit = 0; bit < count; bit++) {
    toAffine(point, affine);
    store(bit, affine);
    double(point, point);
  }
}

/** Collects point additions until they share an inversion. */
interface Additions {
  add(left: number, right: number, sum: number): void;
  flush(): void;
}

function createAdditions(kernel: Kernel, group: Group): Additions {
  const { field, pointBytes } = GROUPS[group];
  const { sub, mul, square, copy, batchInverse } = kernel.field(field);
  const size = pointBytes / 2; // of a coordinate
  const lefts = new Uint32Array(BATCH);
  const rights = new Uint32Array(BATCH);
  const sums = new Uint32Array(BATCH);
  const inverses = kernel.allocate(BATCH * size);
  const [slope, x, y] = [kernel.allocate(size), kernel.allocate(size), kernel.allocate(size)];
  let count = 0;

  const flush = () => {
    for (let i = 0; i < count; i++) sub(rights[i]!, lefts[i]!, inverses + i * size);
    kernel.reserve((BATCH + 1) * size);
    batchInverse(inverses, size, count, inverses, size);
    for (let i = 0; i < count; i++) {
      const [left, right, sum] = [lefts[i]!, rights[i]!, sums[i]!];
      sub(right + size, left + size, slope);
      mul(slope, inverses + i * size, slope);
      square(slope, x);
      sub(x, left, x);
      sub(x, right, x);
      sub(left, x, y);
      mul(y, slope, y);
      sub(y, left + size, sum + size);
      copy(x, sum);
    }
    count = 0;
  };
  const add = (left: number, right: number, sum: number) => {
    lefts[count] = left;
    rights[count] = right;
    sums[count] = sum;
    if (++count === BATCH) flush();
  };
  return { add, flush };
}

function copyPoint(copy: Unary, pointBytes: number, source: number, target: number): void {
  copy(source, target);
  copy(source + pointBytes / 2, target + pointBytes / 2);
}

/** Writes the digits of each scalar, lowest window first. */
function splitDigits(
  scalars: Uint8Array,
  windowBits: number,
  windows: number,
  digits: Uint32Array,
): void {
  const words = new Uint32Array(scalars.buffer, scalars.byteOffset, scalars.length / 4);
  const mask = (1 << windowBits) - 1;
  for (let start = 0, next = 0; start < words.length; start += WORDS) {
    for (let window = 0; window < windows; window++) {
      const bit = window * windowBits;
      const shift = bit & 31;
      const word = start + (bit >>> 5);
      const low = words[word]! >>> shift;
      const spills = shift + windowBits > 32 && (bit >>> 5) + 1 < WORDS;
      digits[next++] = (spills ? low | (words[word + 1]! << (32 - shift)) : low) & mask;
    }
  }
}
