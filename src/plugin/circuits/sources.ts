/** Which circuits there are to build: those of the project, and the rollup's own. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { blockCircuitName, renderBlockMain } from "../../block/circuit.ts";
import type { OptimizationLevel } from "../../circuits/compile.ts";
import { findCircuits, nodeModulesPaths } from "../../circuits/sources.ts";
import { PRESETS, type PresetName } from "../../protocol/presets.ts";
import type { RollupConfig } from "../config/types.ts";
import { PACKAGE_ROOT } from "../package-root.ts";
import { writeIfChanged } from "./write-if-changed.ts";

/** A .circom file with a main component, and how to compile it. */
export interface CircuitSource {
  readonly file: string;
  readonly includePaths: readonly string[];
  readonly optimization: OptimizationLevel;
}

/** The circuit of one block size. */
export interface BlockCircuitSource extends CircuitSource {
  readonly slots: number;
}

/**
 * Our gadgets keep linear expressions in variables, so level 1 leaves next to no linear constraint;
 * level 2 would save little and compile for many times as long.
 */
const BLOCK_OPTIMIZATION: OptimizationLevel = 1;

/**
 * The circuits in the project's own folder.
 *
 * @throws CIRCUIT_DIRECTORY_NOT_FOUND if the folder was configured
 */
export function findProjectCircuits(root: string, { circuits }: RollupConfig): CircuitSource[] {
  const { path, include, optimization } = circuits;
  // A project without circuits is fine; one that names a folder it does not have is not.
  if (path === join(root, "circuits") && !existsSync(path)) return [];
  const includePaths = [...include, ...nodeModulesPaths(root)];
  return findCircuits(path).map((file) => ({ file, includePaths, optimization }));
}

/** Writes the main component for blocks of a size into the cache. */
export async function writeBlockCircuit(
  presetName: PresetName,
  slots: number,
  { paths }: RollupConfig,
): Promise<BlockCircuitSource> {
  await mkdir(paths.circuits, { recursive: true });
  const preset = PRESETS[presetName];
  const file = join(paths.circuits, `${blockCircuitName(preset, slots)}.circom`);
  await writeIfChanged(file, renderBlockMain(preset, slots));
  return {
    file,
    slots,
    includePaths: [join(PACKAGE_ROOT, "circuits")],
    optimization: BLOCK_OPTIMIZATION,
  };
}
