/** The generated Solidity verifiers: one per circuit of the project, and one for the rollup. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { VerificationKey } from "../../circuits/snarkjs.ts";
import { readVerificationKey } from "../../circuits/verification-key.ts";
import { writeIfChanged } from "./write-if-changed.ts";

/** The contract that verifies the proofs of blocks of all sizes, and of exits. */
export const ROLLUP_VERIFIER = "RollupVerifier";

/** The contract of a circuit: `merkle-path` is verified by `MerkleExitVerifier`. */
export function verifierName(circuit: string): string {
  const words = circuit.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return `${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("")}Verifier`;
}

/** Where the verification key of a proving key is kept as JSON, as snarkjs would export it. */
export function verificationKeyPath(zkeyPath: string): string {
  return zkeyPath.replace(/\.zkey$/, ".vkey.json");
}

/** Takes the verification key out of a proving key once, and reads it from beside it later. */
export async function ensureVerificationKey(zkeyPath: string): Promise<VerificationKey> {
  const path = verificationKeyPath(zkeyPath);
  if (!existsSync(path)) return exportVerificationKey(zkeyPath);
  return JSON.parse(await readFile(path, "utf8")) as VerificationKey;
}

/** Takes the verification key out of a proving key, and writes it beside it. */
export async function exportVerificationKey(zkeyPath: string): Promise<VerificationKey> {
  const key = await readVerificationKey(zkeyPath);
  await writeIfChanged(verificationKeyPath(zkeyPath), JSON.stringify(key, null, 2));
  return key;
}

/**
 * Makes the folder hold exactly these contracts, and those of `kept` that are there already.
 *
 * @param sources - By contract name.
 */
export async function writeContracts(
  folder: string,
  sources: ReadonlyMap<string, string>,
  kept: readonly string[] = [],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = new Map([...sources].map(([name, text]) => [`${name}.sol`, text]));
  const wanted = new Set([...files.keys(), ...kept.map((name) => `${name}.sol`)]);
  const stale = (await readdir(folder)).filter((file) => !wanted.has(file));
  await Promise.all([
    ...stale.map((file) => rm(join(folder, file), { recursive: true })),
    ...[...files].map(([file, text]) => writeIfChanged(join(folder, file), text)),
  ]);
}
