/** Finds and loads the project's circuits by name. */
import { basename } from "node:path";
import { type Circuit, loadCircuit } from "../../circuits/circuit.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import { findProjectCircuits } from "./sources.ts";

function nameOf({ file }: { file: string }): string {
  return basename(file, ".circom");
}

export function projectCircuitNames(root: string, config: RollupConfig): string[] {
  return findProjectCircuits(root, config).map(nameOf);
}

/** @throws CIRCUIT_UNKNOWN, and the codes of `loadCircuit` */
export function loadProjectCircuit<Inputs extends object>(
  name: string,
  root: string,
  config: RollupConfig,
): Promise<Circuit<Inputs>> {
  const sources = findProjectCircuits(root, config);
  const source = sources.find((candidate) => nameOf(candidate) === name);
  if (source === undefined) {
    const known = sources.map(nameOf);
    throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: config.circuits.path });
  }
  const { seed } = config.setup;
  return loadCircuit({ ...source, cacheDir: config.paths.circuits, ...(seed && { seed }) });
}
