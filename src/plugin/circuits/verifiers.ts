/** The generated Solidity verifiers: one per circuit of the project, and one for the rollup. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
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
import { verifierName } from "./verifier-name.ts";

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
 * @param sources - By contract name.
 * @param isKept - Whether another contract of the folder stays.
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writeContracts(
  folder: string,
  sources: ReadonlyMap<string, string>,
  isKept: (contract: string) => boolean,
): Promise<void> {
  const files = new Map([...sources].map(([name, text]) => [`${name}.sol`, text]));
  await makeFolder(folder);
  // A file with another ending may be one that another build is writing.
  const isStale = (file: string) =>
    file.endsWith(".sol") && !files.has(file) && !isKept(file.slice(0, -".sol".length));
  const stale = (await readdir(folder)).filter(isStale);
  await writingTo(folder, () =>
    Promise.all(stale.map((file) => rm(join(folder, file), { recursive: true, force: true }))),
  );
  for (const [file, text] of files) await writeIfChanged(join(folder, file), text);
}

/** Names the contract of a project's circuit. Without public values there is nothing to verify. */
export function verifierOf({
  name,
  stats,
}: Pick<CompiledCircuit, "name" | "stats">): string | undefined {
  return publicCount(stats) === 0 ? undefined : verifierName(name);
}
