/** Circuits with constraints removed one by one, and whether wires are free then. */
import { createDeterminacyCheck } from "../determinacy.ts";
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import type { Witness } from "../../groth16/formats/wtns.ts";

export interface WeakenedCircuits {
  /** Wires that are free in the whole circuit. */
  readonly undetermined: readonly number[];
  /** Returns whether more wires are free without this constraint. */
  isMissed(row: number): boolean;
}

/**
 * Removes constraints one by one, and looks for wires that the given ones no longer determine. Only
 * the wires that depend on a constraint are derived again without it.
 *
 * @param without - Constraints that are always left out.
 */
export function weakenCircuit(
  r1cs: R1cs,
  honest: Witness,
  given: readonly number[],
  without: readonly number[] = [],
): WeakenedCircuits {
  const check = createDeterminacyCheck(r1cs, honest);
  const { undetermined, reasons } = check(given, without);
  const wiresOfRow = new Map<number, number[]>();
  const followers = new Map<number, number[]>();
  for (const [wire, reason] of reasons) {
    for (const row of reason.rows) append(wiresOfRow, row, wire);
    for (const other of reason.wires) append(followers, other, wire);
  }
  return {
    undetermined,
    isMissed: (row) => {
      const lost = reachableFrom(wiresOfRow.get(row) ?? [], followers);
      if (lost.size === 0) return false;
      const kept = [...honest.keys()].filter((wire) => !lost.has(wire));
      return check(kept, [...without, row]).undetermined.length > 0;
    },
  };
}

/** Returns all wires that follow from the given ones, directly or not, including themselves. */
function reachableFrom(
  wires: readonly number[],
  followers: ReadonlyMap<number, readonly number[]>,
): Set<number> {
  const reached = new Set<number>();
  const waiting = [...wires];
  for (let wire = waiting.pop(); wire !== undefined; wire = waiting.pop()) {
    if (reached.has(wire)) continue;
    reached.add(wire);
    waiting.push(...(followers.get(wire) ?? []));
  }
  return reached;
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
