/** Circuits with constraints removed, and whether that has an effect. */
import { expect } from "chai";
import { checkConstraints, indexConstraints } from "../../src/groth16/check-witness.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import { createDeterminacyCheck } from "../../src/circom/determinacy.ts";
import { subsetsWithSum } from "../../src/circom/determinacy/choices.ts";
import { LinearSystem, type Terms } from "../../src/circom/determinacy/linear-system.ts";
import type { R1cs, SparseMatrix } from "../../src/groth16/formats/r1cs.ts";
import { readSymbols } from "../../src/circom/signals.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";
import type { Witness } from "../../src/groth16/formats/wtns.ts";
import { reduce } from "../../src/crypto/field.ts";
import { uncheckedCalculator } from "./forged-witness.ts";

/** Returns the names of a circuit's wires; a wire that signals share has one of their names. */
export function wireNames({ symPath }: Circuit): ReadonlyMap<number, string> {
  return new Map([...readSymbols(symPath)].map(([name, wire]) => [wire, name]));
}

/** Returns the wires of the input signals. @param except - Names of inputs to leave out. */
export function inputWires(circuit: Circuit, except: readonly string[] = []): number[] {
  const wanted = circuit.inputs.map(({ name }) => name).filter((name) => !except.includes(name));
  const isWanted = new Set(wanted.map((name) => `main.${name}`));
  const baseName = (name: string) => name.replace(/(?:\[\d+\])+$/, "");
  return [...readSymbols(circuit.symPath)]
    .filter(([name]) => isWanted.has(baseName(name)))
    .map(([, wire]) => wire);
}

/** Returns the wires of the signals with such names. */
export function wiresNamed({ symPath }: Circuit, pattern: RegExp): number[] {
  const named = [...readSymbols(symPath)].filter(([name]) => pattern.test(name));
  return [...new Set(named.map(([, wire]) => wire))];
}

/** Describes a constraint by the names of the wires in its three sides. */
export function describeConstraint(
  { a, b, c }: R1cs,
  row: number,
  names: ReadonlyMap<number, string>,
): string {
  return [a, b, c]
    .map(({ rowStart, wire }) => [...wire.subarray(rowStart[row], rowStart[row + 1])])
    .map((wires) => wires.map((wire) => names.get(wire) ?? "1").join(" + "))
    .join(" | ");
}

/** Returns all constraints that a witness violates. */
export function violatedConstraints(r1cs: R1cs, witness: Witness): number[] {
  return [...constraintsOf(r1cs)].filter((row) => checkConstraints(r1cs, witness, [row]) !== null);
}

/**
 * Expects that a circuit refuses inputs, and that each violated constraint is needed for that: the
 * circuit without it accepts them.
 */
export async function expectEachNeeded(circuit: Circuit, inputs: InputValues): Promise<void> {
  const calculate = await uncheckedCalculator(circuit);
  const [r1cs, forged] = [circuit.constraints(), calculate(inputs)];
  const violated = violatedConstraints(r1cs, forged);
  const isLocal = findLocalWires(circuit, violated);
  expect(canRepair(r1cs, forged, violated, isLocal), "accepted").to.equal(false);
  const names = wireNames(circuit);
  for (const row of violated) {
    const others = violated.filter((other) => other !== row);
    const text = `is not needed: ${describeConstraint(r1cs, row, names)}`;
    expect(canRepair(r1cs, forged, others, isLocal), text).to.equal(true);
  }
}

/**
 * Returns whether no witness with the same values of the given wires satisfies the constraints: the
 * values that these wires determine by the satisfied constraints contradict the violated ones.
 */
export function isRefuted(r1cs: R1cs, forged: Witness, given: readonly number[]): boolean {
  const violated = violatedConstraints(r1cs, forged);
  const { undetermined, choices } = createDeterminacyCheck(r1cs, forged)(given, violated);
  const free = new Set(undetermined);
  const isLinear = (row: number) =>
    [r1cs.a, r1cs.b].every(
      (side) => ![...termsOf(r1cs, side, row).keys()].some((w) => free.has(w)),
    );
  const linear = violated.filter(isLinear);
  if (!canRepair(r1cs, forged, linear, (wire) => free.has(wire))) return true;
  const wiresOf = (row: number) =>
    [...termsOf(r1cs, r1cs.c, row).keys()].filter((w) => free.has(w));
  const ofChoices = linear.filter((row) => wiresOf(row).every((wire) => choices.has(wire)));
  return !canChoose(r1cs, forged, ofChoices, choices);
}

