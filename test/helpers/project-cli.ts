/** Runs `hardhat` in a process of its own, in the project of a test. */
import { type ChildProcess, spawn } from "node:child_process";
import { symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { type Outcome, terminalEnvironment } from "./hardhat-cli.ts";
import type { Project } from "./project.ts";

const HARDHAT = dirname(createRequire(import.meta.url).resolve("hardhat/package.json"));

/** Gives a project a config and Hardhat. @param rollup - The entry `rollup` of its config. */
export async function installHardhat(project: Project, rollup: object): Promise<void> {
  const plugin = JSON.stringify(join(PACKAGE_ROOT, "src", "index.ts"));
  const config = `import zkrollup from ${plugin};
export default { plugins: [zkrollup], rollup: ${JSON.stringify(rollup)} };
`;
  await project.write("hardhat.config.ts", config);
  await symlink(HARDHAT, join(project.root, "node_modules", "hardhat"));
}

/** Starts `hardhat` in a project. Its standard input is open. */
export function startInProject(project: Project, args: readonly string[]): ChildProcess {
  const cli = join(project.root, "node_modules", "hardhat", "dist", "src", "cli.js");
  // The test run's own HARDHAT_CONFIG is not the project's.
  const inherited = Object.entries(terminalEnvironment());
  const env = Object.fromEntries(inherited.filter(([name]) => !name.startsWith("HARDHAT")));
  return spawn(process.execPath, [cli, ...args], { cwd: project.root, env });
}

/**
 * Runs `hardhat` in a project, and answers the first question that it prints on either stream.
 *
 * @param question - Its first group is the answer.
 */
export async function answerInProject(
  project: Project,
  args: readonly string[],
  question: RegExp,
): Promise<Outcome> {
  const child = startInProject(project, args);
  const printed = { stdout: "", stderr: "" };
  const hear = (name: keyof typeof printed) => (data: Buffer) => {
    printed[name] += data.toString();
    const answer = question.exec(printed[name])?.[1];
    if (answer !== undefined && !child.stdin!.writableEnded) child.stdin!.end(`${answer}\n`);
  };
  child.stdout!.on("data", hear("stdout"));
  child.stderr!.on("data", hear("stderr"));
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exitCode, ...printed };
}

/** Runs `hardhat` in a project. @param input - Its standard input. */
export async function runInProject(
  project: Project,
  args: readonly string[],
  input = "",
): Promise<Outcome> {
  const child = startInProject(project, args);
  child.stdin!.end(input);
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { exitCode: await exit, stdout, stderr };
}
