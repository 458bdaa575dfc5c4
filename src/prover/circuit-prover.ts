/** Proves blocks and exits by their circuits, as any other circuit proves. */
import type { Circuit } from "../circom/circuit.ts";
import { toJobProof } from "./job-proof.ts";
import type { Prover } from "./prover.ts";

export interface CircuitProverOptions {
  /** For logs and reports. */
  readonly name: string;
  /** Returns the circuit of a job, with its proving key. Called for every proof. */
  readonly circuitOf: (keyId: number) => Promise<Pick<Circuit, "prove">>;
  /** Ends the threads of the circuits. */
  readonly close: () => Promise<void>;
}

export function createCircuitProver({ name, circuitOf, close }: CircuitProverOptions): Prover {
  return {
    name,
    prove: async (job) => {
      const circuit = await circuitOf(job.keyId);
      return toJobProof(job, await circuit.prove(job.input));
    },
    close,
  };
}