/** Maximum wires that are tried in all combinations. */
const TRIED_WIRES_MAX = 10;

/** Returns whether linear constraints hold for some choice between two values of each wire. */
function canChoose(
  r1cs: R1cs,
  witness: Witness,
  rows: readonly number[],
  choices: ReadonlyMap<number, bigint>,
): boolean {
  const equations = rows.map((row) => {
    const sides = [r1cs.a, r1cs.b, r1cs.c].map((side) => termsOf(r1cs, side, row));
    const [a, b, c] = sides.map((terms) => evaluate(terms, witness));
    const isChosen = ([wire]: readonly [number, bigint]) => choices.has(wire);
    const terms = [...sides[2]!].filter(isChosen).sort(([left], [right]) => left - right);
    const effects = terms.map(([wire, value]): [number, bigint] => [
      wire,
      reduce(value * choices.get(wire)!),
    ]);
    return { effects: new Map(effects), total: reduce(a! * b! - c!) };
  });
  const wires = [...new Set(equations.flatMap(({ effects }) => [...effects.keys()]))];
  if (wires.length > TRIED_WIRES_MAX) {
    return equations.every(
      ({ effects, total }) => subsetsWithSum([...effects.values()], total)?.length !== 0,
    );
  }
  const combinations = Array.from({ length: 2 ** wires.length }, (_, index) =>
    wires.filter((_wire, i) => (index >> i) & 1),
  );
  return combinations.some((moved) =>
    equations.every(({ effects, total }) => {
      const sum = moved.reduce((partial, wire) => partial + (effects.get(wire) ?? 0n), 0n);
      return reduce(sum - total) === 0n;
    }),
  );
}

/** Finds the wires that are in no other constraints than these and are not inputs. */
function findLocalWires(circuit: Circuit, rows: readonly number[]): (wire: number) => boolean {
  const rowsOf = indexConstraints(circuit.constraints());
  const inputs = new Set([0, ...inputWires(circuit)]);
  return (wire) => !inputs.has(wire) && rowsOf(wire).every((row) => rows.includes(row));
}

/**
 * Returns whether constraints hold for some values of local wires, which are on the right sides
 * only, as in the last round of a hash.
 */
function canRepair(
  r1cs: R1cs,
  witness: Witness,
  rows: readonly number[],
  isLocal: (wire: number) => boolean,
): boolean {
  const system = new LinearSystem();
  const unchanged = new Set<number>();
  return rows.every((row) => {
    const sides = [r1cs.a, r1cs.b, r1cs.c].map((side) => termsOf(r1cs, side, row));
    const [a, b, c] = sides.map((terms) => evaluate(terms, witness));
    const isFree = ([wire]: readonly [number, bigint]) => isLocal(wire) && !unchanged.has(wire);
    const terms: Terms = new Map([...sides[2]!].filter(isFree));
    // The constant is treated as an unknown; if it must be 0, the equations contradict each other.
    const constant = reduce(c! - a! * b!);
    if (constant !== 0n) terms.set(CONSTANT, constant);
    for (const { unknown } of system.insert(terms, row)) unchanged.add(unknown);
    return !unchanged.has(CONSTANT);
  });
}

const CONSTANT = -1;

function termsOf({ coefficients }: R1cs, side: SparseMatrix, row: number): Terms {
  const { rowStart, wire, coefficient } = side;
  const [start, end] = [rowStart[row]!, rowStart[row + 1]!];
  const values = [...coefficient.subarray(start, end)].map((index) => coefficients[index]!);
  return new Map([...wire.subarray(start, end)].map((w, i) => [w, reduce(values[i]!)]));
}

function evaluate(terms: Terms, witness: Witness): bigint {
  return [...terms].reduce((sum, [wire, value]) => sum + value * witness[wire]!, 0n);
}

/** Returns the indices of the constraints. */
export function constraintsOf({ constraints }: R1cs): Iterable<number> {
  return Array.from({ length: constraints }).keys();
}
