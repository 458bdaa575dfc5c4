/** Runs `hardhat` in a process of its own, like a user. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningHardhat {
  readonly process: ChildProcess;
  /** Resolves when the process ends. */
  readonly outcome: Promise<Outcome>;
  isAlive(): boolean;
  /** Everything that it has printed so far, on both streams. */
  log(): string;
  /** Resolves with the whole standard output when it matches. */
  printed(pattern: RegExp): Promise<string>;
}

/** Variables of CI, removed because Hardhat shows stack traces there, unlike at a terminal. */
const CI_VARIABLES = ["CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "BUILD_NUMBER", "RUN_ID"];

/** This process's environment as `hardhat` would find it at a terminal. */
export function terminalEnvironment(): NodeJS.ProcessEnv {
  const variables = Object.entries(process.env).filter(([name]) => !CI_VARIABLES.includes(name));
  return { ...Object.fromEntries(variables), NO_COLOR: "1", NODE_ENV: "production" };
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts `hardhat` with arguments, in this repository. */
export function startHardhat(...args: string[]): RunningHardhat {
  return startHardhatWith({}, ...args);
}

/** Like {@link startHardhat}, with more environment variables. */
export function startHardhatWith(
  variables: Readonly<Record<string, string>>,
  ...args: string[]
): RunningHardhat {
  return startHardhatIn(PACKAGE_ROOT, variables, ...args);
}

/** Like {@link startHardhatWith}, in another folder. */
export function startHardhatIn(
  folder: string,
  variables: Readonly<Record<string, string>>,
  ...args: string[]
): RunningHardhat {
  const require = createRequire(import.meta.url);
  const cli = join(dirname(require.resolve("hardhat/package.json")), "dist/src/cli.js");
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { ...terminalEnvironment(), ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let [stdout, stderr, log] = ["", "", ""];
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
    log += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
    log += data.toString();
  });
  const outcome = new Promise<Outcome>((resolve) => {
    child.on("close", (exitCode) => {
      running.delete(child);
      resolve({ exitCode, stdout, stderr });
    });
  });
  const printed = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const check = () => pattern.test(stdout) && resolve(stdout);
      child.stdout.on("data", check);
      void outcome.then(() => reject(new Error(`Never printed ${String(pattern)}: ${stderr}`)));
      check();
    });
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return { process: child, outcome, isAlive, log: () => log, printed };
}

export function runHardhat(...args: string[]): Promise<Outcome> {
  return startHardhat(...args).outcome;
}
