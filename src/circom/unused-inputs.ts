/**
 * Finds input signals that no constraint binds: a proof says nothing about their values.
 *
 * The constraints of a compiled circuit show that of public inputs only: circom removes private
 * inputs together with constraints that it simplifies. It lists what it has put in the place of
 * the removed signals; each such equation is a linear constraint of the circuit as it was before.
 */
import { wiresOf } from "./equations.ts";
import { publicCount, type R1cs } from "../groth16/formats/r1cs.ts";
import { signalCount } from "./shape.ts";
import type { SignalDeclaration, SymbolLine } from "./signals.ts";
import type { Substitutions } from "./substitutions.ts";

/** The constraints of a circuit, as sets of signals. */
interface ConstraintTable {
  /** Number of signals; 0 is the constant 1. */
  readonly signals: number;
  readonly rows: number;
  /** The signals in a constraint, each once and without the constant. */
  readonly signalsOf: (row: number) => readonly number[];
  readonly isLinear: (row: number) => boolean;
}

/** A compiled circuit, as far as it shows which inputs are used. */
export interface CompiledConstraints {
  readonly r1cs: R1cs;
  /** All lines of the .sym file. */
  readonly symbols: Iterable<SymbolLine>;
  /** Returns the substitutions, which are read only if an input has no wire. */
  readonly substitutions: () => Substitutions;
}

/** Lists the unused inputs, such as "in[2]". */
export function findUnusedInputs(
  inputs: readonly SignalDeclaration[],
  { r1cs, symbols, substitutions }: CompiledConstraints,
): string[] {
  const names = inputNames(inputs);
  const labels = readLabels(names, symbols);
  const wireOf = (name: string) => labels.wires[labels.byName.get(name) ?? 0] ?? -1;
  const hidden = names.filter((name) => wireOf(name) < 0);
  const shown = names.filter((name) => wireOf(name) >= 0);
  const ofInputs = new Set(shown.map(wireOf));
  const uses = countBinding(
    tableOf(r1cs),
    (wire) => wire > publicCount(r1cs) && !ofInputs.has(wire),
  );
  const unused = shown.filter((name) => uses[wireOf(name)] === 0);
  if (hidden.length === 0) return unused;
  // What was equal to a public input, and is gone, has bound it.
  const candidates = [...unused, ...hidden];
  const inputLabels = new Set(labels.byName.values());
  const allUses = countBinding(
    fullTable(r1cs, labels.wires, substitutions()),
    // Outputs are the first signals.
    (label) => label > r1cs.publicOutputs && !inputLabels.has(label),
  );
  return candidates.filter((name) => allUses[labels.byName.get(name) ?? 0] === 0);
}

interface Labels {
  /** Labels of the inputs by name. */
  readonly byName: ReadonlyMap<string, number>;
  /** The wire of each label, -1 without one. */
  readonly wires: readonly number[];
}

function readLabels(names: readonly string[], symbols: Iterable<SymbolLine>): Labels {
  const wanted = new Set(names.map((name) => `main.${name}`));
  const byName = new Map<string, number>();
  const wires = [0];
  for (const { label, wire, name } of symbols) {
    wires[label] = wire;
    if (wanted.has(name)) byName.set(name.slice("main.".length), label);
  }
  return { byName, wires };
}

/** Lists the single signals of inputs, such as "in[2]". */
function inputNames(inputs: readonly SignalDeclaration[]): string[] {
  return inputs.flatMap(({ name, shape }) =>
    Array.from({ length: signalCount(shape) }, (_, index) => name + indicesOf(shape, index)),
  );
}

function tableOf(r1cs: R1cs): ConstraintTable {
  const { a, b, wires: signals, constraints: rows } = r1cs;
  return {
    signals,
    rows,
    signalsOf: (row) => wiresOf(r1cs, row),
    // Without a product, a constraint is C·w = 0.
    isLinear: (row) => [a, b].some(({ rowStart }) => rowStart[row] === rowStart[row + 1]),
  };
}

/** The constraints by labels, and the substitutions as linear constraints. */
function fullTable(
  r1cs: R1cs,
  wires: readonly number[],
  substitutions: Substitutions,
): ConstraintTable {
  const simplified = tableOf(r1cs);
  const labelOf = new Uint32Array(r1cs.wires);
  const linear: number[][] = [];
  wires.forEach((wire, label) => {
    if (wire >= 0) {
      if (labelOf[wire] === 0) labelOf[wire] = label;
      // Signals on one wire are equal.
      else linear.push([labelOf[wire]!, label]);
      return;
    }
    const terms = substitutions(label);
    if (terms === undefined) return;
    linear.push([label, ...terms.map((term) => term.label).filter((other) => other !== 0)]);
  });
  const { rows } = simplified;
  return {
    signals: wires.length,
    rows: rows + linear.length,
    signalsOf: (row) =>
      row < rows ? simplified.signalsOf(row).map((wire) => labelOf[wire]!) : linear[row - rows]!,
    isLinear: (row) => row >= rows || simplified.isLinear(row),
  };
}

/**
 * Counts the constraints of each signal that bind something. A linear constraint binds nothing if
 * it defines an intermediate signal that is in no other constraint; without it, others may bind
 * nothing either.
 */
function countBinding(
  table: ConstraintTable,
  isIntermediate: (signal: number) => boolean,
): Uint32Array {
  const { rowsOf, uses } = indexRows(table);
  const isRemoved = new Uint8Array(table.rows);
  const isFree = (signal: number) => uses[signal] === 1 && isIntermediate(signal);
  const free = Array.from(uses.keys()).filter(isFree);
  for (let signal = free.pop(); signal !== undefined; signal = free.pop()) {
    const row = rowsOf(signal).find((candidate) => isRemoved[candidate] === 0);
    if (row === undefined || !table.isLinear(row)) continue;
    isRemoved[row] = 1;
    for (const other of table.signalsOf(row)) {
      uses[other]!--;
      if (isFree(other)) free.push(other);
    }
  }
  return uses;
}

/** The constraints of each signal, and their number. */
function indexRows({ signals, rows, signalsOf }: ConstraintTable): {
  rowsOf: (signal: number) => Uint32Array;
  uses: Uint32Array;
} {
  const uses = new Uint32Array(signals);
  for (let row = 0; row < rows; row++) for (const signal of signalsOf(row)) uses[signal]!++;
  const start = new Uint32Array(signals + 1);
  for (let signal = 0; signal < signals; signal++) {
    start[signal + 1] = start[signal]! + uses[signal]!;
  }
  const index = new Uint32Array(start[signals]!);
  const next = start.slice();
  for (let row = 0; row < rows; row++) {
    for (const signal of signalsOf(row)) index[next[signal]!++] = row;
  }
  return { rowsOf: (signal) => index.subarray(start[signal], start[signal + 1]), uses };
}

function indicesOf(shape: readonly number[], index: number): string {
  let rest = index;
  return shape.reduceRight((text, length) => {
    const own = rest % length;
    rest = (rest - own) / length;
    return `[${own}]${text}`;
  }, "");
}
