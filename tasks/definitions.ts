/** Definitions of the tasks of the rollup. */
import { overrideTask } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { TaskDefinition } from "hardhat/types/tasks";
import { FROM_BLOCK_UNKNOWN } from "./restore-arguments.ts";
import {
  BENCH_LOAD,
  BENCH_POWERS,
  BENCH_ROUNDS,
  BENCH_SUITES,
  BENCH_WORKERS,
} from "../src/bench/suites.ts";
import { QUEUE_VARIABLE } from "../src/plugin/config/node/provers.ts";
import { PAGES_PORT } from "../src/plugin/pages/pages-port.ts";
import { PROVER_NAMES } from "../src/plugin/config/types.ts";
import { DEPLOYMENT_FILE } from "../src/plugin/rollup/deployment-path.ts";
import { L1_METHOD_SETS } from "../src/server/l1-methods.ts";
import { DEFAULT_UNITS_PER_SECOND } from "../src/server/limits.ts";
import { PRESET_NAMES } from "../src/protocol/presets.ts";
import {
  OPTIONAL_STRING,
  type Option,
  type RollupTask,
  taskIds,
  toTasks,
} from "./task-definition.ts";

const preset = {
  name: "preset",
  description: `Size of the rollup: ${PRESET_NAMES.join(", ")} (default: the config's)`,
} satisfies Option;
const prover = {
  name: "prover",
  description: `Prover: ${PROVER_NAMES.join(", ")} (default: the config's)`,
} satisfies Option;

const queue = {
  name: "queue",
  description:
    "Database of proof jobs, postgres://… (default: rollup.node.provers.queue, " +
    `or the variable ${QUEUE_VARIABLE})`,
} satisfies Option;

const pagesPort = {
  name: "pagesPort",
  description:
    "Port of the pages of explorer and wallet; any free one if the default is taken (-1: none)",
  type: ArgumentType.INT,
  defaultValue: PAGES_PORT,
} satisfies Option;

const store = {
  name: "store",
  description:
    "Where the operator keeps what it has promised: sqlite, sqlite:FILE, postgres://… or memory " +
    "(default: the config's)",
} satisfies Option;

/** Option of the steps of the build; it stands for the rollup's circuits. */
const rollupPreset = {
  name: "preset",
  description: `Also the rollup's circuits, of this size: ${PRESET_NAMES.join(", ")}`,
} satisfies Option;

const deploymentBlock = {
  name: "fromBlock",
  description:
    "L1 block of the rollup's deployment, or an earlier one " +
    "(default: from the deployment's file, or 0)",
  type: ArgumentType.INT,
  defaultValue: FROM_BLOCK_UNKNOWN,
} satisfies Option;

/** Options for the rollup's place on L1. */
const placeOptions = [
  {
    name: "rollup",
    description:
      "Address of the contract (default: from the operator on the network, or else from " +
      `${DEPLOYMENT_FILE})`,
  },
  deploymentBlock,
] satisfies Option[];

/** Options for the rollup's place on L1 and the checkpoint file. */
const restoreOptions = [
  ...placeOptions,
  {
    name: "output",
    description: "File for checkpoints, from which the next run continues (default: in the cache)",
  },
] satisfies Option[];

const multisigOptions = [
  {
    name: "folder",
    description:
      "Folder that all members see, for their messages; one for each session " +
      "(default: messages are printed and pasted)",
  },
  {
    name: "timeout",
    description: "Seconds to wait for the others' files",
    type: ArgumentType.INT,
    defaultValue: 600,
  },
  { name: "secret", description: "File of this member's secret; keygen creates it with mode 600" },
  {
    name: "group",
    description: "File of the group, which is public; keygen writes it",
    type: ArgumentType.STRING,
    defaultValue: "multisig-group.json",
  },
  {
    name: "scheme",
    description: "keygen: frost (any of --threshold sign) or musig2 (all sign)",
    type: ArgumentType.STRING,
    defaultValue: "frost",
  },
  {
    name: "member",
    description: "keygen: number of this member, from 1 on",
    type: ArgumentType.INT,
    defaultValue: 1,
  },
  {
    name: "members",
    description: "keygen: number of members, up to 64",
    type: ArgumentType.INT,
    defaultValue: 3,
  },
  {
    name: "threshold",
    description: "keygen, frost: number of signers that a signature needs",
    type: ArgumentType.INT,
    defaultValue: 2,
  },
  { name: "label", description: "keygen, frost: text that no earlier run has had" },
  { name: "account", description: "All others: L1 address that owns the account" },
  {
    name: "rollup",
    description:
      "All others: address of the rollup, from somebody trusted " +
      "(default: the operator's, on local chains only)",
  },
  {
    name: "node",
    description:
      "All others: URL of the operator, if --network is an L1 node of your own " +
      "(default: the network's URL)",
  },
  { name: "signers", description: "propose: numbers of the members that will sign, as 1,3,5" },
  {
    name: "type",
    description: "propose: transfer, withdraw or changePubKey",
    type: ArgumentType.STRING,
    defaultValue: "transfer",
  },
  { name: "to", description: "propose: L1 address of the recipient" },
  { name: "amount", description: "propose: amount in whole tokens, such as 1.5" },
  {
    name: "token",
    description: "propose: token of the amount, or of the fee of a changePubKey",
    type: ArgumentType.STRING,
    defaultValue: "ETH",
  },
  {
    name: "auth",
    description:
      "propose and submit, changePubKey: eip712 (the network has the owner's account) or onchain",
    type: ArgumentType.STRING,
    defaultValue: "eip712",
  },
  {
    name: "yes",
    description: "sign: sign without a question, in a script that has checked the proposal",
    type: ArgumentType.FLAG,
    defaultValue: false,
  },
] satisfies Option[];

