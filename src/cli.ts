#!/usr/bin/env node
/**
 * Commands that need no Hardhat config, without which Hardhat runs no task: `init` starts a project
 * in an empty folder, as `hardhat rollup:init`; `prover` proves jobs of a queue on a machine that
 * has only keys, as `hardhat rollup:prover`.
 */
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { DEFAULT_SCHEMA } from "./farm/location.ts";
import type { ProverChoice } from "./groth16/provers/prover.ts";
import { QUEUE_PLACES, QUEUE_VARIABLE } from "./plugin/config/node/provers.ts";
import { pluginError } from "./plugin/errors.ts";
import { canAsk, formatReport, isYes, overwriteQuestion, toJson } from "./plugin/init/report.ts";
import { writeProject } from "./plugin/init/write-project.ts";
import { toCodedError } from "./plugin/plugin-errors.ts";

const USAGE = `Usage: hardhat-zkrollup init [folder] [--force] [--json]
       hardhat-zkrollup prover --keys <folder> [--queue <url>] [--name <name>]
                               [--concurrency <n>] [--prover <prover>] [--schema <name>]

init writes a Hardhat project with a config, a contract, a circuit, and tests of a rollup and of the
circuit, and prints the commands to run next.

  folder         where to write it; created if missing (default: the current folder)
  --force        replace files that differ, without a question
  --json         print one JSON value and nothing else

prover proves blocks of an operator elsewhere, until Ctrl-C or SIGTERM.

  --keys         folder that hardhat rollup:prover --output has written
  --queue        database of the jobs, postgres://… (default: the variable ${QUEUE_VARIABLE},
                 which other users of the machine do not see)
  --name         name in the operator's log (default: machine and process)
  --concurrency  jobs at a time (default: 1); each takes the memory of its circuit
  --prover       kernel, snarkjs, or a command "PROGRAM {zkey} {wtns} {proof} {public}"
  --schema       schema of the queue's tables (default: ${DEFAULT_SCHEMA})

  --help         print this

All other commands are tasks of Hardhat: npx hardhat rollup --help`;

const OPTIONS = {
  force: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
  keys: { type: "string" },
  queue: { type: "string" },
  name: { type: "string" },
  concurrency: { type: "string" },
  prover: { type: "string" },
  schema: { type: "string" },
} as const;

async function ask(files: readonly string[]): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const interrupted = new Promise<string>((resolve) => {
    terminal.once("close", () => resolve("")); // Ctrl-C, which answers no question
  });
  try {
    const answer = terminal.question(`${overwriteQuestion(files)} `);
    return isYes(await Promise.race([answer, interrupted]));
  } finally {
    terminal.close();
  }
}

const isOption = (name: string): name is keyof typeof OPTIONS => Object.hasOwn(OPTIONS, name);

/** Longest name of an option that is shown: a longer one may be a value, such as a URL. */
const OPTION_NAME = /^[a-z][a-z0-9-]{0,30}$/i;

/**
 * Only names are shown: a value may be a URL with a password.
 *
 * @throws COMMAND_OPTION_INVALID
 */
function assertOptions(args: string[]): void {
  const settings = { args, options: OPTIONS, allowPositionals: true, strict: false, tokens: true };
  const known = Object.keys(OPTIONS).map((name) => `--${name}`);
  for (const token of parseArgs(settings as typeof settings & { tokens: true }).tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const option = OPTION_NAME.test(name) ? rawName : "one of the options";
    const refuse = (problem: string) =>
      pluginError({ code: "COMMAND_OPTION_INVALID", option, problem, known });
    if (!isOption(name)) throw refuse("is unknown");
    const { type } = OPTIONS[name];
    if (type === "string" && (value ?? "") === "") throw refuse("needs a value");
    if (type === "boolean" && value !== undefined) throw refuse("takes no value");
  }
}

/**
 * @throws COMMAND_UNKNOWN, COMMAND_OPTION_INVALID for any command line but those that {@link USAGE}
 * names
 */
function parse(args: string[]) {
  // Only the command is shown: a URL with a password may follow.
  const unknown = () => {
    const command = args.find((arg) => !arg.startsWith("-")) ?? "";
    return pluginError({ code: "COMMAND_UNKNOWN", command });
  };
  assertOptions(args);
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const [command, folder = ".", ...rest] = positionals;
    const isKnown = command === "init" || (command === "prover" && positionals.length === 1);
    if (values.help || (isKnown && rest.length === 0)) return { ...values, command, folder };
  } catch {
    throw unknown();
  }
  throw unknown();
}

type Arguments = ReturnType<typeof parse>;

async function init({ folder, force, json }: Arguments): Promise<void> {
  const report = await writeProject({ folder, force, confirm: canAsk(json) ? ask : undefined });
  console.log(json ? JSON.stringify(toJson(report), null, 2) : formatReport(report));
}

/** @throws OPTION_MISSING, and as `openWorkerKeys` and `runWorker` */
async function prove(args: Arguments): Promise<void> {
  const url = args.queue ?? process.env[QUEUE_VARIABLE];
  const task = "hardhat-zkrollup prover";
  if (url === undefined) {
    const [variable] = QUEUE_PLACES;
    throw pluginError({ code: "OPTION_MISSING", option: "queue", task, or: [variable] });
  }
  if (args.keys === undefined) throw pluginError({ code: "OPTION_MISSING", option: "keys", task });
  const { assertWorkerOptions, defaultWorkerName, runWorker } =
    await import("./farm/run-worker.ts");
  const { openWorkerKeys } = await import("./farm/keys.ts");
  const { name = defaultWorkerName(), prover: choice = "kernel", schema } = args;
  const concurrency = Number(args.concurrency ?? 1);
  assertWorkerOptions({ name, concurrency, prover: choice });
  const isProgram = /\s/.test(choice);
  const { keys, prover } = await openWorkerKeys(
    args.keys,
    isProgram ? { external: choice } : (choice as ProverChoice),
  );
  const { createLog } = await import("./logs/log.ts");
  const output = { write: (line: string) => void process.stdout.write(line) };
  const logger = createLog({ format: "text", output });
  logger.hide(url);
  const location = { url, ...(schema !== undefined && { schema }) };
  try {
    await runWorker({ ...location, name, concurrency, keys, prover, logger }, (worker) =>
      console.log(`The worker ${worker.name} waits for proof jobs. Stop with Ctrl-C.`),
    );
  } finally {
    await prover.close();
  }
}

async function main(args: string[]): Promise<void> {
  const parsed = parse(args);
  if (parsed.help) console.log(USAGE);
  else await (parsed.command === "init" ? init(parsed) : prove(parsed));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const coded = toCodedError("none", error);
  if (coded === undefined) throw error;
  console.error(`${coded.message}\n\nFix: ${coded.fix}`);
  process.exitCode = 1;
}
