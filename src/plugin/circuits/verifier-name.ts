/** Names of the verifier contracts. */

/** The contract that verifies the proofs of blocks of all sizes, and of exits. */
export const ROLLUP_VERIFIER = "RollupVerifier";

/** Verifiers of the rollup itself, whose names no circuit of a project can have. */
export const PACKAGE_VERIFIERS = [ROLLUP_VERIFIER, "MockVerifier"];

/** The contract of a circuit: `merkle-path` is verified by `MerklePathVerifier`. */
export function verifierName(circuit: string): string {
  const words = circuit.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return `${/^\d/.test(pascal) ? "_" : ""}${pascal}Verifier`;
}
