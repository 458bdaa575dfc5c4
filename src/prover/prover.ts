/** The interface of a rollup's prover of blocks and exits: a job in, a proof out. */
import type { InputValues } from "../circom/witness-inputs.ts";

/** One block or exit to prove. */
export interface ProofJob {
  /** Id of its circuit's key in the rollup's verifier: of the block's kind, or `EXIT_KEY_ID`. */
  readonly keyId: number;
  /** Values of all input signals of the circuit, public ones included. */
  readonly input: InputValues;
  /** The public values among them, in the order of the circuit. */
  readonly publicInputs: readonly bigint[];
}

/** A Groth16 proof of one job. */
export interface JobProof {
  /** Eight words in the order of EIP-197: a, b (imaginary parts first), c. */
  readonly proof: readonly bigint[];
  readonly publicInputs: readonly bigint[];
}

/** What a prover knows of somebody who proves for it elsewhere. */
export interface ProverWorker {
  /** With a fingerprint of the key that it signs with, after a `#`; another one at each start. */
  readonly name: string;
  /** Answers that were right proofs, wrong ones, and reasons why it has failed. */
  readonly proofs: number;
  readonly wrong: number;
  readonly failures: number;
  /** Whether its answers are still taken. */
  readonly isTrusted: boolean;
  /** Unix milliseconds of its last answer, by this process's clock. */
  readonly lastAnswerMs: number;
}

/** Proves jobs. A failed job may be tried again. */
export interface Prover {
  /** For logs and reports; `mock` proves nothing. */
  readonly name: string;
  /** Proofs that may be asked for at a time, from 1: more would only wait in the prover. */
  readonly capacity: number;
  /**
   * Computes the witness of a job, proves it, and verifies the proof in this process.
   *
   * @param job - Key, inputs and public inputs.
   * @param signal - Aborted when nobody waits for the proof any more.
   * @param onStart - Called whenever somebody begins with the job, which may have waited.
   * @returns The proof, and the public inputs that it is for.
   * @throws PROOF_PUBLIC_INPUTS_MISMATCH, PROOF_INVALID, or the coded error of the witness
   * generator when the input breaks a constraint; the signal's reason.
   */
  prove(job: ProofJob, signal?: AbortSignal, onStart?: () => void): Promise<JobProof>;
  /** Those who have answered, the latest first. Undefined if all is proven in this process. */
  readonly workers?: readonly ProverWorker[];
  /** Frees threads and memory. The prover takes no job after that. */
  close(): Promise<void>;
}
