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
   * @returns The proof, and the public inputs that it is for.
   * @throws PROOF_PUBLIC_INPUTS_MISMATCH, PROOF_INVALID, or the coded error of the witness
   * generator when the input breaks a constraint; the signal's reason.
   */
  prove(job: ProofJob, signal?: AbortSignal): Promise<JobProof>;
  /** Frees threads and memory. The prover takes no job after that. */
  close(): Promise<void>;
}
