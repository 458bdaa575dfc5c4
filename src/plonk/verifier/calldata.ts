/** Converts PLONK and fflonk proofs to the arguments of their contracts. */
import { wordsInG1 } from "../../groth16/verifier/keys.ts";
import { assertPlonkProof, proofValues } from "../formats/proof.ts";
import type { PlonkProtocol, PlonkProven } from "../protocols.ts";

/** The arguments of a contract's `verifyProof`. */
export interface PlonkSolidityProof {
  /** 24 words: points, then evaluations. In hex, because an fflonk contract takes `bytes32`. */
  readonly proof: readonly string[];
  readonly input: readonly bigint[];
}

/** The arguments for `verifyProof`. @throws PROOF_MALFORMED */
export function toPlonkSolidityProof<P extends PlonkProtocol>(
  protocol: P,
  proven: PlonkProven[P],
): PlonkSolidityProof {
  assertPlonkProof(protocol, proven);
  const { points, evaluations } = proofValues(protocol, proven.proof);
  const words = [...points.flatMap(wordsInG1), ...evaluations.map(BigInt)];
  return {
    proof: words.map((word) => `0x${word.toString(16).padStart(64, "0")}`),
    input: proven.publicSignals.map(BigInt),
  };
}
