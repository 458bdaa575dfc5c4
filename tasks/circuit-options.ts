/** Options and arguments that several tasks on circuits have. */
import { ArgumentType } from "hardhat/types/arguments";
import { PROTOCOLS } from "../src/circom/protocols.ts";
import type { Option, RollupTask } from "./task-definition.ts";

/** The argument of a task on one circuit. */
export const ONE_CIRCUIT = {
  name: "circuit",
  description: "Name or path of the circuit (default: the only one of the project)",
  defaultValue: "",
} satisfies RollupTask["argument"];

/** Options of the steps of the build. */
export const STEP_OPTIONS = [
  {
    name: "circuit",
    description:
      "Only these circuits: names, separated by commas (default: the project's, and the rollup's " +
      "if the project uses it and its prover is no mock)",
  },
  { name: "skip", description: "Not these circuits: names, separated by commas" },
  flag("force", "Make circuits and dev keys again, although the cache has them"),
  flag("quiet", "Print warnings, errors and slow work only, on standard error"),
] as const satisfies Option[];

export const PROTOCOL = {
  name: "protocol",
  description: `Proof system: ${PROTOCOLS.join(", ")} (default: the config's)`,
} satisfies Option;

export const INPUT = {
  name: "input",
  description:
    "JSON file of the inputs, or - for standard input (default: inputs/CIRCUIT.json, " +
    "inputs/CIRCUIT/default.json or CIRCUIT.json)",
} satisfies Option;

/** Option of a task that writes a witness or a proof. */
export const PROOF_FOLDER = {
  name: "output",
  description: "Folder to write into (default: in the cache, where the other tasks find it)",
} satisfies Option;

/** Options of a task that reads a proof. */
export const PROOF_FILES = [
  {
    name: "proof",
    description: "JSON file of the proof (default: that of rollup:prove in the cache)",
  },
  {
    name: "public",
    description: "JSON file of the public values (default: public.json beside the proof)",
  },
] as const satisfies Option[];

/** Defines an option without a value. */
export function flag(name: string, description: string) {
  return { name, description, type: ArgumentType.FLAG, defaultValue: false } as const;
}
