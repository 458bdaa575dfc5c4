/** Where the tasks that read a proof find it. */
import { resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { ProjectSource } from "../src/plugin/circuits/sources.ts";
import type { ProofPlace } from "../src/plugin/circuits/proof-files.ts";
import { type CircuitArguments, outputFolder, sourceOf } from "./one-circuit.ts";

/** Arguments of a task that reads a proof. */
export interface ProofArguments extends CircuitArguments {
  /** Path of the proof. */
  readonly proof?: string | undefined;
  /** Path of the public values. */
  readonly public?: string | undefined;
}

/**
 * Finds a proof: by its paths, or else where `rollup:prove` has written that of the circuit.
 *
 * @returns The name of the circuit is null if none is named, and the files say all.
 */
export async function placeOf(
  args: ProofArguments,
  task: string,
  hre: HardhatRuntimeEnvironment,
): Promise<{ circuit: string | null; source?: ProjectSource; place: ProofPlace }> {
  const paths = {
    proof: args.proof === undefined ? undefined : resolve(args.proof),
    public: args.public === undefined ? undefined : resolve(args.public),
  };
  if (args.circuit === "" && args.proof !== undefined) {
    return { circuit: null, place: { ...paths, folder: undefined, circuit: null } };
  }
  const source = await sourceOf(args, task, hre);
  const folder = await outputFolder(undefined, source, hre);
  return { circuit: source.name, source, place: { ...paths, folder, circuit: source.name } };
}
