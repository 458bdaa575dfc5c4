/**
 * Broken circuits in a test run: they fail it, but stop no test of other circuits and of contracts.
 *
 * A test run builds first. That build reports the broken circuits and goes on, the tests that load
 * them fail, and the process ends with an error in any case.
 */
import type { HardhatConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { RollupError } from "../util/errors.ts";
import { printWarning } from "./progress.ts";

/** The part of an environment's life that decides who builds. */
interface Phase {
  /** Whether a test has created the environment, whose builds belong to that test. */
  readonly isOfTest: boolean;
  /** How many of {@link goOnWithout} are at work. */
  goingOn: number;
  /** Whether tests run now: their builds are their own. */
  isRunning: boolean;
  failure?: RollupError;
}

type Environment = Pick<HardhatRuntimeEnvironment, "config">;

const phases = new WeakMap<HardhatConfig, Phase>();

/** Hardhat's test runners set it before they build. */
function isInTestRunner(): boolean {
  return process.env["HH_TEST"] === "true";
}

export function noteTestPhase({ config }: Environment): void {
  phases.set(config, { isOfTest: isInTestRunner(), goingOn: 0, isRunning: false });
}

/** Lets builds in `work` go on without the circuits that do not compile. */
export async function goOnWithout<T>({ config }: Environment, work: () => Promise<T>): Promise<T> {
  const phase = phases.get(config);
  if (phase === undefined) return work();
  phase.goingOn++;
  try {
    return await work();
  } finally {
    phase.goingOn--;
  }
}

/**
 * Reports broken circuits if the build belongs to a test run.
 *
 * @returns Whether the build goes on, and the process fails at its end.
 */
export function failsLater({ config }: Environment, failure: RollupError): boolean {
  const phase = phases.get(config);
  if (phase === undefined) return false;
  const isOfRunner = isInTestRunner() && !phase.isOfTest && !phase.isRunning;
  if (!isOfRunner && phase.goingOn === 0) return false;
  // A run of several test runners builds several times.
  if (phase.failure?.message !== failure.message) {
    printWarning(`\n${failure.message}\nFix: ${failure.fix}\n\nThe tests run without it.\n`);
  }
  phase.failure = failure;
  process.exitCode = 1;
  return true;
}

export function noteTestStart({ config }: Environment): void {
  const phase = phases.get(config);
  if (phase !== undefined) phase.isRunning = true;
}

export function noteTestEnd(environment: Environment): void {
  const phase = phases.get(environment.config);
  if (phase === undefined) return;
  phase.isRunning = false;
  // Other test runners may follow.
  if (phase.goingOn === 0) repeatFailure(environment);
}

/** Repeats at the end of a test run why it fails. @returns Whether it fails for broken circuits. */
export function repeatFailure({ config }: Environment): boolean {
  const failure = phases.get(config)?.failure;
  if (failure === undefined) return false;
  const [summary = ""] = failure.message.split("\n");
  printWarning(`\nThe run fails, whatever the tests say: ${summary}`);
  return true;
}
