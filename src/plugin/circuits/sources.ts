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
import { circomError } from "../../circom/errors.ts";
import { writeIfChanged } from "../../groth16/files/files.ts";
import { type MainComponent, nameOfCircuit } from "../../circom/main-component.ts";
import { findCircuits } from "../../circom/sources.ts";
import { PRESETS, type PresetName } from "../../protocol/presets.ts";
import { EXIT_KEY_ID } from "../../protocol/public-inputs.ts";
import { sizedPreset } from "../config/resolve.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import { PACKAGE_ROOT } from "../package-root.ts";
import { findMains, isMadeByCircomkit } from "./mains.ts";
import { PACKAGE_VERIFIERS, verifierName } from "./verifier-name.ts";

/** A .circom file with a main component, or a template of it, and the compiler options. */
export interface CircuitSource<P extends Protocol = Protocol> extends Partial<
  Omit<MainComponent, "file">
> {
  readonly file: string;
  readonly includePaths: readonly string[];
  readonly projectFolder?: string;
  readonly optimization: OptimizationLevel;
  readonly protocol: P;
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

export function nameOfSource(source: CircuitSource): string {
  return nameOfCircuit(source);
}

/**
 * Finds the circuits in the project's folder, and those that the config, or circomkit's, makes of
 * templates.
 *
 * @throws CIRCUIT_DIRECTORY_NOT_FOUND if the folder was configured; CIRCUIT_NAMES_CLASH,
 *   CIRCUIT_NAME_RESERVED, CIRCUIT_UNKNOWN for an override of none, CIRCOMKIT_FILE_INVALID
 */
export function findProjectCircuits(root: string, { circuits }: RollupConfig): CircuitSource[] {
  const { path, include, optimization, protocol } = circuits;
  // A project needs no circuits, but a configured folder must exist.
  const isEmpty = path === join(root, "circuits") && !existsSync(path);
  const mains = findMains(root, circuits);
  const files = isEmpty ? [] : findCircuits(path);
  const names = mains.map(({ name }) => name);
  const own = files.filter((file) => !isMadeByCircomkit(file, names)).map((file) => ({ file }));
  const found = [...own, ...mains].sort((a, b) => (nameOfCircuit(a) < nameOfCircuit(b) ? -1 : 1));
  assertDistinctNames(found);
  const overrides = new Map(Object.entries(circuits.overrides));
  const known = found.map(nameOfCircuit);
  for (const name of overrides.keys()) {
    if (known.includes(name)) continue;
    throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: path });
  }
  return found.map((source, index) => {
    const override = overrides.get(known[index]!);
    return {
      ...source,
      includePaths: include,
      projectFolder: root,
      optimization,
      protocol,
      ...override,
    };
  });
}

/** Refuses circuits with one name, which their verifiers and input types share. */
function assertDistinctNames(sources: readonly { readonly file: string }[]): void {
  const reserved = new Map(PACKAGE_VERIFIERS.map((name) => [name.toLowerCase(), name]));
  const seen = new Map<string, string>();
  for (const source of sources) {
    const { file } = source;
    // Some file systems ignore case.
    const name = verifierName(nameOfCircuit(source)).toLowerCase();
    const contract = reserved.get(name);
    if (contract !== undefined) {
      throw circomError({ code: "CIRCUIT_NAME_RESERVED", file, contract });
    }
    const first = seen.get(name);
    if (first !== undefined) {
      throw circomError({ code: "CIRCUIT_NAMES_CLASH", first, second: file });
    }
    seen.set(name, file);
  }
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
