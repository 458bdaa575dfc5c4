import { expect } from "chai";
import { readCoordinates } from "../../src/groth16/formats/bn254.ts";
import { loadCurve } from "../../src/groth16/setup/ffjavascript.ts";
import { importFactor } from "../../src/kernel/conversion.ts";
import { LAMBDA } from "../../src/kernel/endomorphism.ts";
import type { Group } from "../../src/kernel/groups.ts";
import { writeInteger } from "../../src/kernel/integers.ts";
import { FQ, FR, modulo } from "../../src/kernel/limbs.ts";
import { msmScratchBytes } from "../../src/kernel/msm.ts";
import { digitOffset, windowCount } from "../../src/kernel/scalars.ts";
import { createPointArithmetic } from "../../src/groth16/kernel/points.ts";
import { createRandom } from "../helpers/random.ts";
import { createSpace } from "./bn254-space.ts";

const random = createRandom();
const r = FR.modulus;

interface Term {
  /** The point is this many times the generator; 0 stands for infinity. */
  readonly logarithm: bigint;
  readonly scalar: bigint;
}

/** Creates a function that returns points by logarithm, in the file format. */
async function createPointSource(group: Group) {
  const { [group]: curve } = await loadCurve();
  const known = new Map<bigint, Uint8Array>();
  return (logarithm: bigint): Uint8Array => {
    let point = known.get(logarithm);
    if (point === undefined) {
      point = curve.toAffine(curve.timesScalar(curve.g, logarithm));
      known.set(logarithm, point);
    }
    return point;
  };
}

type PointSource = Awaited<ReturnType<typeof createPointSource>>;

/** Writes the terms to a fresh memory; returns a function that sums from scalar `first` on. */
function prepare(group: Group, terms: readonly Term[], bits: number, pointOf: PointSource) {
  const space = createSpace();
  const { memory, functions, allocate } = space;
  const curve = group === "G1" ? space.g1 : space.g2;
  const count = terms.length;
  const fileBytes = (32 * curve.pointBytes) / 40;
  const words = new BigUint64Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const [file, factor] = [allocate(count * fileBytes), allocate(40)];
  const [points, present] = [allocate(count * curve.pointBytes), allocate(count)];
  terms.forEach(({ logarithm }, i) => {
    if (logarithm !== 0n) bytes.set(pointOf(logarithm), file + i * fileBytes);
    bytes[present + i] = logarithm === 0n ? 0 : 1;
  });
  new Float64Array(memory.buffer).set(importFactor(FQ, 256), factor / 8);
  functions["importFq"]!(file, points, 0, (count * fileBytes) / 32, factor);
  const integers = allocate(32 * count);
  terms.forEach(({ scalar }, i) => writeInteger(words, integers + 32 * i, scalar));
  const windows = windowCount(bits);
  const [offset, digits] = [allocate(64), allocate(4 * windows * count)];
  words.set(digitOffset(bits), offset / 8);
  functions["decompose"]!(integers, 0, count, count, digits, windows, bits, offset);
  const lists = Array.from({ length: 2 * windows }, (_, i) => {
    const list = [allocate(4 * (2 ** (bits - 1) + 2)), allocate(4 * count)] as const;
    functions["sort"]!(digits + 2 * count * i, count, bits, ...list);
    return list;
  });
  const results = allocate(windows * curve.projectiveBytes);
  const [sum, scratch] = [allocate(curve.projectiveBytes), allocate(msmScratchBytes(curve, bits))];
  return (first: number) => {
    for (let window = 0; window < windows; window++) {
      const target = results + window * curve.projectiveBytes;
      const both = [...lists[window]!, ...lists[windows + window]!];
      const shared = [points + first * curve.pointBytes, present + first, first, target, scratch];
      functions[`sumWindow${group}`]!(...both, bits, ...shared);
    }
    functions[`combine${group}`]!(results, windows, bits, sum);
    return createPointArithmetic({ memory, functions, module: space }, group).read(sum);
  };
}

for (const group of ["G1", "G2"] as const) {
  describe(`kernel: multi-scalar multiplication in ${group} (${random.title})`, () => {
    let pointOf: PointSource;
    before(async () => {
      pointOf = await createPointSource(group);
    });

    const check = (terms: readonly Term[], bits: number, first = 0) => {
      const sum = terms
        .slice(first)
        .reduce((all, { logarithm, scalar }) => modulo(all + logarithm * scalar, r), 0n);
      const { x, y } = prepare(group, terms, bits, pointOf)(first);
      const components = group === "G1" ? 1 : 2;
      // Infinity is x = y = 0 in the kernel and in the file format.
      const expected =
        sum === 0n
          ? Array<bigint>(2 * components).fill(0n)
          : readCoordinates(pointOf(sum), 0, 2 * components);
      expect([...x, ...y]).to.deep.equal(expected);
    };
    const logarithm = () => BigInt(1 + random.int(200));
    const edges = [0n, 1n, 2n, r - 1n, r - 2n, LAMBDA, r - LAMBDA, 1n << 127n, r / 2n];

    it("sums random terms, with every window", () => {
      for (const bits of [4, 5, 8, 13, 16]) {
        const count = 1 + random.int(150);
        const term = () => ({ logarithm: logarithm(), scalar: random.field() });
        check(Array.from({ length: count }, term), bits);
      }
    });

    it("sums edge scalars and points at infinity", () => {
      const terms = Array.from({ length: 120 }, () => ({
        logarithm: random.int(4) === 0 ? 0n : logarithm(),
        scalar: random.pick(edges),
      }));
      check(terms, 6);
      check(terms, 6, 17);
      for (const scalar of edges) check([{ logarithm: 3n, scalar }], 5);
    });

    it("sums equal and opposite points in the same bucket", () => {
      const scalar = random.field();
      const same = { logarithm: 5n, scalar };
      check(Array<Term>(100).fill(same), 7);
      const opposite = { logarithm: r - 5n, scalar };
      check([same, opposite], 5);
      check([same, opposite, same, opposite, same], 5);
      const few = [same, opposite, { logarithm: 7n, scalar }, { logarithm: 0n, scalar }];
      check(
        Array.from({ length: 101 }, () => random.pick(few)),
        5,
      );
      const repeated = (_: unknown, i: number) => ({ logarithm: BigInt(i % 3), scalar: 1n });
      check(Array.from({ length: 64 }, repeated), 4);
    });

    it("sums a bucket with more points than a chunk", () => {
      const term = (_: unknown, i: number) => ({ logarithm: BigInt(1 + (i % 300)), scalar: 1n });
      check(Array.from({ length: 40_000 }, term), 4);
    });
  });
}
