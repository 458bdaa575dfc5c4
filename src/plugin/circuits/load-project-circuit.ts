/** Finds and loads the project's circuits by name. */
import { loadCircuit } from "../../circom/circuit.ts";
import { mainName } from "../../circom/main-component.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { toSolidityProof } from "../../groth16/verifier/verifier.ts";
import type { CircuitMain, RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import type { ProjectCircuit, ProjectCircuitOptions } from "./project-circuits.ts";
import { toProverChoice } from "./prover-choice.ts";
import { toMain } from "./mains.ts";
import { type CircuitSource, findProjectCircuits, nameOfSource } from "./sources.ts";
import { verifierOf } from "./verifiers.ts";

export function projectCircuitNames(root: string, config: RollupConfig): string[] {
  return findProjectCircuits(root, config).map(nameOfSource);
}

/** Loads circuits that share threads, and owns the threads. */
export interface CircuitLoader {
  /**
   * @throws CIRCUIT_UNKNOWN, CEREMONY_KEY_MISSING, CEREMONY_KEY_DAMAGED,
   *   EXTERNAL_PROVER_NOT_CONFIGURED, and the codes of `loadCircuit`
   */
  load<Inputs extends object, Outputs extends object, Signals extends object>(
    wanted: string | CircuitMain,
    options?: ProjectCircuitOptions,
  ): Promise<ProjectCircuit<Inputs, Outputs, Signals>>;
  close(): Promise<void>;
}

export function createCircuitLoader(root: string, config: RollupConfig): CircuitLoader {
  const workers = createGroth16Workers();
  const { setup, paths } = config;
  return {
    async load<Inputs extends object, Outputs extends object, Signals extends object>(
      wanted: string | CircuitMain,
      given: ProjectCircuitOptions = {},
    ) {
      const { prover = toProverChoice(config.prover, config), ...key } = given;
      const source =
        typeof wanted === "string"
          ? findSource(wanted, root, config)
          : toSource(wanted, root, config);
      const { cacheProofs } = config.circuits;
      const shared = { setup, cacheDir: paths.circuits, prover, workers, cacheProofs };
      const options = { ...source, ...shared, ...key };
      const circuit = await loadCircuit<Inputs, Outputs, Signals>(options);
      // Nothing here repairs a missing or damaged key of a ceremony, so fail before any work.
      if (setup.type === "ceremony") await circuit.zkeyPath();
      return {
        ...circuit,
        get verifierContract() {
          const contract = verifierOf(circuit);
          const code =
            contract === undefined ? "CIRCUIT_WITHOUT_PUBLIC_VALUE" : "CIRCUIT_NOT_BUILT";
          if (contract !== undefined && typeof wanted === "string") return contract;
          throw pluginError({ code, circuit: circuit.name });
        },
        toSolidityProof,
      };
    },
    close: workers.close,
  };
}

/** A circuit of a template, in the project's folder of circuits. */
function toSource(main: CircuitMain, root: string, { circuits }: RollupConfig): CircuitSource {
  const { path, include, optimization } = circuits;
  const name = mainName(main);
  return { ...toMain(name, main, path), includePaths: include, projectFolder: root, optimization };
}

function findSource(name: string, root: string, config: RollupConfig): CircuitSource {
  const sources = findProjectCircuits(root, config);
  const source = sources.find((candidate) => nameOfSource(candidate) === name);
  if (source !== undefined) return source;
  const known = sources.map(nameOfSource);
  throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: config.circuits.path });
}
