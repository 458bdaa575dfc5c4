/** Loads what a check works on: circuits of the project without keys, and inputs from files. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Circuit, loadCircuit } from "../../circom/circuit.ts";
import type { InputValues } from "../../circom/witness-inputs.ts";
import { findProjectCircuits, nameOfSource } from "../circuits/sources.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";

/**
 * Loads circuits of the project.
 *
 * @param names - Names of files without `.circom`; none for all circuits.
 * @throws CIRCUIT_UNKNOWN, CIRCUITS_NONE, and the codes of `loadCircuit`
 */
export async function loadForCheck(
  names: readonly string[],
  root: string,
  config: RollupConfig,
): Promise<Circuit[]> {
  const sources = findProjectCircuits(root, config);
  const known = sources.map(nameOfSource);
  const unknown = names.find((name) => !known.includes(name));
  const folder = config.circuits.path;
  if (unknown !== undefined) {
    throw pluginError({ code: "CIRCUIT_UNKNOWN", name: unknown, known, folder });
  }
  if (known.length === 0) throw pluginError({ code: "CIRCUITS_NONE", folder });
  const wanted = sources.filter((_, index) => names.length === 0 || names.includes(known[index]!));
  // A check makes no proofs, so the protocol does not matter.
  const protocol = "groth16" as const;
  const options = { protocol, cacheDir: config.paths.circuits, log: () => {} };
  return Promise.all(wanted.map((source) => loadCircuit({ ...source, ...options })));
}

/**
 * Reads a JSON file of a circuit's inputs: an object of signals, or an array of such objects.
 *
 * @throws INPUT_FILE_INVALID
 */
export async function readInputFile(path: string): Promise<InputValues[]> {
  const file = resolve(path);
  const invalid = (reason: string) => pluginError({ code: "INPUT_FILE_INVALID", file, reason });
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw invalid((error as Error).message);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  const list: unknown[] = Array.isArray(json) ? json : [json];
  const isInputs = (value: unknown): value is InputValues =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!list.every(isInputs)) throw invalid("it has something other than objects of signals");
  return list;
}
