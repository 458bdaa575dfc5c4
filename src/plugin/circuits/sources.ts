/** Finds the circuits to build: those of the project, and the rollup's own. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  blockCircuitName,
  exitCircuitName,
  renderBlockMain,
  renderExitMain,
} from "../../block/circuit.ts";
import type { OptimizationLevel } from "../../circom/compile.ts";
import type { Protocol } from "../../circom/protocols.ts";
import type { NativeCompiler } from "../../circom/compiler.ts";
import { writeIfChanged } from "../../groth16/files/files.ts";
import { findCircuits } from "../../circom/sources.ts";
import type { PrimeName } from "../../crypto/primes.ts";
import { PRESETS, type PresetName } from "../../protocol/presets.ts";
import { EXIT_KEY_ID } from "../../protocol/public-inputs.ts";
import { sizedPreset } from "../config/resolve.ts";
import type { CircuitOverride, RollupConfig } from "../config/types.ts";
import { PACKAGE_ROOT } from "../package-root.ts";
import { type CircuitNames, findByName, nameCircuits } from "./names.ts";

/** A .circom file with a main component, and its compiler options. */
export interface CircuitSource<P extends Protocol = Protocol> {
  readonly file: string;
  readonly includePaths: readonly string[];
  readonly projectFolder?: string;
  readonly optimization: OptimizationLevel;
  readonly protocol: P;
  readonly prime?: PrimeName;
  readonly compiler?: NativeCompiler;
  /** Folder of a package's compiled circuits. */
  readonly precompiledDir?: string;
}

/**
 * Compiler options of the rollup's own circuits. Our gadgets keep linear expressions in variables,
 * so level 1 leaves almost no linear constraint; level 2 saves little and takes many times as long.
 */
export const ROLLUP_SOURCE = {
  includePaths: [join(PACKAGE_ROOT, "circuits")],
  optimization: 1,
  protocol: "groth16",
  precompiledDir: join(PACKAGE_ROOT, "precompiled"),
} as const satisfies Omit<CircuitSource, "file">;

/** A circuit of the project. */
export interface ProjectSource<P extends Protocol = Protocol>
  extends CircuitSource<P>, CircuitNames {}

/**
 * Finds the circuits in the project's folder.
 *
 * @throws CIRCUIT_DIRECTORY_NOT_FOUND if the folder was configured; CIRCUIT_NAMES_CLASH;
 *   CIRCUIT_UNKNOWN and CIRCUIT_AMBIGUOUS for an override
 */
export function findProjectCircuits(root: string, { circuits }: RollupConfig): ProjectSource[] {
  const { path: folder, include: includePaths, compiler } = circuits;
  // A project needs no circuits, but a configured folder must exist.
  const isEmpty = folder === join(root, "circuits") && !existsSync(folder);
  const files = isEmpty ? [] : findCircuits(folder);
  const named = nameCircuits(files, folder).map((names, i) => ({ ...names, file: files[i]! }));
  const overrides = new Map<string, CircuitOverride>();
  for (const [name, override] of Object.entries(circuits.overrides)) {
    overrides.set(findByName(name, named, { root, folder }).file, override);
  }
  const { optimization, protocol, prime } = circuits;
  const how = { optimization, protocol, prime, ...(compiler && { compiler }) };
  const usual = { includePaths, projectFolder: root, ...how };
  return named.map((source) => ({ ...source, ...usual, ...overrides.get(source.file) }));
}

/**
 * Writes the main component of one of the rollup's circuits into the cache.
 *
 * @param keyId - Id of its key in the verifier: the slots of a block, or `EXIT_KEY_ID`.
 */
export async function writeRollupCircuit(
  presetName: PresetName,
  keyId: number,
  config: RollupConfig,
): Promise<CircuitSource<"groth16">> {
  const preset = PRESETS[presetName];
  const text = keyId === EXIT_KEY_ID ? renderExitMain(preset) : renderBlockMain(preset, keyId);
  const name = rollupCircuitName(presetName, keyId, config);
  const file = join(config.paths.circuits, `${name}.circom`);
  await writeIfChanged(file, text);
  return { file, ...ROLLUP_SOURCE };
}

/** Names the circuit of one of the rollup's keys. */
export function rollupCircuitName(
  presetName: PresetName,
  keyId: number,
  config: RollupConfig,
): string {
  const preset = sizedPreset(config, presetName);
  return keyId === EXIT_KEY_ID ? exitCircuitName(preset) : blockCircuitName(preset, keyId);
}

/** Lists the ids of the keys in the verifier of a preset's rollup. */
export function rollupKeyIds(presetName: PresetName, config: RollupConfig): number[] {
  return [...sizedPreset(config, presetName).blockSlots, EXIT_KEY_ID];
}
