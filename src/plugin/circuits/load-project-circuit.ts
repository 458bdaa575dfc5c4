/** Finds and loads the project's circuits by name. */
import { basename } from "node:path";
import { loadCircuit } from "../../circuits/circuit.ts";
import { toSolidityProof } from "../../circuits/verifier.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import type { ProjectCircuit } from "./project-circuits.ts";
import { findProjectCircuits } from "./sources.ts";
import { verifierName } from "./verifiers.ts";

function nameOf({ file }: { file: string }): string {
  return basename(file, ".circom");
}

export function projectCircuitNames(root: string, config: RollupConfig): string[] {
  return findProjectCircuits(root, config).map(nameOf);
}

/** @throws CIRCUIT_UNKNOWN, and the codes of `loadCircuit` */
export async function loadProjectCircuit<Inputs extends object>(
  name: string,
  root: string,
  config: RollupConfig,
): Promise<ProjectCircuit<Inputs>> {
  const sources = findProjectCircuits(root, config);
  const source = sources.find((candidate) => nameOf(candidate) === name);
  if (source === undefined) {
    const known = sources.map(nameOf);
    throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: config.circuits.path });
  }
  const { seed } = config.setup;
  const options = { ...source, cacheDir: config.paths.circuits, ...(seed && { seed }) };
  const circuit = await loadCircuit<Inputs>(options);
  return { ...circuit, verifierContract: verifierName(name), toSolidityProof };
}
