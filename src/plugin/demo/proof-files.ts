/** Writes keys and proofs as snarkjs reads them, so that anyone can check them by hand. */
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../circuits/manifest.ts";
import { verificationKeyPath } from "../circuits/verifiers.ts";
import type { ExecutedBlock } from "./block-report.ts";

/** Files of one proof, with the key that verifies it. */
export interface ProofFiles {
  readonly blockNumber: number;
  readonly verificationKey: string;
  readonly publicInputs: string;
  readonly proof: string;
}

/** Inverse of the order in which contracts take a proof: imaginary parts first there, last here. */
function toSnarkjsProof(words: readonly bigint[]): object {
  const [ax, ay, bxImaginary, bxReal, byImaginary, byReal, cx, cy] = words.map(String);
  return {
    pi_a: [ax, ay, "1"],
    pi_b: [
      [bxReal, bxImaginary],
      [byReal, byImaginary],
      ["1", "0"],
    ],
    pi_c: [cx, cy, "1"],
    protocol: "groth16",
    curve: "bn128",
  };
}

/** @param folder - Is emptied first. */
export async function writeProofFiles(
  folder: string,
  { circuits }: Manifest,
  blocks: readonly ExecutedBlock[],
): Promise<ProofFiles[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files: ProofFiles[] = [];
  for (const { applied, proof } of blocks) {
    const { blockNumber, slots } = applied.block;
    const circuit = circuits.find((candidate) => candidate.slots === slots)!;
    const inFolder = (name: string) => join(folder, name);
    const file: ProofFiles = {
      blockNumber,
      verificationKey: inFolder(`${circuit.name}.vkey.json`),
      publicInputs: inFolder(`block-${blockNumber}.public.json`),
      proof: inFolder(`block-${blockNumber}.proof.json`),
    };
    await copyFile(verificationKeyPath(circuit.zkeyPath), file.verificationKey);
    await writeFile(file.publicInputs, JSON.stringify(proof.publicInputs.map(String), null, 1));
    await writeFile(file.proof, JSON.stringify(toSnarkjsProof(proof.proof), null, 1));
    files.push(file);
  }
  return files;
}
