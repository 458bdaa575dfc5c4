/** Definitions of the tasks on the circuits of a project, which need no rollup. */
import { emptyTask, overrideTask } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { TaskDefinition } from "hardhat/types/tasks";
import { PROTOCOLS } from "../src/circom/protocols.ts";
import { CHECK_LIMITS, FUZZ_LIMITS } from "../src/plugin/checks/limits.ts";
import { type Option, type RollupTask, toTasks } from "./task-definition.ts";

/** Option of the steps of the build. */
const circuit = {
  name: "circuit",
  description:
    "Only these circuits: names, separated by commas (default: the project's, and the rollup's " +
    "if the project uses it and its prover is no mock)",
} satisfies Option;
const CIRCUIT_TASKS: readonly RollupTask[] = [
  {
    name: "compile",
    description: "Compile circuits",
    options: [
      circuit,
      {
        name: "inspect",
        description: "Show what circom's --inspect finds, by file and line",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
    ],
    action: () => import("./compile.ts"),
  },
  {
    name: "setup",
    description: "Make the proving keys of circuits: INSECURE ones, or those of a ceremony",
    options: [
      circuit,
      {
        name: "ptau",
        description:
          "Ceremony: powers of tau, prepared for phase 2, to start from; a path or hermez-14",
      },
      { name: "contribute", description: "Ceremony: contribute a secret under this name" },
      { name: "beacon", description: "Ceremony: end it with a public random value in hex" },
      {
        name: "verify",
        description: "Ceremony: verify the keys, starting from the powers of tau",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
    ],
    action: () => import("./setup.ts"),
  },
  {
    name: "ptau",
    description: "List public powers of tau, or download and check one of them",
    argument: {
      name: "name",
      description: "Name such as hermez-14, for 2^14 powers; without a name they are listed",
      defaultValue: "",
    },
    options: [
      { name: "source", description: "URL of a folder that has the files (default: snarkjs's)" },
      { name: "output", description: "Folder to keep the file (default: in the cache)" },
    ],
    action: () => import("./ptau.ts"),
  },
  {
    name: "verifier",
    description: "Generate the verifier contracts of circuits",
    options: [circuit],
    action: () => import("./verifier.ts"),
  },
  {
    name: "export",
    description: "Write a circuit's files in the layout of circom and snarkjs",
    options: [
      { name: "circuit", description: "Name of the project's circuit" },
      { name: "output", description: "Folder to write into; created if missing" },
      {
        name: "input",
        description: "JSON file with the inputs of a proof, which is written, too (default: none)",
      },
      {
        name: "protocol",
        description: `Proof system: ${PROTOCOLS.join(", ")} (default: the config's)`,
      },
      {
        name: "verifier",
        description: "Language of the verifier contract: solidity, or vyper for Groth16",
        defaultValue: "solidity",
      },
    ],
    action: () => import("./export.ts"),
  },
  {
    name: "check",
    description: "Look for outputs of the project's circuits that a prover can choose",
    values: {
      name: "circuits",
      description: "Names of circuits (default: all)",
      defaultValue: [],
    },
    options: [
      { name: "input", description: "JSON file of honest inputs: an object, or an array of them" },
      {
        name: "given",
        description: "Inputs that stay the same, separated by commas (default: all inputs)",
      },
      {
        name: "samples",
        description: "Random inputs to find that the circuit accepts",
        type: ArgumentType.INT,
        defaultValue: CHECK_LIMITS.samples.default,
      },
      {
        name: "seed",
        description: "Seed of the random inputs, to repeat a run (default: a new one)",
        type: ArgumentType.INT,
        defaultValue: CHECK_LIMITS.seed.default,
      },
      {
        name: "time",
        description: "Time limit for each circuit in seconds",
        type: ArgumentType.INT,
        defaultValue: CHECK_LIMITS.time.default,
      },
      {
        name: "mutate",
        description: "Instead, remove each constraint, and list those that nobody would miss",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "refused",
        description: "With --mutate: JSON file of inputs that the circuit must refuse",
      },
      {
        name: "tests",
        description:
          "With --mutate: run these test files, separated by commas, without each constraint of " +
          "the source, and list those that no test notices (time limit: an hour)",
      },
    ],
    action: () => import("./check.ts"),
  },
  {
    name: "fuzz",
    description: "Compare a circuit with a model in TypeScript on random inputs",
    argument: {
      name: "circuit",
      description: "Name of the circuit",
      defaultValue: "",
    },
    options: [
      {
        name: "model",
        description:
          "File whose default export computes the outputs, and returns null for inputs to refuse",
      },
      {
        name: "runs",
        description: "Number of random inputs",
        type: ArgumentType.INT,
        defaultValue: FUZZ_LIMITS.runs.default,
      },
      {
        name: "seed",
        description: "Seed of the random inputs, to repeat a run (default: a new one)",
        type: ArgumentType.INT,
        defaultValue: FUZZ_LIMITS.seed.default,
      },
      {
        name: "path",
        description: "Path of a counter-example of a run with that seed, to repeat it alone",
      },
      {
        name: "time",
        description: "Time limit in seconds",
        type: ArgumentType.INT,
        defaultValue: FUZZ_LIMITS.time.default,
      },
    ],
    action: () => import("./fuzz.ts"),
  },
  {
    name: "debug",
    description: "Explain from the source why a circuit rejects inputs, or step through it",
    argument: { name: "circuit", description: "Name of the circuit", defaultValue: "" },
    options: [
      { name: "input", description: "JSON file of the inputs (default: CIRCUIT.json)" },
      { name: "signal", description: "Show how this signal gets its value: main.hash.out" },
      {
        name: "step",
        description: "Step through the statements by commands on standard input; help lists them",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
    ],
    action: () => import("./debug.ts"),
  },
];

export const circuitTasks: TaskDefinition[] = [
  overrideTask("build")
    .addFlag({ name: "noCircuits", description: "Skip the compilation of circuits" })
    .setAction(() => import("./build.ts"))
    .build(),
  overrideTask("test")
    .setAction(() => import("./test.ts"))
    .build(),
  emptyTask("rollup", "Compile and prove circuits; build, run and deploy a zkRollup").build(),
  ...toTasks(CIRCUIT_TASKS),
];
