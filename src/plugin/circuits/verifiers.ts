/** The generated Solidity verifiers: one per circuit of the project, and one for the rollup. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { CompiledCircuit } from "../../circom/compile.ts";
import { readSystemKey } from "../../circom/proof-systems.ts";
import { type Protocol, type VerificationKeyOf } from "../../circom/protocols.ts";
import { areIntact, digestPath, recordDigests } from "../../groth16/files/digests.ts";
import {
  makeFolder,
  writeIfChanged,
  writingTo,
  writingToCache,
} from "../../groth16/files/files.ts";
import { publicCount } from "../../groth16/formats/r1cs.ts";
import type { RollupConfig } from "../config/types.ts";

/** Returns the path of a proving key's verification key, JSON in the form of snarkjs. */
export function verificationKeyPath(zkeyPath: string): string {
  return zkeyPath.replace(/\.zkey$/, ".vkey.json");
}

/** Extracts the verification key of a proving key once; later it reads the file beside the key. */
export async function ensureVerificationKey<P extends Protocol>(
  zkeyPath: string,
  protocol: P,
): Promise<VerificationKeyOf[P]> {
  const path = verificationKeyPath(zkeyPath);
  if (!(await areIntact(digestPath(path), [path])))
    return exportVerificationKey(zkeyPath, protocol);
  return JSON.parse(await readFile(path, "utf8")) as VerificationKeyOf[P];
}

/** Extracts the verification key of a proving key, and writes it beside the key if possible. */
export async function exportVerificationKey<P extends Protocol>(
  zkeyPath: string,
  protocol: P,
): Promise<VerificationKeyOf[P]> {
  const key = await readSystemKey(zkeyPath, protocol);
  const path = verificationKeyPath(zkeyPath);
  await writingToCache(async () => {
    await writeIfChanged(path, JSON.stringify(key, null, 2));
    if (!(await areIntact(digestPath(path), [path]))) {
      await recordDigests(digestPath(path), [path]);
    }
  });
  return key;
}

/**
 * Makes the folder contain exactly these contracts, and existing ones that are kept.
 *
 * @param sources - By the path of the file in the folder, with "/".
 * @param isKept - Whether another file of the folder stays.
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writeContracts(
  folder: string,
  sources: ReadonlyMap<string, string>,
  isKept: (file: string) => boolean,
): Promise<void> {
  await makeFolder(folder);
  const files = (await readdir(folder, { recursive: true })).map((file) => toSlashes(file));
  // A file with another ending may be one that another build is writing.
  const stale = files.filter(
    (file) => file.endsWith(".sol") && !sources.has(file) && !isKept(file),
  );
  await writingTo(folder, () =>
    Promise.all(stale.map((file) => rm(join(folder, file), { recursive: true, force: true }))),
  );
  for (const [file, text] of sources) await writeIfChanged(join(folder, file), text);
}

/** Lists the folders in which contracts are written. */
export async function contractFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const inner = entries.filter((entry) => entry.isDirectory());
  return [folder, ...inner.map(({ parentPath, name }) => join(parentPath, name))];
}

function toSlashes(path: string): string {
  return path.split(sep).join("/");
}

/** Returns the name by which Hardhat knows a generated contract, also if others have its name. */
export function fullContractName(
  file: string,
  contract: string,
  root: string,
  { paths }: Pick<RollupConfig, "paths">,
): string {
  return `${toSlashes(relative(root, paths.contracts))}/${file}:${contract}`;
}

/** Whether a contract can verify proofs. Without public values there is nothing to verify. */
export function hasVerifier({ stats }: Pick<CompiledCircuit, "stats">): boolean {
  return publicCount(stats) > 0;
}
