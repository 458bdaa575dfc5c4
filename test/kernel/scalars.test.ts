import { expect } from "chai";
import { LAMBDA, splitScalar } from "../../src/kernel/endomorphism.ts";
import { writeInteger } from "../../src/kernel/integers.ts";
import { FR, modulo } from "../../src/kernel/limbs.ts";
import {
  digitOffset,
  WINDOW_BITS_MAX,
  WINDOW_BITS_MIN,
  windowCount,
} from "../../src/kernel/scalars.ts";
import { createRandom } from "../helpers/random.ts";
import { createSpace } from "./bn254-space.ts";

const random = createRandom();
const r = FR.modulus;
const EDGES = [
  0n,
  1n,
  2n,
  r - 1n,
  r - 2n,
  r / 2n,
  LAMBDA,
  r - LAMBDA,
  (1n << 127n) - 1n,
  1n << 127n,
];

describe(`kernel: scalars (${random.title})`, () => {
  const scalars = [...EDGES, ...Array.from({ length: 90 }, () => random.field())];
  const count = scalars.length;

  for (let bits = WINDOW_BITS_MIN; bits <= WINDOW_BITS_MAX; bits++) {
    it(`splits both halves into digits of ${bits} bits, and sorts them`, () => {
      const { memory, functions, allocate } = createSpace();
      const windows = windowCount(bits);
      const integers = allocate(32 * count);
      const words = new BigUint64Array(memory.buffer);
      scalars.forEach((scalar, i) => writeInteger(words, integers + 32 * i, scalar));
      const offset = allocate(64);
      words.set(digitOffset(bits), offset / 8);
      const digits = allocate(4 * windows * count);
      functions["decompose"]!(integers, 0, count, count, digits, windows, bits, offset);
      const biased = new Uint16Array(memory.buffer, digits, 2 * windows * count);
      const digitOf = (half: number, window: number, i: number) =>
        biased[(half * windows + window) * count + i]! - 2 ** (bits - 1);
      const halfOf = (half: number, i: number) => {
        let value = 0n;
        for (let window = windows - 1; window >= 0; window--) {
          value = (value << BigInt(bits)) + BigInt(digitOf(half, window, i));
        }
        return value;
      };
      scalars.forEach((scalar, i) => {
        const halves = [halfOf(0, i), halfOf(1, i)] as const;
        expect(halves).to.deep.equal(splitScalar(scalar));
        expect(modulo(halves[0] + LAMBDA * halves[1] - scalar, r)).to.equal(0n);
      });

      const sizes = 2 ** (bits - 1);
      const offsets = allocate(4 * (sizes + 2));
      const entries = allocate(4 * count);
      functions["sort"]!(digits + 2 * count, count, bits, offsets, entries);
      const starts = new Uint32Array(memory.buffer, offsets, sizes + 1);
      const sorted = new Uint32Array(memory.buffer, entries, count);
      const seen = scalars.map(() => 0);
      for (let size = 1; size <= sizes; size++) {
        for (const entry of sorted.subarray(starts[size - 1], starts[size])) {
          seen[entry >> 1] = entry & 1 ? -size : size;
        }
      }
      expect(seen).to.deep.equal(scalars.map((_, i) => digitOf(0, 1, i)));
    });
  }
});
