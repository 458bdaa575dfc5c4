/** Writes docs/tasks.md from the definitions of the tasks. */
import {
  ArgumentType,
  type OptionDefinition,
  type PositionalArgumentDefinition,
} from "hardhat/types/arguments";
import {
  type NewTaskDefinition,
  type TaskDefinition,
  TaskDefinitionType,
} from "hardhat/types/tasks";
import { circuitTasks } from "../tasks/circuit-definitions.ts";
import { tasks } from "../tasks/definitions.ts";
import { escapeTags, markdownTable } from "../src/generate/markdown.ts";

const INTRODUCTION = [
  "Each task is run as `npx hardhat rollup:NAME` or `npx hardhat rollup NAME`, and explains itself",
  "with `--help`. The tasks up to rollup:profile are those of `hardhat-zkrollup/circuits`, too, without",
  "`--preset`. With `--json` it prints one JSON value on standard output, with large integers as",
  "0x-hex, and its progress on standard error. `--preset` and `--prover` override the [config](config.md). A failure has a code",
  "and a line on how to fix it ([errors](errors.md)), and the exit code 1.",
].join(" ");

const BUILD = [
  "`hardhat build`, and so `hardhat test` and `hardhat run`, compile circuits, make keys, and generate",
  "the verifier contracts before Solidity is compiled. `--no-circuits` skips that; `--preset` and",
  "`--prover` choose which circuits of the rollup are built. `hardhat clean` removes everything.",
].join(" ");

const OVERRIDE = TaskDefinitionType.TASK_OVERRIDE;

function isRollupTask(task: TaskDefinition): task is NewTaskDefinition {
  const { id, type } = task;
  return id.length === 1 && id[0]!.startsWith("rollup:") && type === TaskDefinitionType.NEW_TASK;
}

function commandLineName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function optionRow({ name, type, description, defaultValue }: OptionDefinition): string[] {
  const isNumber = type === ArgumentType.INT || type === ArgumentType.FLOAT;
  const value = type === ArgumentType.FLAG ? "" : isNumber ? " N" : " VALUE";
  const isSaid =
    type === ArgumentType.FLAG || defaultValue === undefined || description.includes("(default");
  const isNone = defaultValue === -1;
  const shown = isSaid || isNone ? "" : `\`${String(defaultValue)}\``;
  return [`\`${commandLineName(name)}${value}\``, escapeTags(description), shown];
}

function argumentRow(argument: PositionalArgumentDefinition): string[] {
  const { name, description, isVariadic, defaultValue } = argument;
  const values = [defaultValue ?? []].flat().map(String);
  return [`\`${name}${isVariadic ? "…" : ""}\``, description, `\`${values.join(" ")}\``];
}

function section({ id, description, options, positionalArguments }: NewTaskDefinition): string {
  const own = Object.values(options).filter(({ name }) => name !== "json");
  const rows = [...positionalArguments.map(argumentRow), ...own.map(optionRow)];
  const parts = [`## ${id[0]!}`, `${description}.`];
  if (rows.length > 0) parts.push(markdownTable(["option", "meaning", "default"], rows));
  return parts.join("\n\n");
}

/** Adds the options of the rollup to a task of circuits. */
function withOverride(task: NewTaskDefinition): NewTaskDefinition {
  const added = tasks.find(({ id, type }) => type === OVERRIDE && id[0] === task.id[0]);
  const options = added !== undefined && "options" in added ? added.options : {};
  return { ...task, options: { ...task.options, ...options } };
}

export function renderTaskDocs(): string {
  const ofCircuits = circuitTasks.filter(isRollupTask).map(withOverride);
  const ofRollup = tasks.filter(isRollupTask);
  const rollupTasks = [...ofCircuits, ...ofRollup];
  const links = rollupTasks.map(({ id }) => `[${id[0]!}](#${id[0]!.replace(":", "")})`);
  return [
    "<!-- generated from tasks/*definitions.ts; run `npm run generate` -->",
    "# Tasks",
    INTRODUCTION,
    links.join(" · "),
    ...rollupTasks.map(section),
    "## build",
    BUILD,
    "",
  ].join("\n\n");
}
