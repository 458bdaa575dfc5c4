/** Devnets of this repository's config, which a test saves and continues. */
import { createHash } from "node:crypto";
import hre from "hardhat";
import { type Devnet, type DevnetOptions, startDevnet } from "../../src/plugin/devnet/devnet.ts";
import { parseState } from "../../src/plugin/devnet/state-file.ts";
import type { DevnetState } from "../../src/plugin/devnet/state-schema.ts";

/** Name of the file in messages. */
export const STATE_FILE = "devnet.json";

const open = new Set<Devnet>();

/** Starts a devnet with the mock prover, which {@link closeDevnets} closes. */
export async function createDevnet(options: Partial<DevnetOptions> = {}): Promise<Devnet> {
  const { preset } = hre.config.rollup;
  const defaults = { port: 0, hostname: "127.0.0.1", preset, prover: "mock" } as const;
  const devnet = await startDevnet(hre, { ...defaults, ...options });
  open.add(devnet);
  return devnet;
}

/** Closes a devnet, and starts one that continues it. */
export async function reopen(devnet: Devnet): Promise<Devnet> {
  const text = await devnet.save();
  await devnet.close();
  open.delete(devnet);
  return loadDevnet(text);
}

export function loadDevnet(text: string, options: Partial<DevnetOptions> = {}): Promise<Devnet> {
  const load = { file: STATE_FILE, state: parseState(text, STATE_FILE) };
  return createDevnet({ ...options, load });
}

export async function closeDevnets(): Promise<void> {
  await Promise.all([...open].map((devnet) => devnet.close()));
  open.clear();
}

/** Writes a file as whoever knows its format can: what it contains may be anything. */
export function forgeState(content: unknown, version = 1): string {
  const sha256 = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  return JSON.stringify({ format: "hardhat-zkrollup devnet", version, sha256, content });
}

/** The content of a file, to be changed. */
export function contentOf(text: string): DevnetState {
  return (JSON.parse(text) as { readonly content: DevnetState }).content;
}
