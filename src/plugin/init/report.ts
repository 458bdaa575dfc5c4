/** The messages of `rollup:init`, both as a task and as a command of the package. */
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { isCi } from "@nomicfoundation/hardhat-utils/ci";
import type { InitReport } from "./write-project.ts";

/** Packages that the project's first command needs. */
const NEEDED = ["hardhat", "@nomicfoundation/hardhat-toolbox-mocha-ethers", "hardhat-zkrollup"];

/** Returns whether a person at a terminal can answer a question. */
export function canAsk(json: boolean): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && !json && !isCi();
}

/** Returns the question before files are replaced; `y` is a yes. */
export function overwriteQuestion(files: readonly string[]): string {
  return `These files differ and would be replaced:\n  ${files.join("\n  ")}\nReplace them? (y/N)`;
}

export function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}

/** Lists the next commands, in order. */
function nextCommands({ folder }: InitReport): string[] {
  const below = relative(process.cwd(), folder);
  const path = below.startsWith("..") ? folder : below;
  const cd = path === "" ? [] : [`cd ${/\s/.test(path) ? JSON.stringify(path) : path}`];
  return [...cd, ...(isInstalled(folder) ? [] : ["npm install"]), "npx hardhat test"];
}

/** Formats the report as text for a terminal. */
export function formatReport(report: InitReport): string {
  const { written, unchanged, kept, refused } = report;
  if (refused.length > 0) return "Nothing is written.";
  const lines = [
    ...written.map((path) => `  wrote      ${path}`),
    ...unchanged.map((path) => `  unchanged  ${path}`),
    ...kept.map((path) => `  kept       ${path}: the project has its own config`),
  ];
  const next = nextCommands(report).map((command) => `  ${command}`);
  return [...lines, "", "Next:", ...next].join("\n");
}

/** Returns the report as a value for `--json`. */
export function toJson(report: InitReport) {
  return { ...report, next: nextCommands(report) };
}

function isInstalled(folder: string): boolean {
  const { resolve } = createRequire(join(folder, "package.json"));
  return NEEDED.every((name) => {
    try {
      resolve(`${name}/package.json`);
      return true;
    } catch {
      return false;
    }
  });
}
