/**
 * Poseidon on the kernel: the permutation of src/crypto/poseidon.ts on two states at once.
 *
 * The linear layers are sums of products with one reduction per element. One product per partial
 * round is saved by scaling: such a round maps (x, y) to (corner·x⁵ + row·y, y + column·x⁵). With
 * x = αₖ·x' before round k and αₖ₊₁ = corner·αₖ⁵, it maps (x', y) to
 *
 *     (x'⁵ + (row / αₖ₊₁)·y,  y + (column·αₖ⁵)·x'⁵).
 */

import { POSEIDON_FULL_ROUNDS, poseidonSchedule } from "../crypto/poseidon-constants.ts";
import type { Matrix, PoseidonSchedule, Vector } from "../crypto/poseidon-constants.ts";
import { invert, multiply, power } from "../crypto/field.ts";
import { importFactor } from "./conversion.ts";
import { add, loadBoth, loadPair, storePair } from "./field.ts";
import type { FieldMacros, Limbs } from "./field.ts";
import { encodeElements } from "./instance.ts";
import { ELEMENT_BYTES, FR, PAIR_BYTES } from "./limbs.ts";
import { i32, v128 } from "./wasm/instructions.ts";
import type { I32 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

const HALF_ROUNDS = POSEIDON_FULL_ROUNDS / 2;

/**
 * How states lie in vectors of two lanes. All lanes of a vector go through the same steps, so this
 * only decides about constants, and about what a matrix needs: every element in both lanes.
 */
export interface StateShape {
  /** Vectors of a state. */
  readonly units: number;
  /** Length of the constants of a vector. */
  readonly constantBytes: number;
  readonly loadConstant: (fn: FunctionBuilder, address: I32, offset?: number) => Limbs;
  /** Vectors that hold, one by one, the elements of unit `unit` for every state. */
  readonly spread: (fn: FunctionBuilder, unit: Limbs, index: number) => Limbs[];
  /** Sums the lanes that belong to one state. */
  readonly fold: (fn: FunctionBuilder, sum: Limbs) => Limbs;
  /** The constants for a vector each: one number, or one per lane. */
  readonly arrange: (elements: Vector) => readonly (readonly bigint[])[];
}

/** Two states of `width` elements, one per lane. */
export function twoStates(width: number): StateShape {
  return {
    units: width,
    constantBytes: ELEMENT_BYTES,
    loadConstant: loadBoth,
    spread: (_, unit) => [unit],
    fold: (_, sum) => sum,
    arrange: (elements) => elements.map((element) => [element]),
  };
}

/** One state: the first element in both lanes of a vector, then two elements per vector. */
export function oneState(width: number): StateShape {
  const units = 1 + Math.ceil((width - 1) / 2);
  const shuffle = (fn: FunctionBuilder, unit: Limbs, first: 0 | 1, second: 0 | 1) =>
    unit.map((limb) => fn.let(v128.shuffle64(limb, limb, first, second)));
  return {
    units,
    constantBytes: PAIR_BYTES,
    loadConstant: loadPair,
    spread: (fn, unit, index) =>
      index === 0 ? [unit] : [shuffle(fn, unit, 0, 0), shuffle(fn, unit, 1, 1)],
    fold: (fn, sum) => add(fn, sum, shuffle(fn, sum, 1, 0)),
    arrange: ([first, ...rest]) => [
      [first!, first!],
      ...Array.from({ length: units - 1 }, (_, i) => [rest[2 * i]!, rest[2 * i + 1] ?? 0n]),
    ],
  };
}

/** Where the constants of a schedule are in its table. */
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

function tableLayout(schedule: PoseidonSchedule, shape: StateShape): TableLayout {
  const { width, partialConstants } = schedule;
  const { units, constantBytes } = shape;
  const rounds = partialConstants.length;
  const inner = rounds * (units - 1) * constantBytes;
  const matrix = width * units * constantBytes;
  const partial = POSEIDON_FULL_ROUNDS * units * constantBytes;
  const rows = partial + rounds * constantBytes;
  const columns = rows + inner;
  const mds = columns + inner;
  const bridge = mds + matrix;
  const scale = bridge + matrix;
  return { fullConstants: 0, partialConstants: partial, rows, columns, mds, bridge, scale };
}

/** The constants that {@link definePoseidon}'s function reads. */
export function poseidonTable(width: number, shape: StateShape): Float64Array {
  const { fullConstants, mds, bridge, ...schedule } = poseidonSchedule(width);
  const { constants, rows, columns, scale } = scalePartialRounds({ ...schedule });
  const transposed = (matrix: Matrix) => matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));
  // Matrices unit by unit: for each unit of results, the factors of all elements.
  const matrixEntries = (matrix: Matrix) => {
    const columnsByUnit = transposed(matrix).map(shape.arrange);
    return Array.from({ length: shape.units }, (_, unit) =>
      columnsByUnit.map((column) => column[unit]!),
    ).flat();
  };
  const first = (element: bigint) => shape.arrange([element, ...zeros(width - 1)])[0]!;
  const others = (elements: Vector) => shape.arrange([0n, ...elements]).slice(1);
  const vectors = [
    ...fullConstants.flatMap(shape.arrange),
    ...constants.map(first),
    ...rows.flatMap(others),
    ...columns.flatMap(others),
    ...matrixEntries(mds),
    ...matrixEntries(bridge),
    first(scale),
  ];
  return Float64Array.from(vectors.flatMap((lanes) => interleave(lanes)));
}

