/** Converts proofs to the arguments of the contracts that verify them. */
import { type SolidityProof, toSolidityProof } from "../groth16/verifier/verifier.ts";
import { type PlonkSolidityProof, toPlonkSolidityProof } from "../plonk/verifier/calldata.ts";
import { isPlonk, type Protocol, type ProvenBy } from "./protocols.ts";

/** The arguments of each protocol's contract. */
export interface SolidityProofOf {
  readonly groth16: SolidityProof;
  readonly plonk: PlonkSolidityProof;
  readonly fflonk: PlonkSolidityProof;
}

/** The arguments of the protocol's contract. @throws PROOF_MALFORMED */
export function toSolidityArguments<P extends Protocol>(
  protocol: P,
  proven: ProvenBy[P],
): SolidityProofOf[P] {
  const converted = isPlonk(protocol)
    ? toPlonkSolidityProof(protocol, proven as ProvenBy["plonk"] & ProvenBy["fflonk"])
    : toSolidityProof(proven as ProvenBy["groth16"]);
  return converted as SolidityProofOf[P];
}

/**
 * Renders the arguments of `verifyProof` as text, to be pasted into a form of Remix or a block
 * explorer: what `snarkjs zkey export soliditycalldata` prints for Groth16.
 *
 * @param protocol - The proof system of the circuit.
 * @param proven - The proof with its public values.
 * @returns Arrays of words in quotes, separated by commas.
 * @throws PROOF_MALFORMED
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * const text = toSolidityCalldata("groth16", await multiplier.prove({ a: 3, b: 11 }));
 * text.endsWith('["0x0000000000000000000000000000000000000000000000000000000000000021"]'); // true
 */
export function toSolidityCalldata<P extends Protocol>(protocol: P, proven: ProvenBy[P]): string {
  if (isPlonk(protocol)) {
    const { proof, input } = toPlonkSolidityProof(
      protocol,
      proven as ProvenBy["plonk"] & ProvenBy["fflonk"],
    );
    return `${list(proof.map(quote))},${list(input.map(word))}`;
  }
  const { a, b, c, input } = toSolidityProof(proven as ProvenBy["groth16"]);
  const pair = ([x, y]: readonly bigint[]) => `[${word(x!)}, ${word(y!)}]`;
  return [pair(a), list(b.map(pair)), pair(c), list(input.map(word))].join(",");
}

function list(items: readonly string[]): string {
  return `[${items.join(",")}]`;
}

function word(value: bigint): string {
  return quote(`0x${value.toString(16).padStart(64, "0")}`);
}

function quote(text: string): string {
  return `"${text}"`;
}
