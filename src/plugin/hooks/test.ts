import type { TestHooks } from "hardhat/types/hooks";

export default async (): Promise<Partial<TestHooks>> => ({
  onTestRunDone: async (context, runner, next) => {
    await next(context, runner);
    const { releaseProver } = await import("../../circuits/snarkjs.ts");
    await releaseProver();
  },
});
