/** Loads templates of `circuits/`, each compiled as a main component. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { toMain } from "../../src/bench/building-blocks.ts";
import {
  blockCircuitName,
  exitCircuitName,
  renderBlockMain,
  renderExitMain,
} from "../../src/block/circuit.ts";
import { type Circuit, loadCircuit, type LoadCircuitOptions } from "../../src/circom/circuit.ts";
import { writeIfChanged } from "../../src/groth16/files/files.ts";
import type { BlockKind } from "../../src/protocol/kinds.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { keccak } from "../../src/util/keccak.ts";

const ROOT = join(import.meta.dirname, "../..");
export const CIRCUITS = join(ROOT, "circuits");
const MAINS = join(ROOT, "cache/test-circuits");
/** The cache of `hardhat build` here, so that no circuit is compiled twice. */
const CACHE = join(ROOT, "cache/rollup/circuits");
/** What this process has loaded: a witness generator is fast only when it has run for a while. */
const loaded = new Map<string, Promise<Circuit>>();

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

/** Loads the circuit of blocks of one kind, compiled as for proving. */
export async function loadBlockCircuit(
  preset: Preset,
  kind: BlockKind,
  options?: Pick<LoadCircuitOptions, "prover" | "workers">,
): Promise<Circuit> {
  return loadMain(blockCircuitName(preset, kind), renderBlockMain(preset, kind), options);
}

/** Loads the circuit of exits, compiled as for proving. */
export async function loadExitCircuit(preset: Preset): Promise<Circuit> {
  return loadMain(exitCircuitName(preset), renderExitMain(preset));
}

/** Loads a circuit; without options, all tests of a process share it, and none closes it. */
async function loadMain(name: string, source: string, options?: object): Promise<Circuit> {
  if (options !== undefined) return compileMain(name, source, options);
  const known = loaded.get(source) ?? compileMain(name, source, {});
  loaded.set(source, known);
  return known;
}

async function compileMain(name: string, source: string, options: object): Promise<Circuit> {
  // Tests change the sizes of a preset, and so the circuits of one name.
  const folder = join(MAINS, keccak(new TextEncoder().encode(source)).toString(16).slice(0, 8));
  const file = join(folder, `${name}.circom`);
  await mkdir(folder, { recursive: true });
  await writeIfChanged(file, source);
  const compiling = { includePaths: [CIRCUITS], optimization: 1, cacheDir: CACHE } as const;
  // Attacks are refused a thousand times, and the tests read the generator's own trace.
  return loadCircuit({ file, ...compiling, explain: false, ...options });
}
