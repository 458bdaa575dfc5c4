/** Names of types and contracts, from those of circuits. */

/** Converts "merkle-proof" to MerkleProof, "spend/note" to SpendNote, and "3d" to _3d. */
export function pascalName(circuit: string): string {
  const words = circuit.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return `${/^\d/.test(pascal) ? "_" : ""}${pascal}`;
}
