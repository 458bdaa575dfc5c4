/** Writes keys and proofs in the form of snarkjs, so that anyone can check them. */
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { blockKindId } from "../../protocol/kinds.ts";
import { fromJobProof } from "../../prover/job-proof.ts";
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

/** Writes the files of some blocks. @param folder - Folder, which is emptied first. */
export async function writeProofFiles(
  folder: string,
  { circuits }: Manifest,
  blocks: readonly ExecutedBlock[],
): Promise<ProofFiles[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files: ProofFiles[] = [];
  for (const { applied, proof } of blocks) {
    const { blockNumber, kind } = applied.block;
    const circuit = circuits.find(({ keyId }) => keyId === blockKindId(kind))!;
    const inFolder = (name: string) => join(folder, name);
    const file: ProofFiles = {
      blockNumber,
      verificationKey: inFolder(`${circuit.name}.vkey.json`),
      publicInputs: inFolder(`block-${blockNumber}.public.json`),
      proof: inFolder(`block-${blockNumber}.proof.json`),
    };
    await copyFile(verificationKeyPath(circuit.zkeyPath), file.verificationKey);
    const proven = fromJobProof(proof);
    await writeFile(file.publicInputs, JSON.stringify(proven.publicSignals, null, 1));
    await writeFile(file.proof, JSON.stringify(proven.proof, null, 1));
    files.push(file);
  }
  return files;
}
