/** Finds and loads the project's circuits by name. */
import { loadCircuit } from "../../circom/circuit.ts";
import { circuitName } from "../../circom/sources.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { toSolidityProof } from "../../groth16/verifier/verifier.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import type { ProjectCircuit, ProjectCircuitOptions } from "./project-circuits.ts";
import { toProverChoice } from "./prover-choice.ts";
import { type CircuitSource, findProjectCircuits } from "./sources.ts";
import { verifierOf } from "./verifiers.ts";

export function projectCircuitNames(root: string, config: RollupConfig): string[] {
  return findProjectCircuits(root, config).map(({ file }) => circuitName(file));
}

/** Loads circuits that share threads, and owns the threads. */
export interface CircuitLoader {
  /**
   * @throws CIRCUIT_UNKNOWN, CEREMONY_KEY_MISSING, CEREMONY_KEY_DAMAGED,
   *   EXTERNAL_PROVER_NOT_CONFIGURED, and the codes of `loadCircuit`
   */
  load<Inputs extends object, Outputs extends object, Signals extends object>(
    name: string,
    options?: ProjectCircuitOptions,
  ): Promise<ProjectCircuit<Inputs, Outputs, Signals>>;
  close(): Promise<void>;
}

export function createCircuitLoader(root: string, config: RollupConfig): CircuitLoader {
  const workers = createGroth16Workers();
  const { setup, paths } = config;
  return {
    async load<Inputs extends object, Outputs extends object, Signals extends object>(
      name: string,
      given: ProjectCircuitOptions = {},
    ) {
      const { prover = toProverChoice(config.prover, config), ...key } = given;
      const source = findSource(name, root, config);
      const options = { ...source, setup, cacheDir: paths.circuits, prover, workers, ...key };
      const circuit = await loadCircuit<Inputs, Outputs, Signals>(options);
      // Nothing here repairs a missing or damaged key of a ceremony, so fail before any work.
      if (setup.type === "ceremony") await circuit.zkeyPath();
      return {
        ...circuit,
        get verifierContract() {
          const contract = verifierOf(circuit);
          if (contract !== undefined) return contract;
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
  const source = sources.find((candidate) => circuitName(candidate.file) === name);
  if (source !== undefined) return source;
  const known = sources.map(({ file }) => circuitName(file));
  throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: config.circuits.path });
}
