/** The files with which a page proves an exit, as a server of pages offers them. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import { makeFolder, writingTo } from "../../groth16/files/files.ts";
import type { PagesConfig } from "../../pages/config.ts";
import { FILES_PATH } from "../../pages/serve-pages.ts";
import type { PresetName } from "../../protocol/presets.ts";
import { EXIT_KEY_ID } from "../../protocol/public-inputs.ts";
import { readManifest } from "../circuits/manifest.ts";
import { ensureVerificationKey, verificationKeyPath } from "../circuits/verifiers.ts";

/** Characters of the key's hash in a file's name, so that another key has another URL. */
const HASH_CHARACTERS = 16;

/**
 * Copies the exit circuit's files of the last build to a folder, which `servePages` serves as its
 * `files`.
 *
 * @param preset - Of the rollup that is served.
 * @param folder - Created if it is missing; other files of it stay.
 * @returns Their URLs for `config.json`; undefined if the last build has no such circuit, as for a
 * mock prover: exits from the pages go by path then.
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writeExitFiles(
  { rollup }: Pick<HardhatConfig, "rollup">,
  preset: PresetName,
  folder: string,
): Promise<PagesConfig["exit"]> {
  const manifest = await readManifest(rollup);
  const circuit =
    manifest?.preset === preset
      ? manifest.circuits.find(({ keyId }) => keyId === EXIT_KEY_ID)
      : undefined;
  if (circuit === undefined) return undefined;
  const { name, zkeyPath, wasmPath, verificationKeyHash } = circuit;
  await ensureVerificationKey(zkeyPath, "groth16");
  const named = `${name}-${verificationKeyHash.slice(0, HASH_CHARACTERS)}`;
  await makeFolder(folder);
  const copy = async (source: string, extension: string) => {
    const file = `${named}.${extension}`;
    await writingTo(folder, () => copyFile(source, join(folder, file)));
    return `${FILES_PATH}/${file}`;
  };
  return {
    wasm: await copy(wasmPath, "wasm"),
    zkey: await copy(zkeyPath, "zkey"),
    verificationKey: await copy(verificationKeyPath(zkeyPath), "vkey.json"),
  };
}
