/** What tasks there are; each action stands in a file of its own and is loaded when it runs. */
import { emptyTask, overrideTask, task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { LazyActionObject, NewTaskActionFunction, TaskDefinition } from "hardhat/types/tasks";
import { FROM_BLOCK_UNKNOWN } from "./restore-arguments.ts";
import { BENCH_LOAD, BENCH_POWERS, BENCH_SUITES } from "../src/bench/suites.ts";
import { PROVER_NAMES } from "../src/plugin/config/types.ts";
import { DEPLOYMENT_FILE } from "../src/plugin/rollup/deployment-path.ts";
import { L1_METHOD_SETS } from "../src/server/l1-methods.ts";
import { DEFAULT_UNITS_PER_SECOND } from "../src/server/limits.ts";
import { PRESET_NAMES } from "../src/protocol/presets.ts";

/** An option of a `rollup:…` task. One without a default may be left out. */
interface Option {
  readonly name: string;
  readonly description: string;
  readonly type?: ArgumentType.STRING | ArgumentType.INT | ArgumentType.FLAG;
  readonly defaultValue?: string | number | boolean;
}

interface RollupTask {
  /** `demo` is run as `hardhat rollup:demo` or `hardhat rollup demo`. */
  readonly name: string;
  readonly description: string;
  readonly options?: readonly Option[];
  /** What follows the name: any number of values. */
  readonly values?: {
    readonly name: string;
    readonly description: string;
    readonly defaultValue: string[];
  };
  readonly action: LazyActionObject<NewTaskActionFunction>;
}

const preset = {
  name: "preset",
  description: `Size of the rollup: ${PRESET_NAMES.join(", ")} (default: the config's)`,
} satisfies Option;
const prover = {
  name: "prover",
  description: `Who proves: ${PROVER_NAMES.join(", ")} (default: the config's)`,
} satisfies Option;

/** Where the rollup is on L1, and where to keep what was read of it. */
const restoreOptions = [
  {
    name: "rollup",
    description:
      "Address of the contract (default: that of the operator on the network, or else of " +
      `${DEPLOYMENT_FILE})`,
  },
  {
    name: "fromBlock",
    description:
      "L1 block in which the rollup was deployed, or one before " +
      "(default: as the deployment's file says, or 0)",
    type: ArgumentType.INT,
    defaultValue: FROM_BLOCK_UNKNOWN,
  },
  {
    name: "output",
    description: "File for checkpoints, to go on from there the next time (default: in the cache)",
  },
] satisfies Option[];

const ROLLUP_TASKS: readonly RollupTask[] = [
  {
    name: "circuits",
    description: "Print the constraints of the rollup's circuits, per block and per slot",
    options: [preset],
    action: () => import("./circuits.ts"),
  },
  {
    name: "compile",
    description: "Compile the project's circuits and the rollup's",
    options: [preset],
    action: () => import("./compile.ts"),
  },
  {
    name: "setup",
    description: "Make the proving keys of all circuits: INSECURE ones, or those of a ceremony",
    options: [
      preset,
      {
        name: "ptau",
        description: "Ceremony: powers of tau, prepared for phase 2, to start from",
      },
      { name: "contribute", description: "Ceremony: contribute a secret under this name" },
      { name: "beacon", description: "Ceremony: end it with a public random value in hex" },
      {
        name: "verify",
        description: "Ceremony: verify the keys from the powers of tau on",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
    ],
    action: () => import("./setup.ts"),
  },
  {
    name: "verifier",
    description: "Generate the verifier contracts of all circuits",
    options: [preset],
    action: () => import("./verifier.ts"),
  },
  {
    name: "deploy",
    description: "Deploy the rollup and its verifier, and write down where",
    options: [
      preset,
      prover,
      {
        name: "output",
        description:
          `File to write (default: ${DEPLOYMENT_FILE}; none for a network that ` +
          "ends with the command)",
      },
      {
        name: "force",
        description: "Replace the file if there is one",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "proposers",
        description:
          "Addresses, separated by commas, that announce upgrades to a timelock " +
          "(default: the deployer upgrades at once, on local chains only)",
      },
      {
        name: "governor",
        description: "Who lists tokens and sets validators (default: the timelock or the deployer)",
      },
      {
        name: "guardian",
        description: "Who may pause deposits beside the governor (default: nobody)",
      },
      {
        name: "validatorManager",
        description: "Who may set validators at once, beside the governor (default: nobody)",
      },
      {
        name: "standbyValidator",
        description:
          "Addresses, separated by commas, that are validators beside the deployer, to take over " +
          "with rollup:operator if it is lost",
      },
      {
        name: "requestFee",
        description:
          "Wei that a deposit or full exit costs on L1, against requests as spam (default: 0)",
      },
      {
        name: "requestFeeRecipient",
        description: "Who gets these fees (default: the governor)",
      },
    ],
    action: () => import("./deploy.ts"),
  },
  {
    name: "demo",
    description: "Run deposits, transfers and withdrawals through a rollup with real proofs",
    options: [
      preset,
      prover,
      {
        name: "output",
        description: "Folder for keys, proofs and public inputs (default: in the cache)",
      },
    ],
    action: () => import("./demo.ts"),
  },
  {
    name: "devnet",
    description: "Start an L1 node with a rollup, its operator and two test tokens on it",
    options: [
      preset,
      prover,
      {
        name: "hostname",
        description: "Where to listen (default: 127.0.0.1, in Docker 0.0.0.0)",
      },
      {
        name: "port",
        description: "Port of the JSON-RPC server",
        type: ArgumentType.INT,
        defaultValue: 8545,
      },
    ],
    action: () => import("./devnet.ts"),
  },
  {
    name: "operator",
    description: "Operate a deployed rollup on an L1 elsewhere, from what L1 knows of it",
    options: [
      preset,
      prover,
      ...restoreOptions,
      { name: "hostname", description: "Where to listen (default: 127.0.0.1)" },
      {
        name: "port",
        description: "Port of the JSON-RPC server",
        type: ArgumentType.INT,
        defaultValue: 8546,
      },
      {
        name: "adminPort",
        description: "Port on 127.0.0.1 that also answers what is not for clients (-1: none)",
        type: ArgumentType.INT,
        defaultValue: -1,
      },
      {
        name: "cors",
        description: 'Origins of web pages that may call, separated by commas, or "*"',
      },
      {
        name: "hostNames",
        description: 'Names of this host behind a proxy, separated by commas, or "*"',
      },
      {
        name: "l1Methods",
        description: `What of L1 clients reach here: ${L1_METHOD_SETS.join(", ")}`,
        type: ArgumentType.STRING,
        defaultValue: "wallet",
      },
      {
        name: "rateLimit",
        description: "Units of work a second for each client address; 0 for no limit",
        type: ArgumentType.INT,
        defaultValue: DEFAULT_UNITS_PER_SECOND,
      },
    ],
    action: () => import("./operator.ts"),
  },
  {
    name: "bench",
    description: "Measure how fast everything is, beside circomlibjs and snarkjs in the same run",
    values: {
      name: "suites",
      description: `What to measure: ${BENCH_SUITES.join(", ")}; from setup on they take minutes`,
      defaultValue: ["crypto", "constraints", "l1"],
    },
    options: [
      preset,
      prover,
      {
        name: "power",
        description: "Suites setup and prover: measure 2^power constraints",
        type: ArgumentType.INT,
        defaultValue: BENCH_POWERS.default,
      },
      {
        name: "external",
        description: 'Suite prover: also measure "PROGRAM {zkey} {wtns} {proof} {public}"',
      },
      {
        name: "slots",
        description:
          "Suites compile and blocks: sizes of blocks, such as 16,64 (default: the preset's " +
          "smallest, twice and four times as much)",
      },
      {
        name: "chart",
        description: "Suite blocks: write a chart of how they grow with their size, an SVG file",
      },
      ...Object.entries({
        accounts: "Suite sequencer: accounts that send to each other",
        rate: "Suite sequencer: transfers offered a second",
        seconds: "Suite sequencer: for how long",
      }).map(([name, description]) => ({
        name,
        description,
        type: ArgumentType.INT as const,
        defaultValue: BENCH_LOAD[name as keyof typeof BENCH_LOAD].default,
      })),
      {
        name: "threads",
        description:
          "Suite sequencer: threads for signatures and hashes (default: as many as cores)",
        type: ArgumentType.INT,
        defaultValue: -1,
      },
    ],
    action: () => import("./bench.ts"),
  },
  {
    name: "restore",
    description: "Rebuild the rollup's state from L1 alone, comparing every state root",
    options: restoreOptions,
    action: () => import("./restore.ts"),
  },
  {
    name: "revert",
    description: "Take blocks of the rollup back on L1 that are committed and not executed",
    options: [
      {
        name: "fromBlock",
        description: "Number of the first block of the rollup that goes, with all after it",
        type: ArgumentType.INT,
        defaultValue: 0,
      },
      {
        name: "rollup",
        description: "Address of the contract (default: asked, or the deployment file's)",
      },
    ],
    action: () => import("./revert.ts"),
  },
  {
    name: "exit",
    description: "Get an account's money out of a rollup whose operator has stopped, from L1 alone",
    options: [
      {
        name: "account",
        description: "Whose money: the L1 address of an owner, for all its accounts, or one's id",
      },
      {
        name: "token",
        description: "Which money: ETH, or the symbol, address or id of a token",
        type: ArgumentType.STRING,
        defaultValue: "ETH",
      },
      {
        name: "request",
        description: "If the rollup is alive, ask its operator for a full exit instead",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "withoutProof",
        description:
          "Claim by paths, for which no proving key is needed, for up to 2.2 million gas",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      prover,
      ...restoreOptions,
    ],
    action: () => import("./exit.ts"),
  },
];

/** What the command line calls an option that may be left out. */
const OPTIONAL_STRING = {
  type: ArgumentType.STRING_WITHOUT_DEFAULT,
  defaultValue: undefined,
} as const;

function toTask(id: string | string[], definition: RollupTask): TaskDefinition {
  const { options = [], values } = definition;
  const builder = options.reduce(
    (builder, option) => builder.addOption({ ...OPTIONAL_STRING, ...option }),
    task(id, definition.description).addFlag({
      name: "json",
      description: "Print one JSON value and nothing else",
    }),
  );
  if (values !== undefined) builder.addVariadicArgument(values);
  return builder.setAction(definition.action).build();
}

export const tasks: TaskDefinition[] = [
  overrideTask("build")
    .addFlag({ name: "noCircuits", description: "Skip the compilation of circuits" })
    .addOption({ ...OPTIONAL_STRING, ...preset })
    .addOption({ ...OPTIONAL_STRING, ...prover })
    .setAction(() => import("./build.ts"))
    .build(),
  emptyTask("rollup", "Build, run and deploy a zkRollup").build(),
  ...ROLLUP_TASKS.flatMap((definition) => [
    toTask(`rollup:${definition.name}`, definition),
    toTask(["rollup", definition.name], definition),
  ]),
];
