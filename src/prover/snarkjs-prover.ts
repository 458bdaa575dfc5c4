/** The default prover: Groth16 by snarkjs, in this process. */
import type { Circuit } from "../circuits/circuit.ts";
import { releaseProver } from "../circuits/snarkjs.ts";
import { toSolidityProof } from "../circuits/verifier.ts";
import { proverError } from "./errors.ts";
import type { ProofJob, Prover } from "./prover.ts";

export interface SnarkjsProverOptions {
  /** The circuit of a job, with its proving key. Asked again for every proof. */
  readonly circuitOf: (keyId: number) => Promise<Pick<Circuit, "prove">>;
}

export function createSnarkjsProver({ circuitOf }: SnarkjsProverOptions): Prover {
  return {
    name: "snarkjs",
    async prove(job) {
      const circuit = await circuitOf(job.keyId);
      const { flat, input } = toSolidityProof(await circuit.prove(job.input));
      assertPublicInputs(job, input);
      return { proof: flat, publicInputs: input };
    },
    close: releaseProver,
  };
}

/**
 * All signals that the circuit makes public must be the job's, in the same order: L1 would refuse
 * the proof, but with less to say about why.
 */
function assertPublicInputs({ keyId, publicInputs }: ProofJob, actual: readonly bigint[]): void {
  const index = publicInputs.findIndex((value, position) => value !== actual[position]);
  if (index < 0) return;
  throw proverError({
    code: "PROOF_PUBLIC_INPUTS_MISMATCH",
    keyId,
    index,
    expected: publicInputs[index]!,
    actual: actual[index] ?? 0n,
  });
}
