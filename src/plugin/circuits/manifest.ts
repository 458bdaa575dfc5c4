/** What builds have made of circuits: names, digests and keys, for those who come later. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PresetName } from "../../protocol/presets.ts";
import type { RollupConfig } from "../config/types.ts";
import { writeIfChanged } from "./write-if-changed.ts";

export interface ManifestCircuit {
  readonly name: string;
  /** Of a block circuit of the rollup. */
  readonly slots?: number;
  /** Set for the rollup's circuits: id of the key in their verifier. */
  readonly keyId?: number;
  /** SHA-256 of the r1cs file, in hex. */
  readonly digest: string;
  readonly constraints: number;
  /** SHA-256 of the verification key's JSON, in hex. */
  readonly verificationKeyHash: string;
  readonly zkeyPath: string;
  readonly wasmPath: string;
  readonly verifier: string;
}

export interface Manifest {
  /** See `PROTOCOL_DIGEST`: the operator refuses to start with circuits of another protocol. */
  readonly protocolDigest: string;
  /** Of the rollup's circuits; missing if they were never built, as for a mock prover. */
  readonly preset?: PresetName;
  readonly circuits: readonly ManifestCircuit[];
}

function manifestPath({ paths }: RollupConfig): string {
  return join(paths.cache, "manifest.json");
}

/** @returns The manifest. */
export async function writeManifest(config: RollupConfig, manifest: Manifest): Promise<Manifest> {
  await writeIfChanged(manifestPath(config), JSON.stringify(manifest, null, 2));
  return manifest;
}

/** @returns Undefined if nothing was built. */
export async function readManifest(config: RollupConfig): Promise<Manifest | undefined> {
  const path = manifestPath(config);
  return existsSync(path) ? (JSON.parse(await readFile(path, "utf8")) as Manifest) : undefined;
}
