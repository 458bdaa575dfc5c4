/**
 * Coverage of circuits in a test run, beside Hardhat's of contracts: `hardhat test --coverage`.
 *
 * Tests only note the inputs of circuits. Each process stores them at its end, as Hardhat stores
 * what contracts have run; the process that started the tests evaluates them when all have ended.
 */
import { join } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { printWarning } from "../progress.ts";
import type { InputLog } from "./input-log.ts";

/** The coverage of one runtime environment. */
interface CoverageRun {
  readonly log: InputLog;
  /** Runners that have ended. */
  readonly runners: Set<string>;
  /** Whether one report of several test runners follows. */
  isJoined: boolean;
}

export type CoverageEnvironment = Pick<HardhatRuntimeEnvironment, "config" | "globalOptions">;

/** Tests in Solidity compute no witness, so that they alone say nothing about circuits. */
const SOLIDITY_RUNNER = "solidity";

const runs = new WeakMap<HardhatConfig, CoverageRun>();

/** Starts to note the inputs of circuits, if the run is one with coverage. */
export async function startCoverage({ config, globalOptions }: CoverageEnvironment): Promise<void> {
  if (!globalOptions.coverage) return;
  const { createInputLog } = await import("./input-log.ts");
  const { createScope } = await import("./scope.ts");
  const { watchWitnesses } = await import("../../circom/witness-watch.ts");
  const log = createInputLog(createScope(config).isCovered);
  watchWitnesses(log.watch);
  runs.set(config, { log, runners: new Set(), isJoined: false });
}

/** Forgets what an earlier run has left. */
export async function clearCoverage({ config }: CoverageEnvironment, runner: string) {
  await unlessItFails(config, async ({ log }) => {
    const { removeInputs } = await import("./input-log.ts");
    log.clear();
    await removeInputs(dataFolder(config, runner));
  });
}

/** Stores what this process has noted. */
export async function saveCoverage({ config }: CoverageEnvironment, runner: string) {
  await unlessItFails(config, ({ log }) => log.save(dataFolder(config, runner)));
}

/** Reports the coverage of a test runner, unless several runners have one report. */
export async function endCoverage(environment: CoverageEnvironment, runner: string) {
  await unlessItFails(environment.config, async (run) => {
    run.runners.add(runner);
    if (!run.isJoined) await report(environment.config, run);
  });
}

/** Does the work of several test runners, and reports their coverage together. */
export async function withJoinedCoverage<T>(
  { config }: CoverageEnvironment,
  work: () => Promise<T>,
): Promise<T> {
  const run = runs.get(config);
  if (run === undefined) return work();
  run.isJoined = true;
  const result = await work().finally(() => (run.isJoined = false));
  await unlessItFails(config, () => report(config, run));
  return result;
}

async function report(config: HardhatConfig, { runners }: CoverageRun): Promise<void> {
  const ended = [...runners];
  runners.clear();
  if (ended.every((runner) => runner === SOLIDITY_RUNNER)) return;
  const { reportCoverage } = await import("./report.ts");
  const folders = ended.map((runner) => dataFolder(config, runner));
  await reportCoverage(config, folders, coverageFolder(config));
}

/**
 * A run whose coverage fails goes on without a report, which data of an earlier run could be part
 * of. Nor does the run fail, unless the config has a minimum: of it, nothing is known then.
 */
async function unlessItFails(
  config: HardhatConfig,
  work: (run: CoverageRun) => Promise<void>,
): Promise<void> {
  const run = runs.get(config);
  if (run === undefined) return;
  try {
    await work(run);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    printWarning(`\nThe coverage of circuits is not known: ${reason}`);
    runs.delete(config);
    if (Object.keys(config.rollup.circuits.coverage.minimum).length > 0) process.exitCode = 1;
  }
}

/** In Hardhat's folder of coverage, which `hardhat clean` removes. */
function coverageFolder({ paths }: HardhatConfig): string {
  return join(paths.root, "coverage", "circuits");
}

function dataFolder(config: HardhatConfig, runner: string): string {
  return join(coverageFolder(config), "data", runner);
}
