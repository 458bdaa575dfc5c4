/** What the profiler counts. */

/** Constraints and wires of a part of a circuit. */
export interface Counts {
  /** Constraints of the compiled circuit. */
  readonly constraints: number;
  /** Wires of the compiled circuit: its signals that circom has not substituted away. */
  readonly wires: number;
  /** Constraints that the source writes: those of the circuit at `optimization: 0`. */
  readonly sourceConstraints: number;
  /** Signals that the source declares. */
  readonly signals: number;
}

/** What something has by itself, and with all components in it. */
export interface SelfAndTotal {
  readonly self: Counts;
  readonly total: Counts;
}

/** Counts that grow. */
export type Tally = { -readonly [Name in keyof Counts]: number };

export function createTally(): Tally {
  return { constraints: 0, wires: 0, sourceConstraints: 0, signals: 0 };
}

export function addCounts(to: Tally, counts: Counts): void {
  to.constraints += counts.constraints;
  to.wires += counts.wires;
  to.sourceConstraints += counts.sourceConstraints;
  to.signals += counts.signals;
}
