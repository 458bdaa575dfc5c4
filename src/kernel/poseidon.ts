/**
 * Poseidon on the kernel: the permutation of src/crypto/poseidon.ts on two states at once.
 *
 * The linear layers are sums of products with one reduction per element. One product per partial
 * round is saved by scaling: such a round maps (x, y) to (corner·x⁵ + row·y, y + column·x⁵). With
 * x = αₖ·x' before round k and αₖ₊₁ = corner·αₖ⁵, it maps (x', y) to
 *
 *     (x'⁵ + (row / αₖ₊₁)·y,  y + (column·αₖ⁵)·x'⁵).
 *
 * One module serves one width; it is built when the width is first used.
 */

import {
  POSEIDON_FULL_ROUNDS,
  POSEIDON_MAX_INPUTS,
  poseidonSchedule,
} from "../crypto/poseidon-constants.ts";
import type { PoseidonSchedule } from "../crypto/poseidon-constants.ts";
import { cryptoError } from "../crypto/errors.ts";
import { assertFieldElement, invert, multiply, power } from "../crypto/field.ts";
import { importFactor, storeIntegers } from "./conversion.ts";
import { add, createFieldMacros, loadBoth, loadPair, storePair } from "./field.ts";
import type { FieldMacros, Limbs } from "./field.ts";
import { compileKernel, encodeElements, instantiateKernel, PAGE_BYTES } from "./instance.ts";
import { ELEMENT_BYTES, FR, INTEGER_BYTES, PAIR_BYTES } from "./limbs.ts";
import { readInteger, writeInteger } from "./integers.ts";
import { i32, v128 } from "./wasm/instructions.ts";
import type { I32 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";
import { createModule, POOL_END } from "./wasm/module.ts";

const HALF_ROUNDS = POSEIDON_FULL_ROUNDS / 2;

/** Where the constants of a schedule are in its table, as single elements. */
interface TableLayout {
  readonly fullConstants: number;
  readonly partialConstants: number;
  readonly rows: number;
  readonly columns: number;
  readonly mds: number;
  readonly bridge: number;
  /** α after the partial rounds. */
  readonly scale: number;
}

function tableLayout({ width, partialConstants }: PoseidonSchedule): TableLayout {
  const rounds = partialConstants.length;
  const inner = rounds * (width - 1) * ELEMENT_BYTES;
  const matrix = width ** 2 * ELEMENT_BYTES;
  const partial = POSEIDON_FULL_ROUNDS * width * ELEMENT_BYTES;
  const rows = partial + rounds * ELEMENT_BYTES;
  const columns = rows + inner;
  const mds = columns + inner;
  const bridge = mds + matrix;
  const scale = bridge + matrix;
  return { fullConstants: 0, partialConstants: partial, rows, columns, mds, bridge, scale };
}

/** The constants that {@link definePoseidon}'s function reads. */
export function poseidonTable(width: number): Float64Array {
  const { fullConstants, partialConstants, corner, rows, columns, mds, bridge } =
    poseidonSchedule(width);
  let scale = 1n;
  const scaled = partialConstants.map((constant, round) => {
    const inverse = invert(scale);
    const fifth = power(scale, 5n);
    scale = multiply(corner, fifth);
    const nextInverse = invert(scale);
    return {
      constant: multiply(constant, inverse),
      row: rows[round]!.map((entry) => multiply(entry, nextInverse)),
      column: columns[round]!.map((entry) => multiply(entry, fifth)),
    };
  });
  return encodeElements(FR, [
    ...fullConstants.flat(),
    ...scaled.map(({ constant }) => constant),
    ...scaled.flatMap(({ row }) => row),
    ...scaled.flatMap(({ column }) => column),
    ...mds.flat(),
    ...bridge.flat(),
    scale,
  ]);
}

/** Memory that a state takes, with room to compute. */
export function poseidonStateBytes(width: number): number {
  return 2 * width * PAIR_BYTES;
}

const at = (base: I32, bytes: number): I32 => i32.add(base, i32.const(bytes));

/** Defines `permute(state, table)` for states of `width` pairs. */
export function definePoseidon(
  module: ModuleBuilder,
  fr: FieldMacros,
  width: number,
): WasmFunction {
  const schedule = poseidonSchedule(width);
  const layout = tableLayout(schedule);
  const fullRound = defineFullRound(module, fr, width);
  const partialRound = definePartialRound(module, fr, width);
  const inner = (width - 1) * ELEMENT_BYTES;
  return module.function(null, 2, (fn, state, table) => {
    const spare = fn.let(at(state, width * PAIR_BYTES));
    const fullRounds = (first: number) => {
      for (let round = first; round < first + HALF_ROUNDS; round++) {
        const [from, to] = round % 2 === 0 ? [state, spare] : [spare, state];
        const constants = at(table, layout.fullConstants + round * width * ELEMENT_BYTES);
        const matrix = at(table, round === HALF_ROUNDS - 1 ? layout.bridge : layout.mds);
        fn.call(fullRound, from, to, constants, matrix);
      }
    };
    fullRounds(0);
    const constant = fn.let(at(table, layout.partialConstants));
    const row = fn.let(at(table, layout.rows));
    const column = fn.let(at(table, layout.columns));
    fn.for(i32.const(0), i32.const(schedule.partialConstants.length), () => {
      fn.call(partialRound, state, constant, row, column);
      fn.set(constant, at(constant, ELEMENT_BYTES));
      fn.set(row, at(row, inner));
      fn.set(column, at(column, inner));
    });
    const scale = loadBoth(fn, table, layout.scale);
    storePair(fn, state, fr.multiply(fn, fr.tidy(fn, loadPair(fn, state)), scale));
    fullRounds(HALF_ROUNDS);
  });
}

/** (element + constant)^5. */
function sbox(fn: FunctionBuilder, fr: FieldMacros, element: Limbs, constant: Limbs): Limbs {
  const x = fr.tidy(fn, add(fn, element, constant));
  return fr.multiply(fn, fr.square(fn, fr.square(fn, x)), x);
}

/** Σ state[i]·constants[i] for `count` elements from the given addresses on. */
function dot(fn: FunctionBuilder, fr: FieldMacros, state: I32, constants: I32, count: number) {
  const products = Array.from(
    { length: count },
    (_, i) =>
      [loadPair(fn, state, i * PAIR_BYTES), loadBoth(fn, constants, i * ELEMENT_BYTES)] as const,
  );
  return fr.sumOfProducts(fn, products);
}

/** Defines `fullRound(state, target, constants, matrix)`, which spoils `state`. */
function defineFullRound(module: ModuleBuilder, fr: FieldMacros, width: number): WasmFunction {
  return module.function(null, 4, (fn, state, target, constants, matrix) => {
    const element = fn.let(state);
    const constant = fn.let(constants);
    fn.for(i32.const(0), i32.const(width), () => {
      storePair(fn, element, sbox(fn, fr, loadPair(fn, element), loadBoth(fn, constant)));
      fn.set(element, at(element, PAIR_BYTES));
      fn.set(constant, at(constant, ELEMENT_BYTES));
    });
    const result = fn.let(target);
    const row = fn.let(matrix);
    fn.for(i32.const(0), i32.const(width), () => {
      storePair(fn, result, fr.tidy(fn, dot(fn, fr, state, row, width)));
      fn.set(result, at(result, PAIR_BYTES));
      fn.set(row, at(row, width * ELEMENT_BYTES));
    });
  });
}

/** Defines `partialRound(state, constant, row, column)`. */
function definePartialRound(module: ModuleBuilder, fr: FieldMacros, width: number): WasmFunction {
  return module.function(null, 4, (fn, state, constant, row, column) => {
    const rest = fn.let(at(state, PAIR_BYTES));
    const fifth = sbox(fn, fr, loadPair(fn, state), loadBoth(fn, constant));
    storePair(fn, state, add(fn, fifth, dot(fn, fr, rest, row, width - 1)));
    const factor = fn.let(column);
    fn.for(i32.const(1), i32.const(width), () => {
      const sum = fr.sumOfProducts(fn, [[fifth, loadBoth(fn, factor)]], loadPair(fn, rest));
      storePair(fn, rest, fr.tidy(fn, sum));
      fn.set(rest, at(rest, PAIR_BYTES));
      fn.set(factor, at(factor, ELEMENT_BYTES));
    });
  });
}

/** Reads a pair of integers, as elements in Montgomery form. */
export function importPair(
  fn: FunctionBuilder,
  fr: FieldMacros,
  [low, high]: readonly [I32, I32],
  offset = 0,
) {
  const words = Array.from({ length: 4 }, (_, i) =>
    fn.let(v128.loadHigh(high, v128.loadLow(low, offset + 8 * i), offset + 8 * i)),
  );
  return fr.multiply(fn, fr.fromWords(fn, words), fr.constant(importFactor(FR, 0)));
}

/** Hashes like `poseidon` of src/crypto, faster. */
export interface PoseidonKernel {
  /** @throws POSEIDON_INPUT_COUNT, FIELD_ELEMENT_OUT_OF_RANGE */
  hash(inputs: readonly bigint[]): bigint;
  /** The hashes of lists of equal length; two at a time, so half the time per hash. */
  hashMany(lists: readonly (readonly bigint[])[]): bigint[];
}

type HashTwo = (first: readonly bigint[], second: readonly bigint[]) => [bigint, bigint];

/** @throws KERNEL_UNSUPPORTED */
export function createPoseidonKernel(): PoseidonKernel {
  const byInputs = new Map<number, HashTwo>();
  const hasherOf = (count: number): HashTwo => {
    let hasher = byInputs.get(count);
    if (hasher === undefined) {
      hasher = createHasher(count);
      byInputs.set(count, hasher);
    }
    return hasher;
  };
  const assertInputs = (inputs: readonly bigint[]) => {
    const count = inputs.length;
    if (count < 1 || count > POSEIDON_MAX_INPUTS) {
      throw cryptoError({ code: "POSEIDON_INPUT_COUNT", count, maximum: POSEIDON_MAX_INPUTS });
    }
    inputs.forEach(assertFieldElement);
  };
  return {
    hash: (inputs) => {
      assertInputs(inputs);
      return hasherOf(inputs.length)(inputs, [])[0];
    },
    hashMany: (lists) => {
      lists.forEach(assertInputs);
      const hashes: bigint[] = [];
      for (let i = 0; i < lists.length; i += 2) {
        const [first, second = []] = [lists[i]!, lists[i + 1]];
        hashes.push(...hasherOf(first.length)(first, second));
      }
      return hashes.slice(0, lists.length);
    },
  };
}

/** Exports `hash(inputs, state, table)`: two lists of integers to the integers of their hashes. */
function createHasher(count: number): HashTwo {
  const width = count + 1;
  const layout = { inputs: POOL_END, state: POOL_END + 2 * INTEGER_BYTES * POSEIDON_MAX_INPUTS };
  const table = layout.state + poseidonStateBytes(width);
  const constants = poseidonTable(width);
  const pages = Math.ceil((table + constants.byteLength) / PAGE_BYTES);
  const module = createModule({ initialPages: pages, maximumPages: pages, shared: false });
  const fr = createFieldMacros(module, FR);
  const permute = definePoseidon(module, fr, width);
  const second = INTEGER_BYTES * count;
  module.function("hash", 0, (fn) => {
    const inputs = [i32.const(layout.inputs), i32.const(layout.inputs + second)] as const;
    const state = i32.const(layout.state);
    storePair(
      fn,
      state,
      Array.from({ length: 5 }, () => v128.splat64(0n)),
    );
    for (let i = 0; i < count; i++) {
      const element = importPair(fn, fr, inputs, i * INTEGER_BYTES);
      storePair(fn, state, element, (i + 1) * PAIR_BYTES);
    }
    fn.call(permute, state, i32.const(table));
    storeIntegers(fn, module, fr, inputs, loadPair(fn, state));
  });
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  new Float64Array(memory.buffer).set(constants, table / 8);
  const words = new BigUint64Array(memory.buffer);
  const { hash } = instantiateKernel(compileKernel(module.build()), memory);
  return (firstInputs, secondInputs) => {
    firstInputs.forEach((value, i) =>
      writeInteger(words, layout.inputs + i * INTEGER_BYTES, value),
    );
    secondInputs.forEach((value, i) =>
      writeInteger(words, layout.inputs + second + i * INTEGER_BYTES, value),
    );
    hash!();
    return [readInteger(words, layout.inputs), readInteger(words, layout.inputs + second)];
  };
}
