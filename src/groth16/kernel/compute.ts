/** The heavy part of a proof: the quotient polynomial, and five multi-scalar multiplications. */

import type { Task } from "../../kernel/threads.ts";
import { constantAddresses, shareOut } from "./key.ts";
import type { LoadedKey } from "./key.ts";
import { QUERIES, QUERY_NAMES } from "./layout.ts";
import type { Query, ScalarArea } from "./layout.ts";

/** Blocks of 2^11 pairs are transformed at once: 160 KiB, which fits a core's second cache. */
const BLOCK_LOG = 11;

/** Computes the sums Σ scalar·point of all queries in memory, from the witness there. */
export async function computeSums(key: LoadedKey): Promise<void> {
  await computeQuotient(key);
  const { witnessScalars, quotientScalars } = key.layout;
  await sortScalars(key, [witnessScalars, quotientScalars]);
  // The longest first, so that threads end together.
  const order: readonly Query[] = ["b2", "h", "c", "a", "b1"];
  await key.space.run(order.flatMap((query) => windowTasks(key, query)));
  await key.space.run(QUERY_NAMES.map((query) => combineTask(key, query)));
}

/** Does the same in two parts, one after the other, and measures each in milliseconds. */
export async function computeParts(
  key: LoadedKey,
): Promise<{ constraintsMs: number; wiresMs: number }> {
  const { witnessScalars, quotientScalars } = key.layout;
  const sum = async (area: ScalarArea, queries: readonly Query[]) => {
    await sortScalars(key, [area]);
    await key.space.run(queries.flatMap((query) => windowTasks(key, query)));
    await key.space.run(queries.map((query) => combineTask(key, query)));
  };
  const start = performance.now();
  await computeQuotient(key);
  await sum(quotientScalars, ["h"]);
  const middle = performance.now();
  await sum(witnessScalars, ["b2", "a", "b1", "c"]);
  return { constraintsMs: middle - start, wiresMs: performance.now() - middle };
}

/** Copies the values of all wires, 32 bytes each, to the place that {@link computeSums} reads. */
export function writeWitness({ memory, layout }: LoadedKey, values: Uint8Array): void {
  new Uint8Array(memory.buffer).set(values, layout.witnessScalars.integers);
}

/**
 * Computes the scalars of the H points: the values of A·B − C at g·ω^i, where g² = ω and A, B and C
 * are the polynomials through their values at ω^i.
 */
async function computeQuotient(key: LoadedKey): Promise<void> {
  const { layout, space, header } = key;
  const { vectors, roots, shiftFactors, quotientScalars } = layout;
  const half = header.domainSize / 2;
  const logHalf = Math.log2(half);
  const logBlock = Math.min(logHalf, BLOCK_LOG);
  const split = (count: number, task: (from: number, to: number) => Task) =>
    shareOut(count, key.layout.scratch.length, task);
  const onAll = (count: number, name: string, args: (vector: number) => number[]) =>
    vectors.flatMap((vector) =>
      split(count, (from, to) => ({ name, args: [...args(vector), from, to] })),
    );
  const layer = (direction: string, log: number) =>
    space.run(onAll(half / 2, `${direction}Layer`, (vector) => [vector, roots, logHalf, log]));
  const blocks = (direction: string) =>
    space.run(
      vectors.flatMap((vector) =>
        Array.from({ length: half >> logBlock }, (_, block) => ({
          name: `${direction}Block`,
          args: [vector, roots, logHalf, logBlock, block],
        })),
      ),
    );

  await evaluateConstraints(key);
  await space.run(onAll(half, "inverseAcross", (vector) => [vector, roots, logHalf]));
  for (let log = logHalf - 1; log >= logBlock; log--) await layer("inverse", log);
  await blocks("inverse");
  await space.run(onAll(half, "shift", (vector) => [vector, roots, logHalf, shiftFactors]));
  await blocks("forward");
  for (let log = logBlock; log < logHalf; log++) await layer("forward", log);
  await space.run(onAll(half, "forwardAcross", (vector) => [vector, roots, logHalf]));
  await space.run(
    split(half, (from, to) => ({
      name: "quotientScalars",
      args: [quotientScalars.integers, ...vectors, half, from, to],
    })),
  );
}

/** Computes the values of A, B and C = A·B at the constraints. */
async function evaluateConstraints({ layout, space, header }: LoadedKey): Promise<void> {
  const { vectors, matrixA, matrixB, coefficients, witness, witnessScalars } = layout;
  const [a, b, c] = vectors;
  const half = header.domainSize / 2;
  const split = (count: number, task: (from: number, to: number) => Task) =>
    shareOut(count, layout.scratch.length, task);
  const { witnessFactor } = constantAddresses(layout);
  await space.run(
    split(header.wires, (from, to) => ({
      name: "importFr",
      args: [witnessScalars.integers, witness, from, to, witnessFactor],
    })),
  );
  const evaluate = (vector: number, { rows, terms }: { rows: number; terms: number }) =>
    split(half, (from, to) => ({
      name: "evaluate",
      args: [vector, rows, terms, coefficients, witness, half, from, to],
    }));
  await space.run([...evaluate(a, matrixA), ...evaluate(b, matrixB)]);
  await space.run(split(half, (from, to) => ({ name: "multiply", args: [c, a, b, from, to] })));
}

/** Splits scalars into digits, and sorts every window of them. */
async function sortScalars(
  { layout, space }: LoadedKey,
  areas: readonly ScalarArea[],
): Promise<void> {
  await space.run(
    areas.flatMap(({ count, integers, digits, windows, windowBits, offset }) =>
      shareOut(count, layout.scratch.length, (from, to) => ({
        name: "decompose",
        args: [integers, from, to, count, digits, windows, windowBits, offset],
      })),
    ),
  );
  await space.run(
    areas.flatMap(({ count, digits, windowBits, lists }) =>
      lists.map(({ offsets, entries }, index) => ({
        name: "sort",
        args: [digits + 2 * count * index, count, windowBits, offsets, entries],
      })),
    ),
  );
}

function scalarsOf({ layout }: LoadedKey, query: Query): ScalarArea {
  return query === "h" ? layout.quotientScalars : layout.witnessScalars;
}

function projectiveBytes({ module }: LoadedKey, query: Query): number {
  return (QUERIES[query] === "G1" ? module.g1 : module.g2).projectiveBytes;
}

function windowTasks(key: LoadedKey, query: Query): Task[] {
  const { lists, windows, windowBits } = scalarsOf(key, query);
  const { points, present, first, windows: results } = key.layout.queries[query];
  return Array.from({ length: windows }, (_, window) => {
    const [half, endomorphicHalf] = [lists[window]!, lists[windows + window]!];
    return {
      name: `sumWindow${QUERIES[query]}`,
      args: [
        half.offsets,
        half.entries,
        endomorphicHalf.offsets,
        endomorphicHalf.entries,
        windowBits,
        points,
        present,
        first,
        results + window * projectiveBytes(key, query),
      ],
    };
  });
}

function combineTask(key: LoadedKey, query: Query): Task {
  const { windows, windowBits } = scalarsOf(key, query);
  const { windows: results, sum } = key.layout.queries[query];
  return { name: `combine${QUERIES[query]}`, args: [results, windows, windowBits, sum] };
}
