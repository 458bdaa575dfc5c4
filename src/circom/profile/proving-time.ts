/** The time of a proof, and the share that a part of the circuit has in it. */
import type { ProofTimes } from "../../groth16/kernel/measure-proof.ts";
import type { Counts } from "./counts.ts";

/** Times in milliseconds, measured on this machine. */
export interface ProvingTime extends ProofTimes {
  /** Computing the witness. */
  readonly witnessMs: number;
}

/**
 * Returns the share of a part in the time of a proof.
 *
 * Nobody can measure the time of a single constraint. But the prover spends one part of its time on
 * all constraints, and the other one on all wires, both of which are measured; a constraint gets an
 * equal share of the first part, and a wire of the second. The shares of all parts add up to the
 * time of the proof.
 *
 * @returns Milliseconds.
 */
export function shareOfProof(
  { proofMs, constraintsMs, wiresMs }: ProofTimes,
  part: Pick<Counts, "constraints" | "wires">,
  totals: Pick<Counts, "constraints" | "wires">,
): number {
  const { constraints, wires } = totals;
  const ofConstraints = constraints === 0 ? 0 : (part.constraints / constraints) * constraintsMs;
  // A circuit without constraints has wires still.
  const all = (constraints === 0 ? 0 : constraintsMs) + wiresMs;
  return (proofMs * (ofConstraints + (part.wires / wires) * wiresMs)) / all;
}
