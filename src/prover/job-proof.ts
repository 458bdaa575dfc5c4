/** From a circuit's proof to a job's, for all backends that make real ones. */
import type { ProofWithSignals } from "../circuits/snarkjs.ts";
import { toSolidityProof } from "../circuits/verifier.ts";
import { proverError } from "./errors.ts";
import type { JobProof, ProofJob } from "./prover.ts";

/**
 * All signals that the circuit makes public must be the job's, in the same order: L1 would refuse
 * the proof, but with less to say about why.
 *
 * @throws PROOF_PUBLIC_INPUTS_MISMATCH
 */
export function toJobProof({ keyId, publicInputs }: ProofJob, proven: ProofWithSignals): JobProof {
  const { flat, input } = toSolidityProof(proven);
  const index = publicInputs.findIndex((value, position) => value !== input[position]);
  if (index < 0) return { proof: flat, publicInputs: input };
  throw proverError({
    code: "PROOF_PUBLIC_INPUTS_MISMATCH",
    keyId,
    index,
    expected: publicInputs[index]!,
    actual: input[index] ?? 0n,
  });
}
