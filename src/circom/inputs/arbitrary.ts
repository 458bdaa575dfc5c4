/** Random inputs of a circuit, for property-based tests: typed, with the values at boundaries. */
import fc, { type Arbitrary } from "fast-check";
import { FIELD_BITS, FIELD_MODULUS } from "../../crypto/field.ts";
import { signalCount } from "../shape.ts";
import { readSymbols, type SignalDeclaration } from "../signals.ts";
import { mapNames, nestNames } from "../signal-tree.ts";
import type { Circuit } from "../circuit.ts";
import { findRoots, findWidths } from "./widths.ts";

/** A value, an array of values, or the fields of a bus, of any depth. */
export type Values = bigint | readonly Values[] | { readonly [field: string]: Values };

/** Values for each input by name; a bus is an object of its fields. */
export type GeneratedInputs = Readonly<Record<string, Values>>;

type ElementOf = (signal: string) => Arbitrary<bigint>;

const MAIN = "main";
const LAST = FIELD_MODULUS - 1n;
const SMALL_MAX = 16n;

/** The values next to which circuits fail: ends of ranges, and both ends of the field. */
const BOUNDARIES: readonly bigint[] = [
  ...new Set(
    [8n, 16n, 31n, 32n, 63n, 64n, 128n, 160n, 251n, 252n, 253n].flatMap((bits) => [
      (1n << bits) - 1n,
      1n << bits,
      (1n << bits) + 1n,
    ]),
  ),
  (FIELD_MODULUS - 1n) / 2n,
  (FIELD_MODULUS + 1n) / 2n,
  LAST - 1n,
  LAST,
];

const bit = fc.bigInt({ min: 0n, max: 1n });
const small = fc.bigInt({ min: 0n, max: SMALL_MAX });
const boundary = fc.constantFrom(...BOUNDARIES);
const anyWidth = fc
  .integer({ min: 1, max: FIELD_BITS - 1 })
  .chain((bits) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }));
const element = fc.bigInt({ min: 0n, max: LAST });
const wild = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: small, weight: 3 },
  { arbitrary: boundary, weight: 2 },
  { arbitrary: anyWidth, weight: 3 },
  { arbitrary: element, weight: 2 },
);
/** The elements nearest to 0, where divisions fail. */
const UNITS: readonly bigint[] = [0n, 1n, 2n, LAST, LAST - 1n];

/** Values of a number of bits, and sometimes the first one beyond. */
function ofWidth(bits: number): Arbitrary<bigint> {
  if (bits >= FIELD_BITS) return wild;
  const end = 1n << BigInt(bits);
  return fc.oneof(
    { arbitrary: fc.bigInt({ min: 0n, max: end - 1n }), weight: 40 },
    { arbitrary: fc.constantFrom(0n, end - 1n), weight: 10 },
    { arbitrary: fc.constantFrom(end, LAST), weight: 1 },
  );
}

/**
 * Creates a generator of a circuit's inputs for fast-check. Most values fit the widths that the
 * constraints give to the inputs; some are at boundaries, equal, small or any element.
 *
 * @param circuit - A loaded circuit.
 * @returns An arbitrary of input values, which shrinks to zeros.
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * const [inputs] = fc.sample(circuitInputs(multiplier), { seed: 1, numRuns: 1 });
 * Object.keys(inputs); // ["a", "b"]
 */
export function circuitInputs(
  circuit: Pick<Circuit, "inputs" | "constraints" | "symPath">,
): Arbitrary<GeneratedInputs> {
  const { inputs } = circuit;
  const widths = findWidths(circuit.constraints());
  const wires = readSymbols(circuit.symPath);
  const typed: ElementOf = (signal) => {
    const width = widths.get(wires.get(`main.${signal}`) ?? -1);
    return width === undefined ? wild : ofWidth(width);
  };
  const roots = fc.constantFrom(...new Set([...UNITS, ...findRoots(circuit.constraints())]));
  const equal = wild.map((value) => fc.constant(value));
  return fc.oneof(
    { arbitrary: recordOf(inputs, typed), weight: 6 },
    { arbitrary: recordOf(inputs, () => small), weight: 2 },
    { arbitrary: recordOf(inputs, () => bit), weight: 2 },
    { arbitrary: equal.chain((value) => recordOf(inputs, () => value)), weight: 1 },
    { arbitrary: recordOf(inputs, () => wild), weight: 2 },
    { arbitrary: recordOf(inputs, () => roots), weight: 3 },
  );
}

/** Number of inputs that are generated at a time. */
const SAMPLED_TOGETHER = 50;
/** Step between the seeds of one run; odd, so that no two of them are equal. */
const SEED_STEP = 0x9e3779b1;

/** Generates random inputs when they are taken: the same ones for the same seed. */
export function* sampleInputs(
  circuit: Parameters<typeof circuitInputs>[0],
  seed: number,
  count: number,
): Generator<GeneratedInputs> {
  const arbitrary = circuitInputs(circuit);
  for (let taken = 0, next = seed; taken < count; taken += SAMPLED_TOGETHER) {
    const numRuns = Math.min(SAMPLED_TOGETHER, count - taken);
    yield* fc.sample(arbitrary, { seed: next, numRuns });
    next = (next + SEED_STEP) | 0;
  }
}

/** Maximum inputs that {@link cornerInputs} returns. */
const CORNERS_MAX = 125;

/**
 * Lists all combinations of the elements 0, 1, 2, −1 and −2, for circuits with so few inputs that
 * there are at most 125.
 */
export function cornerInputs({ inputs }: Pick<Circuit, "inputs">): GeneratedInputs[] {
  const count = inputs.reduce((sum, { shape }) => sum + signalCount(shape), 0);
  const total = UNITS.length ** count;
  if (total > CORNERS_MAX) return [];
  return Array.from({ length: total }, (_, corner) => {
    let rest = corner;
    const next = () => {
      const unit = UNITS[rest % UNITS.length]!;
      rest = Math.floor(rest / UNITS.length);
      return unit;
    };
    return nestBuses(
      Object.fromEntries(inputs.map(({ name, shape }) => [name, fillShape(shape, next)])),
    );
  });
}

function fillShape([length, ...rest]: readonly number[], next: () => bigint): Values {
  if (length === undefined) return next();
  return Array.from({ length }, () => fillShape(rest, next));
}

function recordOf(
  inputs: readonly SignalDeclaration[],
  elementOf: ElementOf,
): Arbitrary<GeneratedInputs> {
  const entries = inputs.map(({ name, shape }) => [name, valuesOf(name, shape, elementOf)]);
  const flat = fc.record(Object.fromEntries(entries) as Record<string, Arbitrary<Values>>);
  return inputs.some(({ name }) => name.includes(".")) ? flat.map(nestBuses) : flat;
}

/** Nests the values of signals "bus.field" as objects. */
function nestBuses(values: GeneratedInputs): GeneratedInputs {
  const names = Object.keys(values).map((name) => `${MAIN}.${name}`);
  const tree = nestNames(names, MAIN)!;
  return mapNames(tree, (name) => values[name.slice(MAIN.length + 1)]!) as GeneratedInputs;
}

function valuesOf(
  name: string,
  [length, ...rest]: readonly number[],
  elementOf: ElementOf,
): Arbitrary<Values> {
  if (length === undefined) return elementOf(name);
  const elements = Array.from({ length }, (_, i) => valuesOf(`${name}[${i}]`, rest, elementOf));
  return fc.tuple(...elements);
}
