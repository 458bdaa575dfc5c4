/** Finds the statement behind a constraint of an r1cs that a witness violates. */
import { reduce } from "../../crypto/field.ts";
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import type { Witness } from "../../groth16/formats/wtns.ts";
import { wiresOf } from "../equations.ts";
import {
  type LocatedConstraint,
  signalNames,
  signalsOf,
  walkConstraints,
} from "../evaluation/design.ts";
import type { CircuitDesign } from "../evaluation/evaluate.ts";
import type { Linear } from "../evaluation/forms.ts";
import type { SignalTable } from "../signal-table.ts";
import { type SourcePlace, toPlace } from "./trace.ts";

const VIOLATED_MAX = 1000;

/** Returns the statement behind a violated constraint by its index, if the source has one. */
export type ConstraintLocator = (constraint: number) => SourcePlace | undefined;

/**
 * Finds the statements behind the violated constraints of a witness.
 *
 * circom substitutes signals and constraints away. So the values of all signals are computed from
 * the witness, and of the statements that they violate, the one with the most signals of the
 * constraint is meant.
 *
 * @param limit - Maximum violated statements that are kept.
 */
export function createConstraintLocator(
  { main }: CircuitDesign,
  r1cs: R1cs,
  table: SignalTable,
  witness: Witness,
  limit = VIOLATED_MAX,
): ConstraintLocator {
  const names = signalNames(main);
  const values = names.map((name) => attempt(() => table.value(witness, name)));
  const wiresOfSignals = (signals: readonly number[]) =>
    new Set(signals.map((signal) => attempt(() => table.wire(names[signal]!))));
  const violated: { place: SourcePlace; wires: ReadonlySet<number | undefined> }[] = [];
  for (const located of walkConstraints(main)) {
    const signals = violatedSignals(located, values);
    if (signals === undefined) continue;
    const { component, constraint } = located;
    const place = toPlace(constraint.statement.span, component.path);
    violated.push({ place, wires: wiresOfSignals(signals) });
    if (violated.length === limit) break;
  }
  return (row) => {
    const wanted = wiresOf(r1cs, row);
    let best: { place: SourcePlace; score: number } | undefined;
    for (const { place, wires } of violated) {
      const shared = wanted.filter((wire) => wires.has(wire)).length;
      const score = shared / (wires.size + wanted.length - shared);
      if (shared > 0 && (best === undefined || score > best.score)) best = { place, score };
    }
    return best?.place;
  };
}

/** @returns Numbers of its signals; undefined if it holds, or a value is not known. */
function violatedSignals(
  located: LocatedConstraint,
  values: readonly unknown[],
): number[] | undefined {
  const signals = signalsOf(located);
  if (!signals.every((signal) => typeof values[signal] === "bigint")) return undefined;
  const { constraint, toSignal } = located;
  const { a, b, c } = constraint;
  const evaluate = ({ constant, terms }: Linear) => {
    let sum = constant;
    for (const [symbol, coefficient] of terms) {
      sum += coefficient * (values[toSignal(symbol)] as bigint);
    }
    return sum;
  };
  return reduce(evaluate(a) * evaluate(b) - evaluate(c)) === 0n ? undefined : signals;
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
