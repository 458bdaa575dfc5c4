/** Finds and loads the project's circuits by name. */
import type { ArtifactManager } from "hardhat/types/artifacts";
import { loadCircuit } from "../../circom/circuit.ts";
import type { Protocol, ProvenBy } from "../../circom/protocols.ts";
import { toSolidityArguments, toSolidityCalldata } from "../../circom/solidity-proof.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { createPlonkWorkers } from "../../plonk/workers.ts";
import { circomError } from "../../circom/errors.ts";
import { DEFAULT_PRIME } from "../../crypto/primes.ts";
import type { CircuitMain, RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import { hintIfSlow } from "./compile-hint.ts";
import { type CircuitNames, findByName } from "./names.ts";
import type { ProjectCircuit, ProjectCircuitOptions } from "./project-circuits.ts";
import { chooseProver } from "./prover-choice.ts";
import { createUsageMeter } from "../profile/usage.ts";
import { findProjectCircuits, type ProjectSource, sourceOfMain } from "./sources.ts";
import { PACKAGE_VERIFIERS } from "./verifier-name.ts";
import { fullContractName, hasVerifier } from "./verifiers.ts";

const OPTIONS: readonly string[] = [
  "prover",
  "protocol",
  "zkeyPath",
  "cacheProofs",
] satisfies (keyof ProjectCircuitOptions)[];

/** What is known of the project before a circuit is loaded. */
export interface CircuitProject {
  /** Root folder of the project. */
  readonly root: string;
  readonly config: RollupConfig;
  /** The compiled contracts. */
  readonly artifacts: ArtifactManager;
}

export function projectCircuitNames({ root, config }: CircuitProject): string[] {
  return findProjectCircuits(root, config)
    .map(({ name }) => name)
    .sort();
}

/** Loads circuits that share threads, and owns the threads. */
export interface CircuitLoader {
  /**
   * @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS, CEREMONY_KEY_MISSING, CEREMONY_KEY_DAMAGED,
   *   EXTERNAL_PROVER_NOT_CONFIGURED, and the codes of `loadCircuit`
   */
  load<Inputs extends object, Outputs extends object, Signals extends object, P extends Protocol>(
    wanted: string | CircuitMain,
    options?: ProjectCircuitOptions<P>,
  ): Promise<ProjectCircuit<Inputs, Outputs, Signals, P>>;
  close(): Promise<void>;
}

export function createCircuitLoader(project: CircuitProject): CircuitLoader {
  const workers = createGroth16Workers();
  const plonkWorkers = createPlonkWorkers();
  const { root, config } = project;
  const { setup, paths, circuits } = config;
  const { ptau } = setup;
  const { cacheProofs } = circuits;
  const shared = {
    setup,
    ...(ptau !== undefined && { ptau }),
    workers,
    plonkWorkers,
    cacheProofs,
  };
  return {
    async load<
      Inputs extends object,
      Outputs extends object,
      Signals extends object,
      P extends Protocol,
    >(wanted: string | CircuitMain, given: ProjectCircuitOptions<P> = {}) {
      assertKnownOptions(given);
      const isNamed = typeof wanted === "string";
      const all = isNamed ? findProjectCircuits(root, config) : [];
      const source = (
        isNamed
          ? findByName(wanted, all, { root, folder: circuits.path })
          : sourceOfMain(wanted, root, config)
      ) as ProjectSource<P>;
      const { protocol = source.protocol } = given;
      const prover = chooseProver(undefined, protocol, config);
      const options = { ...source, ...shared, cacheDir: paths.circuits, prover, ...given };
      const meter = createUsageMeter(config, source.name);
      const circuit = await hintIfSlow(source, () =>
        loadCircuit<Inputs, Outputs, Signals, P>({ ...options, ...(meter && { meter }) }),
      );
      meter?.describe(circuit);
      // Nothing here repairs a missing or damaged key of a ceremony, so fail before any work.
      if (setup.type === "ceremony") await circuit.zkeyPath();
      const contract = hasVerifier(circuit) ? await nameContract(source, all, project) : undefined;
      const { protocol: built, name: id } = source;
      const withProofs = {
        ...circuit,
        toSolidityProof: (proven: ProvenBy[P]) => toSolidityArguments(protocol, proven),
        toSolidityCalldata: (proven: ProvenBy[P]) => toSolidityCalldata(protocol, proven),
      };
      return withContract(withProofs, () => {
        const { prime } = circuit.stats;
        if (prime !== DEFAULT_PRIME) {
          throw circomError({ code: "PRIME_WITHOUT_PROVER", circuit: id, prime });
        }
        if (protocol !== built) {
          throw pluginError({ code: "VERIFIER_OF_OTHER_PROTOCOL", circuit: id, protocol, built });
        }
        if (!isNamed) throw pluginError({ code: "CIRCUIT_NOT_BUILT", circuit: id });
        if (contract !== undefined) return contract;
        throw pluginError({ code: "CIRCUIT_WITHOUT_PUBLIC_VALUE", circuit: id });
      });
    },
    close: async () => {
      await Promise.all([workers.close(), plonkWorkers.close()]);
    },
  };
}

/** Adds a property that throws as it is read. It is not enumerated, as by a spread or by Chai. */
function withContract<T extends object>(
  circuit: T,
  get: () => string,
): T & { readonly verifierContract: string } {
  Object.defineProperty(circuit, "verifierContract", { get, enumerable: false });
  return circuit as T & { readonly verifierContract: string };
}

/** @throws CIRCUIT_OPTION_UNKNOWN */
function assertKnownOptions(given: object): void {
  const unknown = Object.keys(given).find((option) => !OPTIONS.includes(option));
  if (unknown === undefined) return;
  throw pluginError({ code: "CIRCUIT_OPTION_UNKNOWN", option: unknown, known: OPTIONS });
}

/** Returns the name of a circuit's contract, with its file unless the name alone is unique. */
async function nameContract(
  { contract, contractFile }: CircuitNames,
  circuits: readonly CircuitNames[],
  { root, config, artifacts }: CircuitProject,
): Promise<string> {
  const fullName = fullContractName(contractFile, contract, root, config);
  const built = await artifacts.getAllFullyQualifiedNames();
  const others = [
    ...PACKAGE_VERIFIERS,
    ...circuits
      .filter((other) => other.contractFile !== contractFile)
      .map((other) => other.contract),
    ...[...built].filter((name) => name !== fullName).map((name) => name.split(":").at(-1)),
  ];
  return others.includes(contract) ? fullName : contract;
}

/** Finds a circuit of the project by name or path. @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS */
export function findSource(name: string, root: string, config: RollupConfig): ProjectSource {
  return findByName(name, findProjectCircuits(root, config), {
    root,
    folder: config.circuits.path,
  });
}

/**
 * Finds the one circuit that a task is about: by its name, or the only one of the project.
 *
 * @param task - Name of the task.
 * @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS, CIRCUIT_NOT_NAMED, CIRCUITS_NONE
 */
export function chooseSource(
  name: string,
  task: string,
  root: string,
  config: RollupConfig,
): ProjectSource {
  if (name !== "") return findSource(name, root, config);
  const sources = findProjectCircuits(root, config);
  const [only, ...others] = sources;
  if (only === undefined) {
    throw pluginError({ code: "CIRCUITS_NONE", folder: config.circuits.path });
  }
  if (others.length === 0) return only;
  throw pluginError({ code: "CIRCUIT_NOT_NAMED", task, known: sources.map(({ name }) => name) });
}
