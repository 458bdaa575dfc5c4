/** Copies of circuits with constraints taken out, and who notices. */
import { checkConstraints } from "../../src/circuits/check-witness.ts";
import type { Circuit } from "../../src/circuits/circuit.ts";
import { createDeterminacyCheck } from "../../src/circuits/determinacy.ts";
import type { R1cs } from "../../src/circuits/r1cs.ts";
import { readSymbols } from "../../src/circuits/signals.ts";
import type { Witness } from "../../src/circuits/wtns.ts";

/** Names of the wires of a circuit; a wire that signals share has one of their names. */
export function wireNames({ symPath }: Circuit): ReadonlyMap<number, string> {
  return new Map([...readSymbols(symPath)].map(([name, wire]) => [wire, name]));
}

/** The wires of the input signals. @param except - Names of inputs to leave out. */
export function inputWires(circuit: Circuit, except: readonly string[] = []): number[] {
  const wanted = circuit.inputs.map(({ name }) => name).filter((name) => !except.includes(name));
  const isWanted = new Set(wanted.map((name) => `main.${name}`));
  const baseName = (name: string) => name.replace(/(?:\[\d+\])+$/, "");
  return [...readSymbols(circuit.symPath)]
    .filter(([name]) => isWanted.has(baseName(name)))
    .map(([, wire]) => wire);
}

/** The three sides of a constraint, as the names of the wires in them. */
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

/** All constraints that a witness violates. */
export function violatedConstraints(r1cs: R1cs, witness: Witness): number[] {
  return [...constraintsOf(r1cs)].filter((row) => checkConstraints(r1cs, witness, [row]) !== null);
}

export function constraintsOf({ constraints }: R1cs): Iterable<number> {
  return Array.from({ length: constraints }).keys();
}

export interface WeakenedCircuits {
  /** Wires that are free in the whole circuit. */
  readonly undetermined: readonly number[];
  /** Whether without this constraint more wires are. */
  isMissed(row: number): boolean;
}

/**
 * Takes constraints out one by one, and looks for wires that are no longer determined by the given
 * ones. Only what followed from a constraint has to be derived anew without it.
 */
export function weakenCircuit(
  r1cs: R1cs,
  honest: Witness,
  given: readonly number[],
): WeakenedCircuits {
  const check = createDeterminacyCheck(r1cs, honest);
  const { undetermined, reasons } = check(given);
  const wiresOfRow = new Map<number, number[]>();
  const followers = new Map<number, number[]>();
  for (const [wire, reason] of reasons) {
    for (const row of reason.rows) append(wiresOfRow, row, wire);
    for (const other of reason.wires) append(followers, other, wire);
  }
  return {
    undetermined,
    isMissed: (row) => {
      const lost = new Set(wiresOfRow.get(row));
      // A set also iterates over what is added to it meanwhile.
      for (const wire of lost) for (const other of followers.get(wire) ?? []) lost.add(other);
      if (lost.size === 0) return false;
      const kept = [...honest.keys()].filter((wire) => !lost.has(wire));
      return check(kept, [row]).undetermined.length > 0;
    },
  };
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
