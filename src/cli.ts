#!/usr/bin/env node
/**
 * `npx hardhat-zkrollup init [folder]`: as `hardhat rollup:init`, but it needs no Hardhat config,
 * without which Hardhat runs no task. So it is the way to start in an empty folder.
 */
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { pluginError } from "./plugin/errors.ts";
import { canAsk, formatReport, isYes, overwriteQuestion, toJson } from "./plugin/init/report.ts";
import { writeProject } from "./plugin/init/write-project.ts";
import { toCodedError } from "./plugin/plugin-errors.ts";

const USAGE = `Usage: hardhat-zkrollup init [folder] [--force] [--json]

Writes a Hardhat project with a config, a contract, a circuit, and tests of a rollup and of the
circuit, and prints the commands to run next.

  folder    where to write it; created if missing (default: the current folder)
  --force   replace files that differ, without a question
  --json    print one JSON value and nothing else
  --help    print this

All other commands are tasks of Hardhat: npx hardhat rollup --help`;

const OPTIONS = {
  force: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
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

/** @throws COMMAND_UNKNOWN for any command line but those that {@link USAGE} names */
function parse(args: string[]) {
  try {
    const parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const { help } = parsed.values;
    const [command, folder = ".", ...rest] = parsed.positionals;
    if (help || (command === "init" && rest.length === 0)) return { ...parsed.values, folder };
  } catch (error) {
    throw pluginError({ code: "COMMAND_UNKNOWN", command: args.join(" ") }, { cause: error });
  }
  throw pluginError({ code: "COMMAND_UNKNOWN", command: args.join(" ") });
}

async function main(args: string[]): Promise<void> {
  const { folder, force, json, help } = parse(args);
  if (help) {
    console.log(USAGE);
    return;
  }
  const report = await writeProject({ folder, force, confirm: canAsk(json) ? ask : undefined });
  console.log(json ? JSON.stringify(toJson(report), null, 2) : formatReport(report));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const coded = toCodedError("none", error);
  if (coded === undefined) throw error;
  console.error(`${coded.message}\n\nFix: ${coded.fix}`);
  process.exitCode = 1;
}
