/**
 * Emits Poseidon: the permutation of src/crypto/poseidon.ts on one state or on two at once, with
 * its partial rounds as a recurrence (poseidon-recurrence.ts). The linear layers are sums of
 * products with one reduction per element.
 */

import { type Matrix, transpose, type Vector } from "../crypto/matrices.ts";
import { POSEIDON_FULL_ROUNDS, poseidonPartialRounds } from "../crypto/poseidon-constants.ts";
import { importFactor } from "./conversion.ts";
import { add, limbsOfPair, limbsOfSingle, loadBoth, loadPair, storePair } from "./field.ts";
import type { FieldMacros, Limbs } from "./field.ts";
import { encodeElements } from "./instance.ts";
import { ELEMENT_BYTES, FR, PAIR_BYTES } from "./limbs.ts";
import { type EntryFactors, poseidonRecurrence } from "./poseidon-recurrence.ts";
import type { PoseidonRecurrence } from "./poseidon-recurrence.ts";
import { i32, v128 } from "./wasm/instructions.ts";
import type { I32, V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

const HALF_ROUNDS = POSEIDON_FULL_ROUNDS / 2;

/**
 * The arrangement of states in vectors of two lanes. All lanes of a vector go through the same
 * steps, so a shape only affects constants and matrices, which need every element in both lanes.
 */
export interface StateShape {
  /** Number of vectors (units) of a state. */
  readonly units: number;
  /** Length of the constants of a vector. */
  readonly constantBytes: number;
  readonly loadConstant: (fn: FunctionBuilder, address: I32, offset?: number) => Limbs;
  /** Returns the loads of a constant's limbs. */
  readonly constantLimbs: (address: I32) => V128[];
  /** Returns a vector for each element of a unit, with the element in all lanes of its state. */
  readonly spread: (fn: FunctionBuilder, unit: Limbs, index: number) => Limbs[];
  /** Sums the lanes of each state. */
  readonly fold: (fn: FunctionBuilder, sum: Limbs) => Limbs;
  /** Arranges constants by vector. */
  readonly arrange: (elements: Vector) => Lanes[];
  /** Number of vectors of an entry of the recurrence. */
  readonly entryUnits: number;
  /** Creates an entry from an S-box and the next x, each in all lanes of its state. */
  readonly join: (fn: FunctionBuilder, power: Limbs, element: Limbs) => Limbs[];
  /** Arranges the factors of an entry by vector. */
  readonly arrangeEntry: (factors: EntryFactors) => Lanes[];
}

/** The constants of one vector: one number for both lanes, or one for each. */
type Lanes = readonly bigint[];

/** Arranges two states of `width` elements, one per lane. */
export function twoStates(width: number): StateShape {
  return {
    units: width,
    constantBytes: ELEMENT_BYTES,
    loadConstant: loadBoth,
    constantLimbs: limbsOfSingle,
    spread: (_, unit) => [unit],
    fold: (_, sum) => sum,
    arrange: (elements) => elements.map((element) => [element]),
    entryUnits: 2,
    join: (_, power, element) => [power, element],
    arrangeEntry: (factors) => factors.map((factor) => [factor]),
  };
}

/** Arranges one state: the first element in both lanes of a vector, then two per vector. */
export function oneState(width: number): StateShape {
  const units = 1 + Math.ceil((width - 1) / 2);
  const shuffle = (fn: FunctionBuilder, unit: Limbs, first: 0 | 1, second: 0 | 1) =>
    unit.map((limb) => fn.let(v128.shuffle64(limb, limb, first, second)));
  return {
    units,
    constantBytes: PAIR_BYTES,
    loadConstant: loadPair,
    constantLimbs: limbsOfPair,
    spread: (fn, unit, index) =>
      index === 0 ? [unit] : [shuffle(fn, unit, 0, 0), shuffle(fn, unit, 1, 1)],
    fold: (fn, sum) => add(fn, sum, shuffle(fn, sum, 1, 0)),
    arrange: ([first, ...rest]) => [
      [first!, first!],
      ...Array.from({ length: units - 1 }, (_, i) => [rest[2 * i]!, rest[2 * i + 1] ?? 0n]),
    ],
    entryUnits: 1,
    join: (fn, power, element) => [
      power.map((limb, i) => fn.let(v128.shuffle64(limb, element[i]!, 0, 1))),
    ],
    arrangeEntry: (factors) => [factors],
  };
}

/** Offsets of a recurrence's constants in its table. */
interface TableLayout {
  readonly fullConstants: number;
  readonly roundConstants: number;
  readonly factors: number;
  readonly closing: number;
  readonly mds: number;
  readonly opening: number;
  readonly first: number;
  /** The factor `lastScale`. */
  readonly scale: number;
}

function tableLayout({ width, rounds }: PoseidonRecurrence, shape: StateShape): TableLayout {
  const { units, constantBytes, entryUnits } = shape;
  const entries = width - 1;
  let end = 0;
  const allocate = (count: number) => {
    const offset = end;
    end += count * constantBytes;
    return offset;
  };
  return {
    fullConstants: allocate(POSEIDON_FULL_ROUNDS * units),
    roundConstants: allocate(rounds.length),
    factors: allocate(rounds.length * entries * entryUnits),
    closing: allocate((units - 1) * 2 * entries),
    mds: allocate(width * units),
    opening: allocate(width * units),
    first: allocate(1),
    scale: allocate(1),
  };
}

/** Returns the constants for {@link definePoseidon}'s function, in the order of its layout. */
export function poseidonTable(width: number, shape: StateShape): Float64Array {
  const recurrence = poseidonRecurrence(width);
  const { fullConstants, rounds, closing, mds, opening, firstConstant, lastScale } = recurrence;
  const first = (element: bigint) => shape.arrange([element, ...zeros(width - 1)])[0]!;
  // By column, then by result: the elements of y are all units but the first.
  const closingColumns = closing[0]!.flatMap((_, entry) =>
    ([0, 1] as const).map((part) => [0n, ...closing.map((row) => row[entry]![part])]),
  );
  const vectors = [
    ...fullConstants.flatMap(shape.arrange),
    ...rounds.map(({ constant }) => first(constant)),
    ...rounds.flatMap(({ factors }) => factors.flatMap(shape.arrangeEntry)),
    ...byUnit(closingColumns, shape).slice(closingColumns.length),
    ...byUnit(transpose(mds), shape),
    ...byUnit(transpose(opening), shape),
    first(firstConstant),
    first(lastScale),
  ];
  return Float64Array.from(vectors.flatMap(interleave));
}

/** Arranges a matrix, given by columns: for each unit of results, the factors of all columns. */
function byUnit(columns: Matrix, shape: StateShape): Lanes[] {
  const arranged = columns.map(shape.arrange);
  return Array.from({ length: shape.units }, (_, unit) =>
    arranged.map((column) => column[unit]!),
  ).flat();
}

const zeros = (count: number): bigint[] => Array<bigint>(count).fill(0n);

/** Encodes a single element, or a pair interleaved limb by limb. */
function interleave(lanes: readonly bigint[]): number[] {
  const limbs = lanes.map((value) => [...encodeElements(FR, [value])]);
  return limbs[0]!.flatMap((_, i) => limbs.map((lane) => lane[i]!));
}

/** Offsets in the memory of a state, after its vectors. */
interface StateLayout {
  /** Fifth powers of all elements, one vector each. */
  readonly powers: number;
  /** The last entries of the recurrence, spread to vectors of one element. */
  readonly lastEntries: number;
  /** All entries of the recurrence, including the virtual ones before the first round. */
  readonly entries: number;
  readonly end: number;
}

function stateLayout(width: number, rounds: number): StateLayout {
  const powers = width * PAIR_BYTES;
  const lastEntries = powers + (width + 1) * PAIR_BYTES;
  const entries = lastEntries + 2 * (width - 1) * PAIR_BYTES;
  // One entry more: in vectors of two, an odd entry is followed by an unused one.
  const end = entries + 2 * (width + rounds) * PAIR_BYTES;
  return { powers, lastEntries, entries, end };
}

/** Returns the length of a state's memory, including scratch memory. */
export function poseidonStateBytes(width: number): number {
  return stateLayout(width, poseidonPartialRounds(width)).end;
}

const at = (base: I32, bytes: number): I32 => i32.add(base, i32.const(bytes));

/** Defines `permute(state, table)`. */
export function definePoseidon(
  module: ModuleBuilder,
  fr: FieldMacros,
  width: number,
  shape: StateShape,
): WasmFunction {
  const recurrence = poseidonRecurrence(width);
  const layout = tableLayout(recurrence, shape);
  const { length: rounds } = recurrence.rounds;
  const { entries } = stateLayout(width, rounds);
  const fullRound = defineFullRound(module, fr, width, shape);
  const partialRound = definePartialRound(module, fr, width, shape);
  const { units, constantBytes, entryUnits } = shape;
  return module.function(null, 2, (fn, state, table) => {
    const fullRounds = (first: number) => {
      for (let round = first; round < first + HALF_ROUNDS; round++) {
        const constants = at(table, layout.fullConstants + round * units * constantBytes);
        const matrix = at(table, round === HALF_ROUNDS - 1 ? layout.opening : layout.mds);
        fn.call(fullRound, state, constants, matrix);
      }
    };
    fullRounds(0);
    openRecurrence(fn, fr, shape, { state, entries, first: at(table, layout.first) });
    const entry = fn.let(at(state, entries));
    const constant = fn.let(at(table, layout.roundConstants));
    const factors = fn.let(at(table, layout.factors));
    fn.for(i32.const(0), i32.const(rounds), () => {
      fn.call(partialRound, state, entry, constant, factors);
      fn.set(entry, at(entry, entryUnits * PAIR_BYTES));
      fn.set(constant, at(constant, constantBytes));
      fn.set(factors, at(factors, (width - 1) * entryUnits * constantBytes));
    });
    closeRecurrence(fn, fr, shape, width, { state, entry, table, layout });
    fullRounds(HALF_ROUNDS);
  });
}

/** Adds the first constant to x, and stores the other elements as virtual entries. */
function openRecurrence(
  fn: FunctionBuilder,
  fr: FieldMacros,
  { units, entryUnits, loadConstant, spread, join }: StateShape,
  { state, entries, first }: { readonly state: I32; readonly entries: number; readonly first: I32 },
): void {
  const zero = fr.constant([0, 0, 0, 0, 0]);
  let offset = entries;
  for (let unit = 1; unit < units; unit++) {
    for (const element of spread(fn, loadPair(fn, state, unit * PAIR_BYTES), unit)) {
      join(fn, zero, element).forEach((vector, i) =>
        storePair(fn, state, vector, offset + i * PAIR_BYTES),
      );
      offset += entryUnits * PAIR_BYTES;
    }
  }
  const x = add(fn, loadPair(fn, state), loadConstant(fn, first));
  storePair(fn, state, fr.tidy(fn, x));
}

/** Computes the state after the last round. @param entry - Address of the first of the last n. */
function closeRecurrence(
  fn: FunctionBuilder,
  fr: FieldMacros,
  shape: StateShape,
  width: number,
  {
    state,
    entry,
    table,
    layout,
  }: {
    readonly state: I32;
    readonly entry: I32;
    readonly table: I32;
    readonly layout: TableLayout;
  },
): void {
  const { units, constantBytes, loadConstant, entryUnits, spread } = shape;
  const { lastEntries } = stateLayout(width, 0);
  const factors = 2 * (width - 1);
  let target = lastEntries;
  for (let i = 0; i < (width - 1) * entryUnits; i++) {
    // Index 1: a vector of an entry is spread like any unit but the first.
    for (const vector of spread(fn, loadPair(fn, entry, i * PAIR_BYTES), 1)) {
      storePair(fn, state, vector, target);
      target += PAIR_BYTES;
    }
  }
  const scale = loadConstant(fn, table, layout.scale);
  storePair(fn, state, fr.tidy(fn, fr.multiply(fn, loadPair(fn, state), scale)));
  for (let unit = 1; unit < units; unit++) {
    const row = at(table, layout.closing + (unit - 1) * factors * constantBytes);
    const sum = dot(fn, fr, shape, [at(state, lastEntries), row], factors);
    storePair(fn, state, fr.tidy(fn, sum), unit * PAIR_BYTES);
  }
}

/** Computes (element + constant)^5. */
function sbox(fn: FunctionBuilder, fr: FieldMacros, element: Limbs, constant: Limbs): Limbs {
  const x = fr.tidy(fn, add(fn, element, constant));
  return fr.multiply(fn, fr.square(fn, fr.square(fn, x)), x);
}

/** Computes Σ vectors[i]·constants[i] for `count` vectors from the given addresses on. */
function dot(
  fn: FunctionBuilder,
  fr: FieldMacros,
  { constantBytes, constantLimbs }: StateShape,
  [vectors, constants]: readonly [I32, I32],
  count: number,
): Limbs {
  const [vector, constant] = [
    fn.let(at(vectors, -PAIR_BYTES)),
    fn.let(at(constants, -constantBytes)),
  ];
  const next = () => {
    fn.set(vector, at(vector, PAIR_BYTES));
    fn.set(constant, at(constant, constantBytes));
    return [loadPair(fn, vector), constantLimbs(constant)] as const;
  };
  return fr.loopOfProducts(fn, { count, next });
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
    const powers = fn.let(at(state, stateLayout(width, 0).powers));
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

/**
 * Defines `partialRound(state, entry, constant, factors)`: computes the next x and the next entry
 * from x in the first vector of the state and the entries from `entry` on.
 */
function definePartialRound(
  module: ModuleBuilder,
  fr: FieldMacros,
  width: number,
  shape: StateShape,
): WasmFunction {
  const { loadConstant, fold, entryUnits, join } = shape;
  return module.function(null, 4, (fn, state, entry, constant, factors) => {
    const x = loadPair(fn, state);
    const square = fr.square(fn, x);
    const sum = fold(fn, dot(fn, fr, shape, [entry, factors], (width - 1) * entryUnits));
    const fifth = fr.multiply(fn, fr.square(fn, square), x);
    const others = add(fn, sum, loadConstant(fn, constant));
    const next = fr.tidy(fn, add(fn, others, fifth));
    storePair(fn, state, next);
    const after = at(entry, (width - 1) * entryUnits * PAIR_BYTES);
    join(fn, fr.tidy(fn, fifth), next).forEach((vector, i) =>
      storePair(fn, after, vector, i * PAIR_BYTES),
    );
  });
}

/** Reads a pair of integers and converts it to Montgomery form. */
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
