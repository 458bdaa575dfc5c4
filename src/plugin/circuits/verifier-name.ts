/** Names of the verifier contracts. */
import { pascalName } from "../../circom/pascal-name.ts";

/** Name of the contract that verifies proofs of blocks of all sizes, and of exits. */
export const ROLLUP_VERIFIER = "RollupVerifier";

/** Verifiers of the rollup, which may be built beside those of circuits with the same names. */
export const PACKAGE_VERIFIERS = [ROLLUP_VERIFIER, "MockVerifier"];

/** The end of the names of verifiers, unless the config has another one. */
export const VERIFIER_SUFFIX = "Verifier";

/** Names the verifier of a circuit: `MerklePathVerifier` verifies `merkle-path`. */
export function verifierName(circuit: string, suffix: string = VERIFIER_SUFFIX): string {
  return `${pascalName(circuit)}${suffix}`;
}
