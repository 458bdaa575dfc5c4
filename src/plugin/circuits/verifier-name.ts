/** Names of the verifier contracts. */

/** Name of the contract that verifies proofs of blocks of all sizes, and of exits. */
export const ROLLUP_VERIFIER = "RollupVerifier";

/** Verifiers of the rollup, whose names the circuits of a project cannot use. */
export const PACKAGE_VERIFIERS = [ROLLUP_VERIFIER, "MockVerifier"];

/** Names the verifier of a circuit: `MerklePathVerifier` verifies `merkle-path`. */
export function verifierName(circuit: string): string {
  const words = circuit.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return `${/^\d/.test(pascal) ? "_" : ""}${pascal}Verifier`;
}
