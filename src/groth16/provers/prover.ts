/** What a Groth16 prover is: a proving key and a witness in, a proof out. */
import type { ProofWithSignals } from "../snarkjs.ts";

export const PROVER_CHOICES = ["kernel", "snarkjs"] as const;

/** The program to prove with, as one of the choices of a prover. */
export interface ExternalChoice {
  /**
   * The program, absolute or in the PATH, and its arguments, with `{zkey}`, `{wtns}`, `{proof}` and
   * `{public}` in place of the paths of those files. No shell reads it; words with spaces are in
   * quotes.
   *
   * @example "rapidsnark {zkey} {wtns} {proof} {public}"
   */
  readonly external: string;
  /** Milliseconds after which a proof has failed, from 1. Default: ten minutes. */
  readonly timeoutMs?: number;
}

/**
 * Who makes a proof: this package's `kernel`, `snarkjs`, or an external program.
 *
 * @example "kernel"
 * @example { external: "rapidsnark {zkey} {wtns} {proof} {public}" }
 */
export type ProverChoice = (typeof PROVER_CHOICES)[number] | ExternalChoice;

/** Makes proofs for any circuit. Threads start at the first proof. */
export interface Groth16Prover {
  /** For logs and reports. */
  readonly name: string;
  /**
   * Proves a witness. No prover checks the witness first: a proof of one that breaks a constraint
   * does not verify.
   *
   * @param zkeyPath The proving key in snarkjs's format, from any setup.
   * @param witness The bytes of a .wtns file.
   * @throws PROVER_CLOSED, and the codes of the prover
   */
  prove(zkeyPath: string, witness: Uint8Array): Promise<ProofWithSignals>;
  /** Ends its threads and programs. Proofs under way are rejected with PROVER_CLOSED. */
  close(): Promise<void>;
}
