/** The manifest of built circuits: names, digests and keys, for later commands. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { type Protocol, PROTOCOLS } from "../../circom/protocols.ts";
import { writeIfChanged } from "../../groth16/files/files.ts";
import { PRESET_NAMES, type PresetName } from "../../protocol/presets.ts";
import type { RollupConfig } from "../config/types.ts";

export interface ManifestCircuit {
  /** Name, or path if it is not unique; see `CircuitNames`. */
  readonly name: string;
  /** The proof system, if it is another than Groth16. */
  readonly protocol?: Protocol;
  /** Id of the key in the rollup's verifier, for a block that of its kind; only of its circuits. */
  readonly keyId?: number;
  /** SHA-256 of the r1cs file, in hex. */
  readonly digest: string;
  readonly constraints: number;
  /** SHA-256 of the verification key's JSON, in hex. */
  readonly verificationKeyHash: string;
  /** Absolute path; in the file relative to its folder, so that a project can be moved. */
  readonly zkeyPath: string;
  /** As {@link zkeyPath}. */
  readonly wasmPath: string;
  /** Its contract; missing without public values, which leave nothing to verify. */
  readonly verifier?: string;
  /** Path of the contract's file in the folder of contracts, with "/". */
  readonly verifierFile?: string;
}

export interface Manifest {
  /** `PROTOCOL_DIGEST` of the build: the operator refuses circuits of another protocol. */
  readonly protocolDigest: string;
  /** Preset of the rollup's circuits; missing if they were never built, as for a mock prover. */
  readonly preset?: PresetName;
  /** Whether the last build had the rollup's contracts; missing in manifests of old versions. */
  readonly hasRollup?: boolean;
  readonly circuits: readonly ManifestCircuit[];
}

const manifestSchema = z.object({
  protocolDigest: z.string(),
  preset: z.enum(PRESET_NAMES).optional(),
  hasRollup: z.boolean().optional(),
  circuits: z.array(
    z.object({
      name: z.string(),
      protocol: z.enum(PROTOCOLS).optional(),
      keyId: z.number().optional(),
      digest: z.string(),
      constraints: z.number(),
      verificationKeyHash: z.string(),
      zkeyPath: z.string(),
      wasmPath: z.string(),
      verifier: z.string().optional(),
      verifierFile: z.string().optional(),
    }),
  ),
});

function manifestPath({ paths }: RollupConfig): string {
  return join(paths.cache, "manifest.json");
}

function mapPaths(manifest: Manifest, change: (path: string) => string): Manifest {
  const circuits = manifest.circuits.map((circuit) => ({
    ...circuit,
    zkeyPath: change(circuit.zkeyPath),
    wasmPath: change(circuit.wasmPath),
  }));
  return { ...manifest, circuits };
}

/** Writes the manifest and returns it. @throws FOLDER_NOT_WRITABLE */
export async function writeManifest(config: RollupConfig, manifest: Manifest): Promise<Manifest> {
  const { cache } = config.paths;
  const kept = mapPaths(manifest, (path) => relative(cache, path).split(sep).join("/"));
  const text = JSON.stringify({ ...kept, sha256: hashManifest(kept) }, null, 2);
  await writeIfChanged(manifestPath(config), text);
  return manifest;
}

/**
 * Hashes the content. The hash is in the file itself, so that parallel builds cannot mix theirs.
 */
function hashManifest(content: object): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

/** Reads the manifest. @returns Undefined if it is missing or damaged; a build writes it again. */
export async function readManifest(config: RollupConfig): Promise<Manifest | undefined> {
  const text = await readFile(manifestPath(config), "utf8").catch(() => "");
  try {
    const { sha256, ...content } = JSON.parse(text) as { sha256?: unknown };
    if (sha256 !== hashManifest(content)) return undefined;
    const manifest = manifestSchema.parse(content) as Manifest;
    return mapPaths(manifest, (path) => resolve(config.paths.cache, path));
  } catch {
    return undefined;
  }
}
