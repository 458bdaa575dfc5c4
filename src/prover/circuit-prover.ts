/** Proves blocks and exits by their circuits, as any other circuit proves. */
import type { Circuit } from "../circom/circuit.ts";
import { proverError } from "./errors.ts";
import { toJobProof } from "./job-proof.ts";
import type { Prover } from "./prover.ts";

export interface CircuitProverOptions {
  /** For logs and reports. */
  readonly name: string;
  /** See {@link Prover.capacity}. */
  readonly capacity: number;
  /** Returns the circuit of a job, with its proving key. Called for every proof. */
  readonly circuitOf: (keyId: number) => Promise<Pick<Circuit, "prove" | "verify">>;
  /** Ends the threads of the circuits. */
  readonly close: () => Promise<void>;
}

/** A prover that verifies each of its proofs, since L1 does not say which of several is wrong. */
export function createCircuitProver(options: CircuitProverOptions): Prover {
  const { name, capacity, circuitOf, close } = options;
  return {
    name,
    capacity,
    prove: async (job, signal, onStart) => {
      const { keyId } = job;
      const circuit = await circuitOf(keyId);
      signal?.throwIfAborted();
      onStart?.();
      const proven = await circuit.prove(job.input);
      const proof = toJobProof(job, proven);
      if (await circuit.verify(proven)) return proof;
      throw proverError({ code: "PROOF_INVALID", keyId, prover: name });
    },
    close,
  };
}
