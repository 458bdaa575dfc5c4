/** Loads templates of `circuits/`, each compiled as a main component. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toMain } from "../../src/bench/building-blocks.ts";
import {
  blockCircuitName,
  exitCircuitName,
  renderBlockMain,
  renderExitMain,
} from "../../src/block/circuit.ts";
import { type Circuit, loadCircuit, type LoadCircuitOptions } from "../../src/circom/circuit.ts";
import type { Preset } from "../../src/protocol/presets.ts";

const ROOT = join(import.meta.dirname, "../..");
export const CIRCUITS = join(ROOT, "circuits");
const CACHE = join(ROOT, "cache/test-circuits");

/**
 * Loads a template.
 *
 * @param include - Path of the template's file below `circuits/`.
 * @param instance - The template with its parameters, `TreePath(8, 2, 1)`.
 */
export async function loadTemplate(include: string, instance: string): Promise<Circuit> {
  const { name, source } = toMain({ file: include, instance });
  return loadMain(name, source);
}

/** Loads the circuit of blocks of one size, compiled as for proving. */
export async function loadBlockCircuit(
  preset: Preset,
  slots: number,
  options: Pick<LoadCircuitOptions, "prover" | "workers"> = {},
): Promise<Circuit> {
  return loadMain(blockCircuitName(preset, slots), renderBlockMain(preset, slots), options);
}

/** Loads the circuit of exits, compiled as for proving. */
export async function loadExitCircuit(preset: Preset): Promise<Circuit> {
  return loadMain(exitCircuitName(preset), renderExitMain(preset));
}

async function loadMain(name: string, source: string, options: object = {}): Promise<Circuit> {
  const file = join(CACHE, "mains", `${name}.circom`);
  await mkdir(join(CACHE, "mains"), { recursive: true });
  await writeFile(file, source);
  const compiling = { includePaths: [CIRCUITS], optimization: 1, cacheDir: CACHE } as const;
  return loadCircuit({ file, ...compiling, ...options });
}
