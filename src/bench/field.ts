/** Measures a product in the field of curve coordinates, the basic step of a proof. */

import { createFieldMacros, loadPair, storePair } from "../kernel/field.ts";
import { compileKernel, elementMemory, instantiateKernel } from "../kernel/instance.ts";
import { FQ, PAIR_BYTES } from "../kernel/limbs.ts";
import { i32 } from "../kernel/wasm/instructions.ts";
import { createModule, POOL_END } from "../kernel/wasm/module.ts";
import { assert } from "../util/errors.ts";
import { bestOf } from "./measure.ts";
import { createSeededRandom } from "./random.ts";

export interface FieldMultiplicationBench {
  /** Time per product in one thread. */
  readonly nanoseconds: {
    readonly kernel: number;
    /** Product and remainder of JavaScript's bigints. */
    readonly bigint: number;
  };
  readonly ratio: number;
}

const PAIRS = 256;

/**
 * Measures independent products of many elements, like those of the prover.
 *
 * @param rounds - Number of measurements, the best of which counts.
 */
export function benchFieldMultiplication(rounds: number): FieldMultiplicationBench {
  const random = createSeededRandom("bench");
  const element = () => random.bigint(320) % FQ.modulus;
  const factors = Array.from({ length: 2 * PAIRS }, () => [element(), element()] as const);
  const products = () => factors.map(([a, b]) => (a * b) % FQ.modulus);
  const { run, read } = createProducts(factors);
  run();
  assert(
    products().every((product, index) => read(index) === product),
    "the kernel multiplies as bigints do",
  );
  const [kernel, bigint] = bestOf(rounds, [run, products]).map(
    (seconds) => (seconds * 1e9) / factors.length,
  ) as [number, number];
  return { nanoseconds: { kernel, bigint }, ratio: bigint / kernel };
}

function createProducts(factors: readonly (readonly [bigint, bigint])[]) {
  const module = createModule({ initialPages: 2, maximumPages: 2, shared: false });
  const fq = createFieldMacros(module, FQ);
  const areaBytes = PAIRS * PAIR_BYTES;
  module.function("run", 1, (fn, first) => {
    fn.for(first, fn.let(i32.add(first, i32.const(areaBytes))), (address) => {
      const [a, b] = [loadPair(fn, address), loadPair(fn, address, areaBytes)];
      storePair(fn, address, fq.multiply(fn, a, b), 2 * areaBytes);
    }, PAIR_BYTES); // prettier-ignore
  });
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  const functions = instantiateKernel(compileKernel(module.build()), memory);
  const elements = elementMemory(memory, FQ);
  const place = (index: number, area: number) =>
    POOL_END + area * areaBytes + Math.floor(index / 2) * PAIR_BYTES + 8 * (index % 2);
  factors.forEach((pair, index) =>
    pair.forEach((value, area) => elements.write(place(index, area), value, 2)),
  );
  return {
    run: () => void functions["run"]!(POOL_END),
    read: (index: number) => elements.read(place(index, 2), 2),
  };
}
