/** Accompanies test runs: their builds before, and what they leave open. */
import type { TestHooks } from "hardhat/types/hooks";
import { noteTestEnd, noteTestStart } from "../test-runs.ts";

const handlers: Partial<TestHooks> = {
  onTestRunStart: (context, runner, next) => {
    noteTestStart(context);
    return next(context, runner);
  },
  // The test run ends by itself, also with circuits that tests have left open.
  onTestRunDone: async (context, runner, next) => {
    await next(context, runner);
    await context.circuits.close();
    noteTestEnd(context);
  },
};

export default () => Promise.resolve(handlers);
