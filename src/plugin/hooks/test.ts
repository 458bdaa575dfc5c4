import type { TestHooks } from "hardhat/types/hooks";

async function endProverThreads(): Promise<void> {
  const { releaseProver } = await import("../../circuits/snarkjs.ts");
  await releaseProver();
}

const handlers: Partial<TestHooks> = {
  onTestRunDone: async (context, runner, next) => {
    await next(context, runner);
    await endProverThreads();
  },
};

export default () => Promise.resolve(handlers);
