/**
 * Finds the statement behind each constraint of an r1cs, and the signal behind each wire.
 *
 * circom has put other signals, sums or constants in the place of signals, and lists them. So each
 * constraint of the source is rewritten in the same way: then it either says nothing any more,
 * because a substitution has used it up, or it is a row of the r1cs, exactly. Of equal constraints
 * the first ones have the rows. A row of no constraint belongs to no statement.
 */
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import { type Component, walkConstraints } from "../evaluation/design.ts";
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
  const rows: AtBoth<bigint>[] = [];
  for (let row = 0; row < r1cs.constraints; row++) {
    if (row % BATCH === 0) await pause();
    rows.push(evaluateRow(r1cs, row, points));
  }
  const labelPoints = extendToLabels(labels, substitutions, points);
  const constraints: AtBoth<bigint>[] = [];
  for (const located of walkConstraints(main)) {
    if (constraints.length % BATCH === 0) await pause();
    constraints.push(evaluateConstraint(located, labels, labelPoints));
  }
  return {
    ...matchRows(toQuotients(rows), toQuotients(constraints)),
    ...matchWires(labels, r1cs.wires),
  };
}

/** Gives each row to the first constraint that equals it and has no row yet. */
function matchRows(
  rows: readonly (bigint | undefined)[],
  constraints: readonly (bigint | undefined)[],
): Pick<Attribution, "hasRow" | "otherRows"> {
  const open = new Map<bigint | undefined, number>();
  for (const quotient of rows) open.set(quotient, (open.get(quotient) ?? 0) + 1);
  const hasRow = new Uint8Array(constraints.length);
  let otherRows = rows.length;
  constraints.forEach((quotient, number) => {
    const left = open.get(quotient) ?? 0;
    if (quotient === undefined || left === 0) return;
    open.set(quotient, left - 1);
    hasRow[number] = 1;
    otherRows--;
  });
  return { hasRow, otherRows };
}

function matchWires(
  { wires, ofSignal }: SignalLabels,
  count: number,
): Pick<Attribution, "hasWire" | "otherWires"> {
  const isTaken = new Uint8Array(count);
  const hasWire = new Uint8Array(ofSignal.length);
  let otherWires = count - 1;
  ofSignal.forEach((label, number) => {
    const wire = wires[label]!;
    if (wire <= 0 || isTaken[wire] === 1) return;
    isTaken[wire] = 1;
    hasWire[number] = 1;
    otherWires--;
  });
  return { hasWire, otherWires };
}
