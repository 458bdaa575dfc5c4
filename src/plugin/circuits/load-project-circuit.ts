/** Finds and loads the project's circuits by name. */
import { basename } from "node:path";
import { assertIntactKey, findCeremonyKey } from "../../groth16/setup/ceremony.ts";
import { loadCircuit } from "../../circom/circuit.ts";
import { type CompiledCircuit, compileCircuit } from "../../circom/compile.ts";
import { toSolidityProof } from "../../groth16/verifier/verifier.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import type { ProjectCircuit } from "./project-circuits.ts";
import { findProjectCircuits } from "./sources.ts";
import { verifierName } from "./verifier-name.ts";

function nameOf({ file }: { file: string }): string {
  return basename(file, ".circom");
}

export function projectCircuitNames(root: string, config: RollupConfig): string[] {
  return findProjectCircuits(root, config).map(nameOf);
}

/**
 * @throws CIRCUIT_UNKNOWN, CEREMONY_KEY_MISSING, CEREMONY_KEY_DAMAGED, and the codes of
 *   `loadCircuit`
 */
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
  const { setup, paths } = config;
  const options = { ...source, cacheDir: paths.circuits };
  const key =
    setup.type === "ceremony"
      ? { zkeyPath: await findIntactKey(await compileCircuit(options), setup.keysDir) }
      : { ...(setup.seed !== undefined && { seed: setup.seed }) };
  const circuit = await loadCircuit<Inputs>({ ...options, ...key });
  return { ...circuit, verifierContract: verifierName(name), toSolidityProof };
}

async function findIntactKey(circuit: CompiledCircuit, keysDir: string): Promise<string> {
  const zkeyPath = findCeremonyKey(circuit, keysDir);
  await assertIntactKey(circuit, zkeyPath);
  return zkeyPath;
}
