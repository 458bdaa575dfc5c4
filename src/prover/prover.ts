/** What a prover is: a job in, a proof out. Backends stand beside this file. */
import type { InputValues } from "../circuits/witness-inputs.ts";

/** One block to prove. */
export interface ProofJob {
  /** Size of the block, which names its circuit. */
  readonly slots: number;
  /** Values of all input signals of the block circuit, public ones included. */
  readonly input: InputValues;
  /** The public ones again, in the order of `PUBLIC_INPUTS`. */
  readonly publicInputs: readonly bigint[];
}

/** A Groth16 proof of one block. */
export interface BlockProof {
  /** Eight words in the order of EIP-197: a, b (imaginary parts first), c. */
  readonly proof: readonly bigint[];
  readonly publicInputs: readonly bigint[];
}

/** Makes proofs. A job that has failed may be tried again. */
export interface Prover {
  /** For logs and reports; `mock` proves nothing. */
  readonly name: string;
  /**
   * @throws PROOF_PUBLIC_INPUTS_MISMATCH, or the coded error of the witness generator when the
   * input breaks a constraint.
   */
  prove(job: ProofJob): Promise<BlockProof>;
  /** Frees threads and memory. No job may follow. */
  close(): Promise<void>;
}
