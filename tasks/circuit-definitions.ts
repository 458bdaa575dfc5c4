/** Definitions of the tasks on the circuits of a project, which need no rollup. */
import { emptyTask, globalFlag, globalOption, overrideTask } from "hardhat/config";
import { ArgumentType, type GlobalOptionDefinition } from "hardhat/types/arguments";
import type { TaskDefinition } from "hardhat/types/tasks";
import { CHECK_LIMITS, FUZZ_LIMITS } from "../src/plugin/checks/limits.ts";
import {
  flag,
  INPUT,
  ONE_CIRCUIT,
  PROOF_FILES,
  PROOF_FOLDER,
  PROTOCOL,
  STEP_OPTIONS,
} from "./circuit-options.ts";
import { BASELINE_FILE, PROFILE_LIMITS } from "../src/plugin/profile/limits.ts";
import { type RollupTask, toTasks } from "./task-definition.ts";

const CIRCUIT_TASKS: readonly RollupTask[] = [
  {
    name: "compile",
    description: "Compile circuits",
    options: [
      ...STEP_OPTIONS,
      flag("watch", "Compile again after each change of a circuit or an included file"),
      flag("inspect", "Show what circom's --inspect finds, by file and line"),
    ],
    action: () => import("./compile.ts"),
  },
  {
    name: "setup",
    description: "Make the proving keys of circuits: INSECURE ones, or those of a ceremony",
    options: [
      ...STEP_OPTIONS,
      {
        name: "ptau",
        description:
          "Ceremony: powers of tau, prepared for phase 2, to start from; a path or hermez-14",
      },
      { name: "contribute", description: "Ceremony: contribute a secret under this name" },
      { name: "beacon", description: "Ceremony: end it with a public random value in hex" },
      flag("verify", "Ceremony: verify the keys, starting from the powers of tau"),
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
    options: STEP_OPTIONS,
    action: () => import("./verifier.ts"),
  },
  {
    name: "list",
    description:
      "List the project's circuits: what is compiled, which keys and contracts there are",
    action: () => import("./list.ts"),
  },
  {
    name: "info",
    description: "Show a circuit's constraints, signals, key, contract and files",
    argument: ONE_CIRCUIT,
    options: [PROTOCOL],
    action: () => import("./info.ts"),
  },
  {
    name: "witness",
    description: "Compute the witness of inputs, write it, and show its outputs",
    argument: ONE_CIRCUIT,
    options: [
      INPUT,
      {
        name: "signal",
        description:
          "Show these signals instead: full names, separated by commas, as main.hash.out",
      },
      PROOF_FOLDER,
    ],
    action: () => import("./witness.ts"),
  },
  {
    name: "prove",
    description: "Prove inputs, and write proof.json and public.json in the form of snarkjs",
    argument: ONE_CIRCUIT,
    options: [
      INPUT,
      PROOF_FOLDER,
      PROTOCOL,
      {
        name: "prover",
        description: "Prover: kernel, snarkjs, external (default: the config's)",
      },
    ],
    action: () => import("./prove.ts"),
  },
  {
    name: "verify",
    description: "Verify a proof; the exit code is 1 if it is not valid",
    argument: ONE_CIRCUIT,
    options: [
      ...PROOF_FILES,
      {
        name: "vkey",
        description: "JSON file of a verification key (default: that of the circuit)",
      },
      PROTOCOL,
    ],
    action: () => import("./verify.ts"),
  },
  {
    name: "calldata",
    description: "Print the arguments of a proof for its verifier contract",
    argument: ONE_CIRCUIT,
    options: PROOF_FILES,
    action: () => import("./calldata.ts"),
  },
  {
    name: "vkey",
    description: "Print a circuit's verification key in the form of snarkjs",
    argument: ONE_CIRCUIT,
    options: [{ name: "output", description: "File to write instead" }, PROTOCOL],
    action: () => import("./vkey.ts"),
  },
  {
    name: "export",
    description: "Write a circuit's files in the layout of circom and snarkjs",
    argument: ONE_CIRCUIT,
    options: [
      { name: "output", description: "Folder to write into; created if missing" },
      {
        name: "input",
        description:
          "JSON file with the inputs of a proof, which is written, too, or - (default: none)",
      },
      PROTOCOL,
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
      {
        name: "input",
        description:
          "JSON file of honest inputs, an object or an array, a name as in inputs/CIRCUIT, or -",
      },
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
        description: "Time limit for each circuit in seconds (default: 60, with --tests an hour)",
        type: ArgumentType.INT,
        defaultValue: CHECK_LIMITS.time.default,
      },
      flag("mutate", "Instead, remove each constraint, and list those that nobody would miss"),
      {
        name: "refused",
        description: "With --mutate: file or name of inputs that the circuit must refuse",
      },
      {
        name: "tests",
        description:
          "With --mutate: run these test files, separated by commas, without each constraint of " +
          "the source, and list those that no test notices",
      },
    ],
    action: () => import("./check.ts"),
  },
  {
    name: "fuzz",
    description: "Compare a circuit with a model in TypeScript on random inputs",
    argument: ONE_CIRCUIT,
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
    argument: ONE_CIRCUIT,
    options: [
      INPUT,
      { name: "signal", description: "Show how this signal gets its value: main.hash.out" },
      flag("step", "Step through the statements by commands on standard input; help lists them"),
    ],
    action: () => import("./debug.ts"),
  },
  {
    name: "profile",
    description: "Count constraints, wires and proving time by template, component and source line",
    values: {
      name: "circuits",
      description: "Names of circuits (default: all)",
      defaultValue: [],
    },
    options: [
      { name: "output", description: "Folder for a flamegraph and an interactive page of each" },
      {
        name: "limit",
        description: "Maximum rows of each table",
        type: ArgumentType.INT,
        defaultValue: PROFILE_LIMITS.limit.default,
      },
      {
        name: "expand",
        description: "List the elements of arrays of components one by one",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "time",
        description: "Measure a proof, and show the share of each part in it",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "input",
        description:
          "With --time: JSON file of inputs (default: random ones that the circuit accepts)",
      },
      {
        name: "check",
        description: "Compare with the baseline, and fail if a circuit has grown",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "writeBaseline",
        description: "Write the baseline",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "baseline",
        description: `File of the baseline, from the project's folder (default: ${BASELINE_FILE})`,
      },
      {
        name: "tolerance",
        description: "With --check: percent by which a circuit may grow",
        type: ArgumentType.FLOAT,
        defaultValue: 0,
      },
    ],
    action: () => import("./profile.ts"),
  },
];

export const circuitOptions: GlobalOptionDefinition[] = [
  globalFlag({
    name: "circuitStats",
    description: "Show after tests the circuits that they used, with counts and times",
  }),
  globalOption({
    name: "circuitStatsJson",
    description: "Write these circuit statistics to a JSON file at the specified path",
    type: ArgumentType.FILE_WITHOUT_DEFAULT,
    defaultValue: undefined,
  }),
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
