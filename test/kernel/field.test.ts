import { expect } from "chai";
import {
  add,
  createFieldMacros,
  loadPair,
  storePair,
  subtract,
  type FieldMacros,
  type Limbs,
} from "../../src/kernel/field.ts";
import { compileKernel, instantiateKernel, PAGE_BYTES } from "../../src/kernel/instance.ts";
import {
  FQ,
  FR,
  fromLimbs,
  invertModulo,
  modulo,
  MONTGOMERY_RADIX,
  PAIR_BYTES,
  toLimbs,
  type PrimeField,
} from "../../src/kernel/limbs.ts";
import { createModule, POOL_END, type FunctionBuilder } from "../../src/kernel/wasm/module.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TOP_LIMB_SCALE = 2n ** 204n;

/** Runs `body` on operand pairs given by their limbs; returns the limbs of both results. */
function createRunner(
  field: PrimeField,
  operands: number,
  body: (fn: FunctionBuilder, macros: FieldMacros, operands: Limbs[]) => Limbs,
) {
  const module = createModule({ initialPages: 1, maximumPages: 1, shared: false });
  const macros = createFieldMacros(module, field);
  module.function("run", 1, (fn, address) => {
    const loaded = Array.from({ length: operands }, (_, i) =>
      loadPair(fn, address, i * PAIR_BYTES),
    );
    storePair(fn, address, body(fn, macros, loaded), operands * PAIR_BYTES);
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { run } = instantiateKernel(compileKernel(module.build()), memory);
  expect(memory.buffer.byteLength).to.equal(PAGE_BYTES);
  const doubles = new Float64Array(memory.buffer, POOL_END);
  return (lanes: readonly [number[][], number[][]]): [number[], number[]] => {
    lanes.forEach((values, lane) =>
      values.forEach((limbs, n) =>
        limbs.forEach((limb, i) => (doubles[10 * n + 2 * i + lane] = limb)),
      ),
    );
    run!(POOL_END);
    const result = (lane: number) =>
      Array.from({ length: 5 }, (_, i) => doubles[10 * operands + 2 * i + lane]!);
    return [result(0), result(1)];
  };
}

function isBalanced(limbs: readonly number[]): boolean {
  return limbs.every((limb) => Number.isInteger(limb) && Math.abs(limb) <= 2 ** 50);
}

/** |value| in units of p. */
function ratio(field: PrimeField, limbs: readonly number[]): number {
  return Math.abs(Number(fromLimbs(limbs)) / Number(field.modulus));
}

/** Limbs at and around every bound, and values around multiples of p. */
function edgeValues({ modulus: p }: PrimeField): number[][] {
  const half = 2 ** 50;
  const patterns = [half, -half, half - 1, 1 - half, 0, 1, -1].flatMap((limb) => {
    const low = [limb, limb, limb, limb];
    return [0, 1, -1, Number(p / TOP_LIMB_SCALE), -Number(p / TOP_LIMB_SCALE)].map((top) => [
      ...low,
      top,
    ]);
  });
  const values = [0n, 1n, 2n, p - 1n, p, p + 1n, p / 2n, p / 2n + 1n, MONTGOMERY_RADIX % p];
  return [...patterns, ...values.map(toLimbs), ...values.map((value) => toLimbs(-value))];
}

for (const [name, field] of [
  ["Fq", FQ],
  ["Fr", FR],
] as const) {
  const { modulus: p } = field;
  const radixInverse = invertModulo(MONTGOMERY_RADIX, p);
  const edges = edgeValues(field);
  const randomElement = () => toLimbs((random.bigint(320) % p) - p / 2n);
  const sample = () => (random.int(3) === 0 ? random.pick(edges) : randomElement());
  const expectCongruent = (limbs: readonly number[], expected: bigint) =>
    expect(modulo(fromLimbs(limbs) - expected, p)).to.equal(0n);

  describe(`kernel: ${name} (${random.title})`, () => {
    it("multiplies every edge value by every other", () => {
      const run = createRunner(field, 2, (fn, m, [a, b]) => m.multiply(fn, a!, b!));
      for (const a of edges) {
        for (const b of edges) {
          const results = run([
            [a, b],
            [b, a],
          ]);
          for (const result of results) {
            expectCongruent(result, fromLimbs(a) * fromLimbs(b) * radixInverse);
            expect(isBalanced(result)).to.equal(true);
            expect(ratio(field, result)).to.be.lessThan(1.2);
          }
        }
      }
    });

    it("keeps the two lanes apart", () => {
      const run = createRunner(field, 2, (fn, m, [a, b]) => m.multiply(fn, a!, b!));
      for (let i = 0; i < 500; i++) {
        const lanes: [number[][], number[][]] = [
          [sample(), sample()],
          [sample(), sample()],
        ];
        run(lanes).forEach((result, lane) => {
          const [a, b] = lanes[lane]!.map(fromLimbs);
          expectCongruent(result, a! * b! * radixInverse);
        });
      }
    });

    it("computes interleaved sums and squares like separate ones", () => {
      type Operands = readonly [Limbs, Limbs, Limbs, Limbs];
      const sums = ([a, b, c, d]: Operands) => [[[a, b]], [[c, d], [b, a]], [[d, d]]] as const; // prettier-ignore
      const pairs = [
        [(m: FieldMacros, fn: FunctionBuilder, all: Operands) => m.sumsOfProducts(fn, sums(all)),
          (m: FieldMacros, fn: FunctionBuilder, all: Operands) => sums(all).map((sum) => m.sumOfProducts(fn, sum))],
        [(m: FieldMacros, fn: FunctionBuilder, all: Operands) => m.squares(fn, all),
          (m: FieldMacros, fn: FunctionBuilder, all: Operands) => all.map((a) => m.square(fn, a))],
      ] as const; // prettier-ignore
      for (const ways of pairs) {
        for (let index = 0; index < 3; index++) {
          const [together, alone] = ways.map((way) =>
            createRunner(field, 4, (fn, m, all) => way(m, fn, all as unknown as Operands)[index]!),
          );
          for (let i = 0; i < 50; i++) {
            const values = () => [sample(), sample(), sample(), sample()];
            const lanes = [values(), values()] as const;
            expect(together!(lanes)).to.deep.equal(alone!(lanes));
          }
        }
      }
    });

    it("multiplies sums with limbs of 51 bits", () => {
      const run = createRunner(field, 4, (fn, m, [a, b, c, d]) =>
        m.multiply(fn, add(fn, a!, b!), subtract(fn, c!, d!)),
      );
      for (let i = 0; i < 1000; i++) {
        const operands = [sample(), sample(), sample(), sample()];
        const [a, b, c, d] = operands.map(fromLimbs);
        for (const result of run([operands, operands])) {
          expectCongruent(result, (a! + b!) * (c! - d!) * radixInverse);
          expect(isBalanced(result.slice(0, 4))).to.equal(true);
        }
      }
    });

    it("squares", () => {
      const run = createRunner(field, 1, (fn, m, [a]) => m.square(fn, a!));
      for (const a of [...edges, ...Array.from({ length: 300 }, sample)]) {
        for (const result of run([[a], [a]])) {
          expectCongruent(result, fromLimbs(a) ** 2n * radixInverse);
        }
      }
    });

    it("stays in range over a long chain of products", () => {
      const run = createRunner(field, 2, (fn, m, [a, b]) => m.multiply(fn, a!, b!));
      let chain = toLimbs((p * 3n) / 2n);
      for (let i = 0; i < 2000; i++) {
        [chain] = run([
          [chain, chain],
          [chain, chain],
        ]);
        expect(ratio(field, chain)).to.be.lessThan(1.6);
      }
    });

    it("sums products and an element with one reduction", () => {
      const run = createRunner(field, 7, (fn, m, [a, b, c, d, e, f, g]) =>
        m.sumOfProducts(
          fn,
          [
            [a!, b!],
            [c!, d!],
            [e!, f!],
          ],
          g,
        ),
      );
      for (let i = 0; i < 1000; i++) {
        const operands = Array.from({ length: 7 }, sample);
        const [a, b, c, d, e, f, g] = operands.map(fromLimbs);
        for (const result of run([operands, operands])) {
          expectCongruent(result, (a! * b! + c! * d! + e! * f!) * radixInverse + g!);
          expect(isBalanced(result.slice(0, 4))).to.equal(true);
        }
      }
    });

    it("tidies sums of four", () => {
      const run = createRunner(field, 4, (fn, m, [a, b, c, d]) =>
        m.tidy(fn, subtract(fn, add(fn, a!, b!), add(fn, c!, d!))),
      );
      for (let i = 0; i < 1000; i++) {
        const operands = Array.from({ length: 4 }, sample);
        const [a, b, c, d] = operands.map(fromLimbs);
        for (const result of run([operands, operands])) {
          expectCongruent(result, a! + b! - c! - d!);
          expect(isBalanced(result)).to.equal(true);
          expect(ratio(field, result)).to.be.lessThan(0.51);
        }
      }
    });
  });
}
