/** Finds and loads the project's circuits by name. */
import { loadCircuit } from "../../circom/circuit.ts";
import { mainName } from "../../circom/main-component.ts";
import { isPlonk, type Protocol, type ProvenBy } from "../../circom/protocols.ts";
import { toSolidityArguments, toSolidityCalldata } from "../../circom/solidity-proof.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { createPlonkWorkers } from "../../plonk/workers.ts";
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
  load<Inputs extends object, Outputs extends object, Signals extends object, P extends Protocol>(
    wanted: string | CircuitMain,
    options?: ProjectCircuitOptions<P>,
  ): Promise<ProjectCircuit<Inputs, Outputs, Signals, P>>;
  close(): Promise<void>;
}

export function createCircuitLoader(root: string, config: RollupConfig): CircuitLoader {
  const workers = createGroth16Workers();
  const plonkWorkers = createPlonkWorkers();
  const { setup, paths } = config;
  const { ptau } = setup;
  const shared = {
    setup,
    ...(ptau !== undefined && { ptau }),
    workers,
    plonkWorkers,
    cacheProofs: config.circuits.cacheProofs,
  };
  return {
    async load<
      Inputs extends object,
      Outputs extends object,
      Signals extends object,
      P extends Protocol,
    >(wanted: string | CircuitMain, given: ProjectCircuitOptions<P> = {}) {
      const isNamed = typeof wanted === "string";
      const found = isNamed ? findSource(wanted, root, config) : toSource(wanted, root, config);
      const source = found as CircuitSource<P>;
      const { protocol = source.protocol } = given;
      const prover = isPlonk(protocol) ? "snarkjs" : toProverChoice(config.prover, config);
      const options = { ...source, ...shared, cacheDir: paths.circuits, prover, ...given };
      const circuit = await loadCircuit<Inputs, Outputs, Signals, P>(options);
      // Nothing here repairs a missing or damaged key of a ceremony, so fail before any work.
      if (setup.type === "ceremony") await circuit.zkeyPath();
      return {
        ...circuit,
        get verifierContract() {
          const [protocol, built] = [circuit.protocol, source.protocol];
          if (protocol !== built) {
            throw pluginError({
              code: "VERIFIER_OF_OTHER_PROTOCOL",
              circuit: circuit.name,
              protocol,
              built,
            });
          }
          const contract = verifierOf(circuit);
          if (contract !== undefined && isNamed) return contract;
          const code = isNamed ? "CIRCUIT_WITHOUT_PUBLIC_VALUE" : "CIRCUIT_NOT_BUILT";
          throw pluginError({ code, circuit: circuit.name });
        },
        toSolidityProof: (proven: ProvenBy[P]) => toSolidityArguments(circuit.protocol, proven),
        toSolidityCalldata: (proven: ProvenBy[P]) => toSolidityCalldata(circuit.protocol, proven),
      };
    },
    close: async () => {
      await Promise.all([workers.close(), plonkWorkers.close()]);
    },
  };
}

/** A circuit of a template, in the project's folder of circuits. */
function toSource(main: CircuitMain, root: string, { circuits }: RollupConfig): CircuitSource {
  const { path, include, optimization, protocol } = circuits;
  const options = { includePaths: include, projectFolder: root, optimization, protocol };
  return { ...toMain(mainName(main), main, path), ...options };
}

/** @throws CIRCUIT_UNKNOWN, CIRCUIT_DIRECTORY_NOT_FOUND */
export function findSource(name: string, root: string, config: RollupConfig): CircuitSource {
  const sources = findProjectCircuits(root, config);
  const source = sources.find((candidate) => nameOfSource(candidate) === name);
  if (source !== undefined) return source;
  const known = sources.map(nameOfSource);
  throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: config.circuits.path });
}
