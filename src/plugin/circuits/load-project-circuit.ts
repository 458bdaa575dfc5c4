/** Finds and loads the project's circuits by name. */
import { loadCircuit } from "../../circom/circuit.ts";
import { isPlonk, type Protocol, type ProvenBy } from "../../circom/protocols.ts";
import { toSolidityArguments, toSolidityCalldata } from "../../circom/solidity-proof.ts";
import { circuitName } from "../../circom/sources.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { createPlonkWorkers } from "../../plonk/workers.ts";
import { circomError } from "../../circom/errors.ts";
import { DEFAULT_PRIME } from "../../crypto/primes.ts";
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
  load<Inputs extends object, Outputs extends object, Signals extends object, P extends Protocol>(
    name: string,
    options?: ProjectCircuitOptions<P>,
  ): Promise<ProjectCircuit<Inputs, Outputs, Signals, P>>;
  close(): Promise<void>;
}

export function createCircuitLoader(root: string, config: RollupConfig): CircuitLoader {
  const workers = createGroth16Workers();
  const plonkWorkers = createPlonkWorkers();
  const { setup, paths } = config;
  const { ptau } = setup;
  const shared = { setup, ...(ptau !== undefined && { ptau }), workers, plonkWorkers };
  return {
    async load<
      Inputs extends object,
      Outputs extends object,
      Signals extends object,
      P extends Protocol,
    >(name: string, given: ProjectCircuitOptions<P> = {}) {
      const source = findSource(name, root, config) as CircuitSource<P>;
      const { protocol = source.protocol } = given;
      const prover = isPlonk(protocol) ? "snarkjs" : toProverChoice(config.prover, config);
      const options = { ...source, ...shared, cacheDir: paths.circuits, prover, ...given };
      const circuit = await loadCircuit<Inputs, Outputs, Signals, P>(options);
      // Nothing here repairs a missing or damaged key of a ceremony, so fail before any work.
      if (setup.type === "ceremony") await circuit.zkeyPath();
      return {
        ...circuit,
        get verifierContract() {
          const { prime } = circuit.stats;
          if (prime !== DEFAULT_PRIME) {
            throw circomError({ code: "PRIME_WITHOUT_PROVER", circuit: name, prime });
          }
          const [protocol, built] = [circuit.protocol, source.protocol];
          if (protocol !== built) {
            throw pluginError({
              code: "VERIFIER_OF_OTHER_PROTOCOL",
              circuit: name,
              protocol,
              built,
            });
          }
          const contract = verifierOf(circuit);
          if (contract !== undefined) return contract;
          throw pluginError({ code: "CIRCUIT_WITHOUT_PUBLIC_VALUE", circuit: name });
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

/** @throws CIRCUIT_UNKNOWN, CIRCUIT_DIRECTORY_NOT_FOUND */
export function findSource(name: string, root: string, config: RollupConfig): CircuitSource {
  const sources = findProjectCircuits(root, config);
  const source = sources.find((candidate) => circuitName(candidate.file) === name);
  if (source !== undefined) return source;
  const known = sources.map(({ file }) => circuitName(file));
  throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: config.circuits.path });
}
