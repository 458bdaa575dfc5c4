/** What `rollup:init` says to the user, as a task and as a command of the package's own. */
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { isCi } from "@nomicfoundation/hardhat-utils/ci";
import type { InitReport } from "./write-project.ts";

/** The packages without which the project's first command fails. */
const NEEDED = ["hardhat", "@nomicfoundation/hardhat-toolbox-mocha-ethers", "hardhat-zkrollup"];

/** Whether somebody sits at a terminal who can answer a question. */
export function canAsk(json: boolean): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && !json && !isCi();
}

/** The question before files are replaced; `y` is a yes. */
export function overwriteQuestion(files: readonly string[]): string {
  return `These files differ and would be replaced:\n  ${files.join("\n  ")}\nReplace them? (y/N)`;
}

export function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}

/** The commands that come next, in their order. */
function nextCommands({ folder }: InitReport): string[] {
  const below = relative(process.cwd(), folder);
  const path = below.startsWith("..") ? folder : below;
  const cd = path === "" ? [] : [`cd ${/\s/.test(path) ? JSON.stringify(path) : path}`];
  return [...cd, ...(isInstalled(folder) ? [] : ["npm install"]), "npx hardhat test"];
}

/** The report as text for a terminal. */
export function formatReport(report: InitReport): string {
  const { written, unchanged, refused } = report;
  if (refused.length > 0) return "Nothing is written.";
  const lines = [
    ...written.map((path) => `  wrote      ${path}`),
    ...unchanged.map((path) => `  unchanged  ${path}`),
  ];
  const next = nextCommands(report).map((command) => `  ${command}`);
  return [...lines, "", "Next:", ...next].join("\n");
}

/** The report as a value for `--json`. */
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