const ROLLUP_TASKS: readonly RollupTask[] = [
  {
    name: "init",
    description: "Write a project to start from: config, contract, circuit and tests",
    argument: {
      name: "folder",
      description: "Folder of the project; created if missing",
      defaultValue: ".",
    },
    options: [
      {
        name: "force",
        description: "Replace files that differ without a question",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
    ],
    action: () => import("./init.ts"),
  },
  {
    name: "circuits",
    description: "Print the constraints of the rollup's circuits, per kind of block and per slot",
    options: [preset],
    action: () => import("./circuits.ts"),
  },
  {
    name: "deploy",
    description: "Deploy the rollup and its verifier, and record their addresses",
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
        description:
          "Account that lists tokens and sets validators (default: the timelock or the deployer)",
      },
      {
        name: "guardian",
        description: "Account that may pause deposits besides the governor (default: none)",
      },
      {
        name: "validatorManager",
        description:
          "Account that may set validators at once, besides the governor (default: none)",
      },
      {
        name: "standbyValidator",
        description:
          "Addresses, separated by commas, that are validators besides the deployer, to take over " +
          "with rollup:operator if the deployer is lost",
      },
      {
        name: "requestFee",
        description: "Fee in wei of a deposit or full exit on L1, against spam (default: 0)",
      },
      {
        name: "requestFeeRecipient",
        description: "Account that gets these fees (default: the governor)",
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
    description: "Start an L1 node with a rollup, its operator and two test tokens",
    options: [
      preset,
      prover,
      {
        name: "hostname",
        description: "Address to listen on (default: 127.0.0.1, in Docker 0.0.0.0)",
      },
      {
        name: "port",
        description: "Port of the JSON-RPC server",
        type: ArgumentType.INT,
        defaultValue: 8545,
      },
      {
        name: "fees",
        description:
          "Ask for fees, as `rollup.node.fees` of the config says (default: all is free)",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      pagesPort,
      {
        name: "load",
        description: "Continue the devnet in this file, which --dump or --state has written",
      },
      {
        name: "dump",
        description: "Keep the devnet in this file when it ends, by Ctrl-C or SIGTERM",
      },
      {
        name: "state",
        description: "Both: continue the devnet in this file if there is one, and keep it there",
      },
    ],
    action: () => import("./devnet.ts"),
  },
  {
    name: "explorer",
    description: "Serve the pages of explorer and wallet for a node of any rollup",
    options: [
      { name: "rpc", description: "URL of the node (default: that of the chosen network)" },
      {
        name: "rollup",
        description:
          "Address of the contract that you trust; the pages refuse a node of another one, and " +
          "without it the wallet signs on local chains only",
      },
      { name: "l1", description: "URL of an RPC node of L1 (default: the node's passage to it)" },
      { name: "l1Explorer", description: "URL of a block explorer of L1, for links to it" },
      { name: "hostname", description: "Address to listen on (default: 127.0.0.1)" },
      {
        name: "port",
        description: "Port of the pages; 0 for any free one",
        type: ArgumentType.INT,
        defaultValue: PAGES_PORT,
      },
      {
        name: "output",
        description:
          "Only write the pages with their config.json into this new folder, for a server of static files",
      },
    ],
    action: () => import("./explorer.ts"),
  },
  {
    name: "operator",
    description: "Operate a deployed rollup on an external L1, from its data there",
    options: [
      preset,
      prover,
      ...restoreOptions,
      { name: "hostname", description: "Address to listen on (default: 127.0.0.1)" },
      {
        name: "port",
        description: "Port of the JSON-RPC server",
        type: ArgumentType.INT,
        defaultValue: 8546,
      },
      {
        name: "adminPort",
        description:
          "Port with the operator's own methods, /metrics and the reasons of /ready (-1: none)",
        type: ArgumentType.INT,
        defaultValue: -1,
      },
      {
        name: "adminHostname",
        description:
          "Address of the admin port, for those who may do anything (default: 127.0.0.1)",
      },
      {
        name: "jsonLogs",
        description: "Write each entry of the log as a line of JSON",
        type: ArgumentType.FLAG,
        defaultValue: false,
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
        description: `Methods of L1 that clients may call: ${L1_METHOD_SETS.join(", ")}`,
        type: ArgumentType.STRING,
        defaultValue: "wallet",
      },
      {
        name: "rateLimit",
        description: "Units of work a second for each client address; 0 for no limit",
        type: ArgumentType.INT,
        defaultValue: DEFAULT_UNITS_PER_SECOND,
      },
      queue,
      store,
    ],
    action: () => import("./operator.ts"),
  },
  {
    name: "prover",
    description: "Prove jobs of a queue of blocks, or export the keys for that",
    options: [
      preset,
      prover,
      queue,
      { name: "name", description: "Name in the operator's log (default: machine and process)" },
      {
        name: "concurrency",
        description: "Jobs at a time; each takes the memory of its circuit",
        type: ArgumentType.INT,
        defaultValue: 1,
      },
      {
        name: "output",
        description: "Only write the keys for workers without Hardhat into this folder",
      },
    ],
    action: () => import("./prover.ts"),
  },
  {
    name: "bench",
    description: "Measure speed, beside circomlibjs and snarkjs in the same run",
    values: {
      name: "suites",
      description: `Suites: ${BENCH_SUITES.join(", ")}; from setup on they take minutes`,
      defaultValue: ["crypto", "constraints", "l1"],
    },
    options: [
      preset,
      prover,
      {
        name: "rounds",
        description: "Suite crypto: measurements of each library, the best of which counts",
        type: ArgumentType.INT,
        defaultValue: BENCH_ROUNDS.default,
      },
      {
        name: "power",
        description: "Suites setup, prover and browser: measure 2^power constraints",
        type: ArgumentType.INT,
        defaultValue: BENCH_POWERS.default,
      },
      {
        name: "external",
        description: 'Suite prover: also measure "PROGRAM {zkey} {wtns} {proof} {public}"',
      },
      {
        name: "kind",
        description:
          "Suites constraints, compile and blocks: kinds of blocks, such as 64-main-6,64-wide-6",
      },
      {
        name: "slots",
        description:
          "Suites constraints, compile and blocks: kinds of main tokens with these slots, such as " +
          "16,64, and the fewest levels of the preset's (default: the preset's kinds for " +
          "constraints, else its fewest slots, twice and four times that)",
      },
      {
        name: "chart",
        description: "Suite blocks: write a chart of the growth with the slots, an SVG file",
      },
      ...Object.entries({
        accounts: "Suites sequencer and state: number of accounts",
        rate: "Suites sequencer and state: offered transfers per second",
        seconds: "Suites sequencer and state (there at most 5): duration in seconds",
      }).map(([name, description]) => ({
        name,
        description,
        type: ArgumentType.INT as const,
        defaultValue: BENCH_LOAD[name as keyof typeof BENCH_LOAD].default,
      })),
      {
        name: "threads",
        description:
          "Suites sequencer and state: threads for signatures and hashes (default: one per core)",
        type: ArgumentType.INT,
        defaultValue: -1,
      },
      {
        name: "store",
        description:
          "Suite sequencer: also measure operators that keep what they accept here: sqlite, " +
          "postgres://…, or both with a comma between them",
      },
      {
        name: "workers",
        description: "Suite farm: workers that are compared with one",
        type: ArgumentType.INT,
        defaultValue: BENCH_WORKERS.default,
      },
      {
        name: "queue",
        description: "Suite farm: also measure a queue in this database, postgres://…",
      },
    ],
    action: () => import("./bench.ts"),
  },
  {
    name: "restore",
    description: "Restore the rollup's state from L1 alone, comparing every state root",
    options: restoreOptions,
    action: () => import("./restore.ts"),
  },
  {
    name: "backup",
    description:
      "Copy the store of a node into a file or a database, also while it runs, and check the copy",
    options: [
      {
        name: "output",
        description:
          "File for the copy, which must not exist, or postgres://… of an empty database",
      },
      store,
      ...placeOptions,
    ],
    action: () => import("./backup.ts"),
  },
  {
    name: "doctor",
    description: "Check a node's store, L1, keys, clock and disk, also while the node runs",
    options: [preset, prover, store, ...placeOptions],
    action: () => import("./doctor.ts"),
  },
  {
    name: "revert",
    description: "Revert blocks of the rollup on L1 that are committed and not executed",
    options: [
      {
        name: "fromBlock",
        description:
          "Number of the first block of the rollup to revert; all later ones are reverted too",
        type: ArgumentType.INT,
        defaultValue: 0,
      },
      {
        name: "rollup",
        description:
          "Address of the contract (default: from the operator, or else from the deployment's file)",
      },
      {
        name: "breakPromises",
        description: "Revert although the config's node signs promises, which may cost its bond",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
    ],
    action: () => import("./revert.ts"),
  },
  {
    name: "bond",
    description: "Show the bond of the operator's promises; or deploy, fund or withdraw it",
    options: [
      {
        name: "bond",
        description: "Address of the bond (default: rollup.node.promises.bond)",
      },
      {
        name: "deploy",
        description: "Deploy a bond about the rollup, owned by the network's first account",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "rollup",
        description:
          "With --deploy: address of the rollup (default: from the operator, or else from the " +
          "deployment's file)",
      },
      {
        name: "signer",
        description: "With --deploy: address of the key that signs promises",
      },
      {
        name: "penalty",
        description: "With --deploy: price of a broken promise, in ETH",
      },
      {
        name: "delayDays",
        description: "With --deploy: days from the announcement of a withdrawal to it, 7 or more",
        type: ArgumentType.INT,
        defaultValue: 7,
      },
      {
        name: "fund",
        description: "Amount of ETH to pay into it, also with --deploy",
      },
      {
        name: "announce",
        description: "Announce that it will be withdrawn",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "cancel",
        description: "Cancel the announced withdrawal",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "withdraw",
        description: "Withdraw all of it, after the announcement and the delay",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
    ],
    action: () => import("./bond.ts"),
  },
  {
    name: "claim",
    description: "Claim the penalty of an operator's promise, if L1 shows that it is broken",
    argument: {
      name: "promise",
      description: "File with the promise, as promiseToJson of the SDK or the API writes it",
      defaultValue: "",
    },
    options: [deploymentBlock],
    action: () => import("./claim.ts"),
  },
  {
    name: "exit",
    description:
      "Exit: move an account's money out of a rollup whose operator has stopped, from L1 alone",
    options: [
      {
        name: "account",
        description: "Owner's L1 address, for all its accounts, or the id of one account",
      },
      {
        name: "token",
        description: "Token: ETH, or the symbol, address or id of a token",
        type: ArgumentType.STRING,
        defaultValue: "ETH",
      },
      {
        name: "request",
        description: "If the operator still runs, request a full exit on L1 instead",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      {
        name: "withoutProof",
        description: "Claim by paths, which need no proving key, for up to 1.6 million gas",
        type: ArgumentType.FLAG,
        defaultValue: false,
      },
      prover,
      ...restoreOptions,
    ],
    action: () => import("./exit.ts"),
  },
  {
    name: "multisig",
    description: "Create and use an account with several signers, step by step, one process each",
    argument: {
      name: "step",
      description: "keygen, propose, sign or submit",
      defaultValue: "",
    },
    options: multisigOptions,
    action: () => import("./multisig.ts"),
  },
];

/** Adds options to a task of circuits, whose action reads them. */
function withOptions(id: string | string[], options: readonly Option[]): TaskDefinition {
  return options
    .reduce(
      (builder, option) => builder.addOption({ ...OPTIONAL_STRING, ...option }),
      overrideTask(id),
    )
    .setAction(() => import("./pass-on.ts"))
    .build();
}

/** Tasks of the rollup, and its options of the tasks of circuits. */
export const tasks: TaskDefinition[] = [
  withOptions("build", [preset, prover]),
  ...["compile", "setup", "verifier", "profile"]
    .flatMap(taskIds)
    .map((id) => withOptions(id, [rollupPreset])),
  ...toTasks(ROLLUP_TASKS),
];
