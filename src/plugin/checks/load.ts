/** Loads what a check works on: circuits of the project without keys, and inputs from files. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Circuit, loadCircuit } from "../../circom/circuit.ts";
import {
  type CircuitPatterns,
  findCircuitPatterns,
} from "../../circom/patterns/circuit-patterns.ts";
import { createCircuitSource } from "../../circom/diagnosis/circuit-source.ts";
import { createSignalPlaces, type SignalPlaces } from "../../circom/diagnosis/signal-places.ts";
import { isRollupError } from "../../util/errors.ts";
import type { CircuitModel } from "../../testing/fuzz-model.ts";
import { findByName } from "../circuits/names.ts";
import { findProjectCircuits, type ProjectSource } from "../circuits/sources.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";

export interface LoadedForCheck {
  readonly circuit: Circuit;
  /** Finds patterns in the sources that have often been faults. */
  patterns(): CircuitPatterns;
  /** Finds declarations and constraints; undefined if the source cannot be evaluated. */
  places(): SignalPlaces | undefined;
  /** How it is compiled, with the name of the circuit. */
  readonly source: ProjectSource & { readonly cacheDir: string };
}

/**
 * Loads circuits of the project.
 *
 * @param names - Names or paths of circuits; none for all circuits.
 * @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS, CIRCUITS_NONE, and the codes of `loadCircuit`
 */
export async function loadForCheck(
  names: readonly string[],
  root: string,
  config: RollupConfig,
): Promise<LoadedForCheck[]> {
  const sources = findProjectCircuits(root, config);
  const { path: folder } = config.circuits;
  if (sources.length === 0) throw pluginError({ code: "CIRCUITS_NONE", folder });
  const named = names.map((name) => findByName(name, sources, { root, folder }));
  const wanted = names.length === 0 ? sources : [...new Set(named)];
  // A check makes no proofs, so the protocol does not matter.
  const protocol = "groth16" as const;
  const cacheDir = config.paths.circuits;
  const options = { protocol, cacheDir, witness: "wasm", log: () => {} } as const;
  return Promise.all(
    wanted.map(async (source) => {
      const circuit = await loadCircuit({ ...source, ...options });
      return {
        circuit,
        source: { ...source, cacheDir },
        patterns: () => findCircuitPatterns(circuit.file, source),
        places: () => findPlaces(circuit, source),
      };
    }),
  );
}

function findPlaces(circuit: Circuit, source: ProjectSource): SignalPlaces | undefined {
  try {
    const { design } = createCircuitSource(circuit.file, source, circuit.stats.prime);
    return createSignalPlaces(design());
  } catch (error) {
    // circom accepts what the evaluator does not know, or finds too large.
    if (isRollupError(error)) return undefined;
    throw error;
  }
}

/**
 * Imports the module of a model.
 *
 * @throws MODEL_FILE_INVALID
 */
export async function importModel(path: string): Promise<CircuitModel> {
  const file = resolve(path);
  const invalid = (reason: string) => pluginError({ code: "MODEL_FILE_INVALID", file, reason });
  if (!existsSync(file)) throw invalid("there is no such file");
  let module: Partial<CircuitModel>;
  try {
    module = (await import(pathToFileURL(file).href)) as Partial<CircuitModel>;
  } catch (error) {
    throw invalid((error as Error).message);
  }
  const { default: compute } = module;
  if (typeof compute !== "function") throw invalid("its default export is no function");
  return { ...module, default: compute };
}
