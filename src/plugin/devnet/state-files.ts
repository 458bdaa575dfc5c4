/** The files that the options of `rollup:devnet` name. */
import { existsSync } from "node:fs";
import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import type { PresetName } from "../../protocol/presets.ts";
import { type CheckpointStore, createCheckpointFile } from "../../restore/checkpoint-file.ts";
import { sizedPreset } from "../config/resolve.ts";
import type { ProverName } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import { devnetError } from "./errors.ts";
import { identifySizes } from "./identity.ts";
import {
  assertReplaceable,
  assertSameIdentity,
  type LoadedState,
  readState,
} from "./state-file.ts";

export interface StateFiles {
  /** The devnet to continue. */
  readonly loaded: LoadedState | undefined;
  /** Where the devnet is kept at the end: replaced as a whole or not at all. */
  readonly output: CheckpointStore | undefined;
}

export interface StateFileOptions {
  readonly load?: string | undefined;
  readonly dump?: string | undefined;
  /** Both, without a need for the file to exist. */
  readonly state?: string | undefined;
}

/**
 * Reads what is to be continued, and sees that the devnet can be kept, before anything else takes
 * time.
 *
 * @throws OPTIONS_EXCLUSIVE, DEVNET_STATE_UNREADABLE, DEVNET_STATE_INVALID, DEVNET_STATE_VERSION,
 * DEVNET_STATE_MISMATCH, DEVNET_STATE_FOREIGN, DEVNET_STATE_NOT_WRITABLE
 */
export async function openStateFiles(
  { load, dump, state }: StateFileOptions,
  config: HardhatConfig,
  { preset, prover }: { readonly preset: PresetName; readonly prover: ProverName },
): Promise<StateFiles> {
  const other = load === undefined ? (dump === undefined ? undefined : "--dump") : "--load";
  if (state !== undefined && other !== undefined) {
    throw pluginError({ code: "OPTIONS_EXCLUSIVE", options: ["--state", other] });
  }
  const input = load ?? (state !== undefined && existsSync(state) ? state : undefined);
  const loaded = input === undefined ? undefined : await readState(input);
  if (loaded !== undefined) {
    const sizes = identifySizes(config, sizedPreset(config.rollup, preset), { prover });
    assertSameIdentity(loaded.file, loaded.state.identity, sizes);
  }
  const file = dump ?? state;
  if (file === undefined) return { loaded, output: undefined };
  await assertReplaceable(file);
  // What a link leads to is replaced, and not the link.
  const target = existsSync(file) ? await realpath(file) : file;
  await assertWritable(target);
  return { loaded, output: createCheckpointFile(target) };
}

/** @throws DEVNET_STATE_NOT_WRITABLE */
async function assertWritable(file: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    if (file === "") throw new Error("it names no file");
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, "");
    await rm(draft);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw devnetError({ code: "DEVNET_STATE_NOT_WRITABLE", file, reason }, { cause });
  }
}
