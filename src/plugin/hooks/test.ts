import type { TestHooks } from "hardhat/types/hooks";
import { endProverThreads } from "../prover-threads.ts";

export default async (): Promise<Partial<TestHooks>> => ({
  onTestRunDone: async (context, runner, next) => {
    await next(context, runner);
    await endProverThreads();
  },
});
