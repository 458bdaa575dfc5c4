/** Converts between the proof of a circuit and the proof of a job. */
import type { ProofWithSignals } from "../groth16/snarkjs.ts";
import { toSolidityProof } from "../groth16/verifier/verifier.ts";
import { proverError } from "./errors.ts";
import type { JobProof, ProofJob } from "./prover.ts";

/**
 * Checks that the public signals of the proof are those of the job, in the same order. L1 refuses
 * other proofs without saying which signal differs.
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

/** Converts to snarkjs's form: the inverse of {@link toJobProof}. */
export function fromJobProof({ proof, publicInputs }: JobProof): ProofWithSignals {
  const words = proof.map(String);
  const [ax, ay, bxImaginary, bxReal, byImaginary, byReal, cx, cy] = words as EightWords;
  return {
    proof: {
      pi_a: [ax, ay, "1"],
      pi_b: [
        [bxReal, bxImaginary],
        [byReal, byImaginary],
        ["1", "0"],
      ],
      pi_c: [cx, cy, "1"],
      protocol: "groth16",
      curve: "bn128",
    },
    publicSignals: publicInputs.map(String),
  };
}

type EightWords = [string, string, string, string, string, string, string, string];
