/** Groth16 by snarkjs, in this process: slower than the kernel, and what it is measured by. */
import type { Circuit } from "../circom/circuit.ts";
import { toJobProof } from "./job-proof.ts";
import type { Prover } from "./prover.ts";

export interface SnarkjsProverOptions {
  /** The circuit of a job, with its proving key. Asked again for every proof. */
  readonly circuitOf: (keyId: number) => Promise<Pick<Circuit, "prove">>;
}

export function createSnarkjsProver({ circuitOf }: SnarkjsProverOptions): Prover {
  return {
    name: "snarkjs",
    async prove(job) {
      const circuit = await circuitOf(job.keyId);
      return toJobProof(job, await circuit.prove(job.input));
    },
    // snarkjs's threads are shared by all of the process, and do not keep it alive.
    close: () => Promise.resolve(),
  };
}
