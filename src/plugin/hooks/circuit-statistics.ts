/** Reports after tests what they have done with circuits, if `--circuit-stats` asks for it. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { endUsage, startUsage } from "../profile/usage.ts";

type Environment = Pick<HardhatRuntimeEnvironment, "config" | "globalOptions">;

/** Runs of all test runners in one, by config: the report is made at the end. */
const wholeRuns = new WeakSet<object>();

function isWanted({ globalOptions }: Pick<Environment, "globalOptions">): boolean {
  return globalOptions.circuitStats || globalOptions.circuitStatsJson !== undefined;
}

/** Starts to record, and reports after each test runner, unless several run one after the other. */
export function recordCircuits(hre: HardhatRuntimeEnvironment): void {
  if (!isWanted(hre) || !startUsage(hre.config.rollup)) return;
  hre.hooks.registerHandlers("test", {
    onTestRunDone: async (context, runner, next) => {
      await next(context, runner);
      if (!wholeRuns.has(hre.config)) await report(hre);
    },
  });
}

/** Runs all test runners, and reports in the end. */
export async function withCircuitReport<T>(hre: Environment, run: () => Promise<T>): Promise<T> {
  if (!isWanted(hre)) return run();
  wholeRuns.add(hre.config);
  const result = await run().finally(() => wholeRuns.delete(hre.config));
  await report(hre);
  return result;
}

async function report({ config, globalOptions }: Environment): Promise<void> {
  const folder = endUsage(config.rollup);
  if (folder === undefined) return;
  const { collectUsage, formatUsage, writeUsage } = await import("../profile/usage-report.ts");
  const circuits = await collectUsage(folder);
  const { circuitStats, circuitStatsJson } = globalOptions;
  if (circuitStats) {
    const text = circuits.length === 0 ? "No test has used a circuit." : formatUsage(circuits);
    console.log(`\n${text}`);
  }
  if (circuitStatsJson === undefined) return;
  const { withPluginErrors } = await import("../plugin-errors.ts");
  await withPluginErrors("", () => writeUsage(circuits, circuitStatsJson));
}
