/** Finds and loads the project's circuits by name. */
import { basename } from "node:path";
import { loadCircuit } from "../../circom/circuit.ts";
import { publicCount } from "../../groth16/formats/r1cs.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { toSolidityProof } from "../../groth16/verifier/verifier.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import type { ProjectCircuit, ProjectCircuitOptions } from "./project-circuits.ts";
import { toProverChoice } from "./prover-choice.ts";
import { type CircuitSource, findProjectCircuits } from "./sources.ts";
import { verifierName } from "./verifier-name.ts";

function nameOf({ file }: { file: string }): string {
  return basename(file, ".circom");
}

export function projectCircuitNames(root: string, config: RollupConfig): string[] {
  return findProjectCircuits(root, config).map(nameOf);
}

/** Loads circuits that share threads, and owns the threads. */
export interface CircuitLoader {
  /**
   * @throws CIRCUIT_UNKNOWN, CEREMONY_KEY_MISSING, CEREMONY_KEY_DAMAGED,
   *   EXTERNAL_PROVER_NOT_CONFIGURED, and the codes of `loadCircuit`
   */
  load<Inputs extends object>(
    name: string,
    options?: ProjectCircuitOptions,
  ): Promise<ProjectCircuit<Inputs>>;
  close(): Promise<void>;
}

export function createCircuitLoader(root: string, config: RollupConfig): CircuitLoader {
  const workers = createGroth16Workers();
  const { setup, paths } = config;
  return {
    async load<Inputs extends object>(name: string, given: ProjectCircuitOptions = {}) {
      const { prover = toProverChoice(config.prover, config), ...key } = given;
      const source = findSource(name, root, config);
      const options = { ...source, setup, cacheDir: paths.circuits, prover, workers, ...key };
      const circuit = await loadCircuit<Inputs>(options);
      // Nothing here repairs a missing or damaged key of a ceremony, so fail before any work.
      if (setup.type === "ceremony") await circuit.zkeyPath();
      return {
        ...circuit,
        get verifierContract() {
          if (publicCount(circuit.stats) > 0) return verifierName(name);
          throw pluginError({ code: "CIRCUIT_WITHOUT_PUBLIC_VALUE", circuit: name });
        },
        toSolidityProof,
      };
    },
    close: workers.close,
  };
}

function findSource(name: string, root: string, config: RollupConfig): CircuitSource {
  const sources = findProjectCircuits(root, config);
  const source = sources.find((candidate) => nameOf(candidate) === name);
  if (source !== undefined) return source;
  const known = sources.map(nameOf);
  throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: config.circuits.path });
}