/** See the head of this file. */
function scalePartialRounds({
  partialConstants,
  corner,
  rows,
  columns,
}: Pick<PoseidonSchedule, "partialConstants" | "corner" | "rows" | "columns">) {
  let scale = 1n;
  const rounds = partialConstants.map((constant, round) => {
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
  return {
    constants: rounds.map(({ constant }) => constant),
    rows: rounds.map(({ row }) => row),
    columns: rounds.map(({ column }) => column),
    scale,
  };
}

const zeros = (count: number): bigint[] => Array<bigint>(count).fill(0n);

/** A single element, or a pair limb by limb. */
function interleave(lanes: readonly bigint[]): number[] {
  const limbs = lanes.map((value) => [...encodeElements(FR, [value])]);
  return limbs[0]!.flatMap((_, i) => limbs.map((lane) => lane[i]!));
}

/** Memory that states take, with room to compute. */
export function poseidonStateBytes(width: number): number {
  return (2 * width + 1) * PAIR_BYTES;
}

const at = (base: I32, bytes: number): I32 => i32.add(base, i32.const(bytes));

/** Defines `permute(state, table)`. */
export function definePoseidon(
  module: ModuleBuilder,
  fr: FieldMacros,
  width: number,
  shape: StateShape,
): WasmFunction {
  const schedule = poseidonSchedule(width);
  const layout = tableLayout(schedule, shape);
  const fullRound = defineFullRound(module, fr, width, shape);
  const partialRound = definePartialRound(module, fr, shape);
  const { units, constantBytes } = shape;
  return module.function(null, 2, (fn, state, table) => {
    const fullRounds = (first: number) => {
      for (let round = first; round < first + HALF_ROUNDS; round++) {
        const constants = at(table, layout.fullConstants + round * units * constantBytes);
        const matrix = round === HALF_ROUNDS - 1 ? layout.bridge : layout.mds;
        fn.call(fullRound, state, constants, at(table, matrix));
      }
    };
    fullRounds(0);
    const constant = fn.let(at(table, layout.partialConstants));
    const row = fn.let(at(table, layout.rows));
    const column = fn.let(at(table, layout.columns));
    fn.for(i32.const(0), i32.const(schedule.partialConstants.length), () => {
      fn.call(partialRound, state, constant, row, column);
      fn.set(constant, at(constant, constantBytes));
      fn.set(row, at(row, (units - 1) * constantBytes));
      fn.set(column, at(column, (units - 1) * constantBytes));
    });
    const scale = shape.loadConstant(fn, table, layout.scale);
    storePair(fn, state, fr.multiply(fn, fr.tidy(fn, loadPair(fn, state)), scale));
    fullRounds(HALF_ROUNDS);
  });
}

/** (element + constant)^5. */
function sbox(fn: FunctionBuilder, fr: FieldMacros, element: Limbs, constant: Limbs): Limbs {
  const x = fr.tidy(fn, add(fn, element, constant));
  return fr.multiply(fn, fr.square(fn, fr.square(fn, x)), x);
}

/** Σ vectors[i]·constants[i] for `count` vectors from the given addresses on. */
function dot(
  fn: FunctionBuilder,
  fr: FieldMacros,
  { constantBytes, loadConstant }: StateShape,
  [vectors, constants]: readonly [I32, I32],
  count: number,
): Limbs {
  const products = Array.from(
    { length: count },
    (_, i) =>
      [
        loadPair(fn, vectors, i * PAIR_BYTES),
        loadConstant(fn, constants, i * constantBytes),
      ] as const,
  );
  return fr.sumOfProducts(fn, products);
}

/** Defines `fullRound(state, constants, matrix)`. */
function defineFullRound(
  module: ModuleBuilder,
  fr: FieldMacros,
  width: number,
  shape: StateShape,
): WasmFunction {
  const { units, constantBytes, loadConstant, spread } = shape;
  return module.function(null, 3, (fn, state, constants, matrix) => {
    const powers = fn.let(at(state, width * PAIR_BYTES));
    const [element, constant, target] = [fn.let(state), fn.let(constants), fn.let(powers)];
    const raise = (index: number) => {
      const result = sbox(fn, fr, loadPair(fn, element), loadConstant(fn, constant));
      const vectors = spread(fn, result, index);
      vectors.forEach((vector, i) => storePair(fn, target, vector, i * PAIR_BYTES));
      fn.set(element, at(element, PAIR_BYTES));
      fn.set(constant, at(constant, constantBytes));
      fn.set(target, at(target, vectors.length * PAIR_BYTES));
    };
    raise(0);
    fn.for(i32.const(1), i32.const(units), () => raise(1));
    const [result, row] = [fn.let(state), fn.let(matrix)];
    fn.for(i32.const(0), i32.const(units), () => {
      storePair(fn, result, fr.tidy(fn, dot(fn, fr, shape, [powers, row], width)));
      fn.set(result, at(result, PAIR_BYTES));
      fn.set(row, at(row, width * constantBytes));
    });
  });
}

/** Defines `partialRound(state, constant, row, column)`. */
function definePartialRound(
  module: ModuleBuilder,
  fr: FieldMacros,
  shape: StateShape,
): WasmFunction {
  const { units, constantBytes, loadConstant, fold } = shape;
  return module.function(null, 4, (fn, state, constant, row, column) => {
    const rest = fn.let(at(state, PAIR_BYTES));
    const fifth = sbox(fn, fr, loadPair(fn, state), loadConstant(fn, constant));
    const sum = fold(fn, dot(fn, fr, shape, [rest, row], units - 1));
    storePair(fn, state, add(fn, fifth, sum));
    const factor = fn.let(column);
    fn.for(i32.const(1), i32.const(units), () => {
      const next = fr.sumOfProducts(fn, [[fifth, loadConstant(fn, factor)]], loadPair(fn, rest));
      storePair(fn, rest, fr.tidy(fn, next));
      fn.set(rest, at(rest, PAIR_BYTES));
      fn.set(factor, at(factor, constantBytes));
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
