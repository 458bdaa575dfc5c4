/** Accompanies test runs: their builds before, and what they leave open. */
import type { TestHooks } from "hardhat/types/hooks";
import { clearCoverage, endCoverage, saveCoverage } from "../coverage/test-run.ts";
import { noteTestEnd, noteTestStart } from "../test-runs.ts";

const handlers: Partial<TestHooks> = {
  onTestRunStart: async (context, runner, next) => {
    noteTestStart(context);
    await next(context, runner);
    await clearCoverage(context, runner);
  },
  onTestWorkerDone: async (context, runner, next) => {
    await next(context, runner);
    await saveCoverage(context, runner);
  },
  // The test run ends by itself, also with circuits that tests have left open.
  onTestRunDone: async (context, runner, next) => {
    await next(context, runner);
    await endCoverage(context, runner);
    await context.circuits.close();
    noteTestEnd(context);
  },
};

export default () => Promise.resolve(handlers);
