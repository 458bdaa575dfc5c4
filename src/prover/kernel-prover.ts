/** Groth16 on our own kernel, in threads of this process: several times as fast as snarkjs. */
import type { Circuit } from "../circom/circuit.ts";
import { encodeWitness } from "../groth16/formats/wtns.ts";
import { toJobProof } from "./job-proof.ts";
import { createGroth16Prover } from "../groth16/kernel/prover.ts";
import type { Groth16ProverOptions, ProvingKey } from "../groth16/kernel/prover.ts";
import type { Prover } from "./prover.ts";

export interface KernelProverOptions extends Groth16ProverOptions {
  /** The circuit of a job, with its proving key, which stays in memory. Asked for every proof. */
  readonly circuitOf: (keyId: number) => Promise<Pick<Circuit, "calculateWitness" | "zkeyPath">>;
}

export function createKernelProver({ circuitOf, ...options }: KernelProverOptions): Prover {
  const groth16 = createGroth16Prover(options);
  const keys = new Map<string, Promise<ProvingKey>>();
  const keyAt = (zkeyPath: string): Promise<ProvingKey> => {
    let key = keys.get(zkeyPath);
    if (key === undefined) {
      key = groth16.loadKey(zkeyPath);
      keys.set(zkeyPath, key);
      // A failed job may be tried again, and so may loading.
      key.catch(() => keys.delete(zkeyPath));
    }
    return key;
  };
  return {
    name: "kernel",
    async prove(job) {
      const circuit = await circuitOf(job.keyId);
      const witness = await circuit.calculateWitness(job.input);
      const key = await keyAt(await circuit.zkeyPath());
      return toJobProof(job, await groth16.prove(key, encodeWitness(witness)));
    },
    async close() {
      keys.clear();
      await groth16.close();
    },
  };
}
