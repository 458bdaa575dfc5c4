/** The interface of a Groth16 prover: a proving key and a witness in, a proof out. */
import type { ProofWithSignals } from "../snarkjs.ts";

export const PROVER_CHOICES = ["kernel", "snarkjs"] as const;

/** An external program as the choice of a prover. */
export interface ExternalChoice {
  /**
   * The program, absolute or in the PATH, and its arguments, with `{zkey}`, `{wtns}`, `{proof}` and
   * `{public}` in place of the paths of those files. No shell reads it; words with spaces are in
   * quotes.
   *
   * For example `rapidsnark {zkey} {wtns} {proof} {public}`.
   */
  readonly external: string;
  /** Time limit of a proof in milliseconds, from 1. Default: ten minutes. */
  readonly timeoutMs?: number;
}

/**
 * The choice of a prover: this package's `kernel`, `snarkjs`, or an external program.
 *
 * For example `"kernel"`, or
 * `{ external: "rapidsnark {zkey} {wtns} {proof} {public}" }`.
 */
export type ProverChoice = (typeof PROVER_CHOICES)[number] | ExternalChoice;

/** Makes proofs for any circuit. Threads start at the first proof. */
export interface Groth16Prover {
  /** For logs and reports. */
  readonly name: string;
  /**
   * Proves a witness. No prover checks the witness: if it violates a constraint, the proof does not
   * verify.
   *
   * @param zkeyPath - Path of the proving key in snarkjs's format, from any setup.
   * @param witness - The bytes of a `.wtns` file.
   * @returns The proof in snarkjs's form, with the public values.
   * @throws PROVER_CLOSED, and the codes of the prover
   */
  prove(zkeyPath: string, witness: Uint8Array): Promise<ProofWithSignals>;
  /** Ends its threads and programs. Pending proofs are rejected with PROVER_CLOSED. */
  close(): Promise<void>;
}
