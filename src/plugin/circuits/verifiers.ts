/** The generated Solidity verifiers: one per circuit of the project, and one for the rollup. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { areIntact, digestPath, recordDigests } from "../../groth16/files/digests.ts";
import {
  makeFolder,
  writeIfChanged,
  writingTo,
  writingToCache,
} from "../../groth16/files/files.ts";
import type { VerificationKey } from "../../groth16/snarkjs.ts";
import { readVerificationKey } from "../../groth16/formats/verification-key.ts";

/** Where the verification key of a proving key is kept as JSON, as snarkjs would export it. */
export function verificationKeyPath(zkeyPath: string): string {
  return zkeyPath.replace(/\.zkey$/, ".vkey.json");
}

/** Takes the verification key out of a proving key once, and reads it from beside it later. */
export async function ensureVerificationKey(zkeyPath: string): Promise<VerificationKey> {
  const path = verificationKeyPath(zkeyPath);
  if (!(await areIntact(digestPath(path), [path]))) return exportVerificationKey(zkeyPath);
  return JSON.parse(await readFile(path, "utf8")) as VerificationKey;
}

/** Takes the verification key out of a proving key, and writes it beside it if it can. */
export async function exportVerificationKey(zkeyPath: string): Promise<VerificationKey> {
  const key = await readVerificationKey(zkeyPath);
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
 * Makes the folder hold exactly these contracts, and those of `kept` that are there already.
 *
 * @param sources - By contract name.
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writeContracts(
  folder: string,
  sources: ReadonlyMap<string, string>,
  kept: readonly string[] = [],
): Promise<void> {
  const files = new Map([...sources].map(([name, text]) => [`${name}.sol`, text]));
  const wanted = new Set([...files.keys(), ...kept.map((name) => `${name}.sol`)]);
  await makeFolder(folder);
  // What has another ending may be a file that another build is writing.
  const isStale = (file: string) => file.endsWith(".sol") && !wanted.has(file);
  const stale = (await readdir(folder)).filter(isStale);
  await writingTo(folder, () =>
    Promise.all(stale.map((file) => rm(join(folder, file), { recursive: true, force: true }))),
  );
  for (const [file, text] of files) await writeIfChanged(join(folder, file), text);
}
