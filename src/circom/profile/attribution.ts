/**
 * Finds the statement behind each constraint of an r1cs, and the signal behind each wire.
 *
 * circom has put other signals, sums or constants in the place of signals, and lists them. So each
 * constraint of the source is rewritten in the same way: then it either says nothing any more,
 * because it was used up by a substitution, or it is a row of the r1cs, exactly. Only rows that
 * circom has made of several linear constraints are none of those: each goes to the statement
 * whose unused constraint shares the most wires with it, or to none.
 */
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import { wiresOf } from "../equations.ts";
import { type Component, type LocatedConstraint, walkConstraints } from "../evaluation/design.ts";
import type { Substitutions } from "../substitutions.ts";
import type { SignalLabels } from "./labels.ts";
import {
  type AtBoth,
  drawPoints,
  evaluateConstraint,
  evaluateRow,
  extendToLabels,
  toQuotients,
} from "./random-points.ts";

/** Which constraints and signals of the source the compiled circuit still has. */
export interface Attribution {
  /** 1 for a constraint that has a row, by its number in the order of `walkConstraints`. */
  readonly hasRow: Uint8Array;
  /** 1 for a signal that has a wire, by its number; the first one if several share it. */
  readonly hasWire: Uint8Array;
  /** Rows that are a constraint of the source, exactly. */
  readonly exactRows: number;
  /** Rows that only resemble one. */
  readonly similarRows: number;
  /** Rows of no constraint of the source. */
  readonly otherRows: number;
  /** Wires of no signal of the source, besides the constant 1. */
  readonly otherWires: number;
}

/** Constraints between two pauses. */
const BATCH = 20_000;

/** @param pause - Called now and then in long work. */
export async function attribute(
  main: Component,
  r1cs: R1cs,
  labels: SignalLabels,
  substitutions: Substitutions,
  pause: () => Promise<void>,
): Promise<Attribution> {
  const points = drawPoints(r1cs.wires);
  const rowValues: AtBoth<bigint>[] = [];
  for (let row = 0; row < r1cs.constraints; row++) {
    rowValues.push(evaluateRow(r1cs, row, points));
    if (row % BATCH === 0) await pause();
  }
  const labelPoints = extendToLabels(labels, substitutions, points);
  const values: AtBoth<bigint>[] = [];
  for (const located of walkConstraints(main)) {
    if (values.length % BATCH === 0) await pause();
    values.push(evaluateConstraint(located, labels, labelPoints));
  }
  const quotients = toQuotients(values);
  const { hasRow, restRows } = matchExactly(toQuotients(rowValues), quotients);
  const candidates = restRows.length === 0 ? [] : collectUnused(main, quotients, hasRow);
  const similarRows = matchSimilar(r1cs, restRows, candidates, labels, hasRow);
  const wires = findWires(labels, r1cs.wires);
  return {
    hasRow,
    exactRows: r1cs.constraints - restRows.length,
    similarRows,
    otherRows: restRows.length - similarRows,
    ...wires,
  };
}

/** Gives each row to the first constraint that equals it and has no row yet. */
function matchExactly(
  rows: readonly (bigint | undefined)[],
  constraints: readonly (bigint | undefined)[],
): { hasRow: Uint8Array; restRows: number[] } {
  const numbers = new Map<bigint, number[]>();
  const restRows: number[] = [];
  rows.forEach((quotient, row) => {
    if (quotient === undefined) restRows.push(row);
    else if (numbers.has(quotient)) numbers.get(quotient)!.push(row);
    else numbers.set(quotient, [row]);
  });
  const hasRow = new Uint8Array(constraints.length);
  constraints.forEach((quotient, number) => {
    if (quotient === undefined) return;
    if (numbers.get(quotient)?.pop() !== undefined) hasRow[number] = 1;
  });
  for (const left of numbers.values()) restRows.push(...left);
  return { hasRow, restRows: restRows.sort((first, second) => first - second) };
}

/** A constraint of the source that still says something, but equals no row. */
interface Unused {
  readonly number: number;
  readonly located: LocatedConstraint;
}

function collectUnused(
  main: Component,
  quotients: readonly (bigint | undefined)[],
  hasRow: Uint8Array,
): Unused[] {
  const unused: Unused[] = [];
  let number = 0;
  for (const located of walkConstraints(main)) {
    if (quotients[number] !== undefined && hasRow[number] === 0) unused.push({ number, located });
    number++;
  }
  return unused;
}

/** Gives rows to the constraints that share most wires with them. @returns How many. */
function matchSimilar(
  r1cs: R1cs,
  rows: readonly number[],
  unused: readonly Unused[],
  labels: SignalLabels,
  hasRow: Uint8Array,
): number {
  const wires = unused.map(({ located }) => wiresOfConstraint(located, labels));
  const byWire = new Map<number, number[]>();
  wires.forEach((own, index) => {
    for (const wire of own) byWire.set(wire, [...(byWire.get(wire) ?? []), index]);
  });
  let matched = 0;
  for (const row of rows) {
    const wanted = wiresOf(r1cs, row);
    const shared = new Map<number, number>();
    for (const index of wanted.flatMap((wire) => byWire.get(wire) ?? [])) {
      shared.set(index, (shared.get(index) ?? 0) + 1);
    }
    let best: { number: number; score: number } | undefined;
    for (const [index, count] of shared) {
      const { number } = unused[index]!;
      const score = count / (wires[index]!.size + wanted.length - count);
      if (hasRow[number] === 0 && score > (best?.score ?? 0)) best = { number, score };
    }
    if (best === undefined) continue;
    hasRow[best.number] = 1;
    matched++;
  }
  return matched;
}

function wiresOfConstraint(
  { constraint: { a, b, c }, toSignal }: LocatedConstraint,
  { wires, ofSignal }: SignalLabels,
): ReadonlySet<number> {
  const symbols = [a, b, c].flatMap(({ terms }) => [...terms.keys()]);
  const found = symbols.map((symbol) => wires[ofSignal[toSignal(symbol)]!]!);
  return new Set(found.filter((wire) => wire > 0));
}

function findWires(
  { wires, ofSignal }: SignalLabels,
  count: number,
): Pick<Attribution, "hasWire" | "otherWires"> {
  const isTaken = new Uint8Array(count);
  const hasWire = new Uint8Array(ofSignal.length);
  let taken = 0;
  ofSignal.forEach((label, number) => {
    const wire = wires[label]!;
    if (wire <= 0 || isTaken[wire] === 1) return;
    isTaken[wire] = 1;
    hasWire[number] = 1;
    taken++;
  });
  return { hasWire, otherWires: count - 1 - taken };
}
