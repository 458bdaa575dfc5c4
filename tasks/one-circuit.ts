/** What the tasks on one circuit share: which circuit, its proof system, and what is printed. */
import { resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Circuit } from "../src/circom/circuit.ts";
import type { OutputValues, SignalValues } from "../src/circom/circuit-witness.ts";
import { type Protocol, PROTOCOLS } from "../src/circom/protocols.ts";
import type { InputValues } from "../src/circom/witness-inputs.ts";
import { groth16Error } from "../src/groth16/errors.ts";
import type { ProjectSource } from "../src/plugin/circuits/sources.ts";
import { createProgress, type Progress } from "../src/plugin/progress.ts";
import { type CommonArguments, isOneOf } from "./common.ts";

/** Arguments of a task on one circuit. */
export interface CircuitArguments extends CommonArguments {
  /** Name or path; empty for the only circuit of the project. */
  readonly circuit: string;
  readonly protocol?: string | undefined;
}

/** Arguments of a task that reads the inputs of a proof, and writes files. */
export interface InputArguments extends CircuitArguments {
  readonly input?: string | undefined;
  /** Folder to write into. */
  readonly output?: string | undefined;
}

/** A loaded circuit of any protocol. */
export type AnyCircuit = Circuit<InputValues, OutputValues, SignalValues, Protocol>;

export interface LoadedCircuit {
  readonly circuit: AnyCircuit;
  readonly source: ProjectSource;
  readonly progress: Progress;
}

/** Finds the circuit of a task. @throws as `chooseSource`, PROTOCOL_UNKNOWN */
export async function sourceOf(
  { circuit, protocol }: CircuitArguments,
  task: string,
  { config }: HardhatRuntimeEnvironment,
): Promise<ProjectSource> {
  const { chooseSource } = await import("../src/plugin/circuits/load-project-circuit.ts");
  const source = chooseSource(circuit, task, config.paths.root, config.rollup);
  return { ...source, protocol: protocol === undefined ? source.protocol : toProtocol(protocol) };
}

/** @throws PROTOCOL_UNKNOWN */
export function toProtocol(name: string): Protocol {
  if (isOneOf(PROTOCOLS, name)) return name;
  throw groth16Error({ code: "PROTOCOL_UNKNOWN", protocol: name, known: PROTOCOLS });
}

/** Loads a circuit. Its lines of `log()` go where they spoil no JSON. */
async function load(
  source: ProjectSource,
  { json }: CircuitArguments,
  progress: Progress,
  { config }: HardhatRuntimeEnvironment,
): Promise<AnyCircuit> {
  const { loadCircuit } = await import("../src/circom/circuit.ts");
  const { toKeyOptions } = await import("../src/plugin/circuits/keys.ts");
  const { hintIfSlow } = await import("../src/plugin/circuits/compile-hint.ts");
  return await progress(`Compiling ${source.name}`, () =>
    hintIfSlow(source, () =>
      loadCircuit<InputValues, OutputValues, SignalValues, Protocol>({
        ...source,
        ...toKeyOptions(config.rollup),
        log: json ? (line) => console.error(line) : (line) => console.log(line),
      }),
    ),
  );
}

/**
 * Loads the circuit of a task, and closes it after the work.
 *
 * @throws as {@link sourceOf}, and the codes of `loadCircuit`
 */
export async function withCircuit<T>(
  args: CircuitArguments,
  task: string,
  hre: HardhatRuntimeEnvironment,
  work: (loaded: LoadedCircuit) => Promise<T>,
): Promise<T> {
  const source = await sourceOf(args, task, hre);
  const progress = createProgress(args.json ? process.stderr : process.stdout);
  // tsc leaves ".ts" in a dynamic import beside a `using` declaration, so `load` has the imports.
  await using circuit = await load(source, args, progress, hre);
  return await work({ circuit, source, progress });
}

/** The folder that a task writes into: the named one, or that of the circuit in the cache. */
export async function outputFolder(
  output: string | undefined,
  source: ProjectSource,
  { config }: HardhatRuntimeEnvironment,
): Promise<string> {
  if (output !== undefined) return resolve(output);
  const { proofFolder } = await import("../src/plugin/circuits/proof-files.ts");
  return proofFolder(source, config.rollup);
}
