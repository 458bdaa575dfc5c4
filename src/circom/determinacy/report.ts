/** What a check of determinacy reports. */
import type { Witness } from "../../groth16/formats/wtns.ts";
import type { InputValues } from "../witness-inputs.ts";

/** What is shown about a signal: see {@link SignalFinding}. */
export type DeterminacyVerdict = "determined" | "under-constrained" | "unknown";

export interface SignalFinding {
  /** Full name, such as "main.out[1]". */
  readonly signal: string;
  /**
   * - `determined`: the inputs determine it, whatever they are. This is a proof.
   * - `under-constrained`: a counter-example has another value for the same inputs.
   * - `unknown`: neither was shown.
   */
  readonly verdict: DeterminacyVerdict;
  /** Whether each tried input determines it; always true of determined signals. */
  readonly determinedWhereTried: boolean;
}

/** A signal in two witnesses of the same inputs. */
export interface SignalDifference {
  readonly signal: string;
  readonly honest: bigint;
  readonly other: bigint;
}

/** Two witnesses of the same inputs that both satisfy all constraints. */
export interface CounterExample {
  readonly inputs: InputValues;
  /** Signals that differ, outputs first. */
  readonly differences: readonly SignalDifference[];
  /** Whether an output differs. If not, the prover has a choice without effect. */
  readonly reachesOutput: boolean;
  /** The witness that the circuit computes, and another one. */
  readonly honest: Witness;
  readonly other: Witness;
}

export interface DeterminacyReport {
  readonly circuit: string;
  /** The worst verdict of an output; "determined" if there is no output. */
  readonly verdict: DeterminacyVerdict;
  /** Whether no counter-example changes an output and each tried input determines all outputs. */
  readonly passed: boolean;
  readonly outputs: readonly SignalFinding[];
  /** Intermediate signals that are not determined for every input. */
  readonly intermediates: readonly SignalFinding[];
  readonly counterExamples: readonly CounterExample[];
  /** Number of wires besides the inputs, and of those that are determined for every input. */
  readonly wires: { readonly total: number; readonly determined: number };
  /** Inputs that the circuit accepted, of those that were given or generated. */
  readonly samples: { readonly tried: number; readonly accepted: number };
  /** The seed of the generated inputs. */
  readonly seed: number;
  /** Whether the time limit ended the check early. */
  readonly isTimedOut: boolean;
}
