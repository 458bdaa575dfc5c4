import type { TestHooks } from "hardhat/types/hooks";

const handlers: Partial<TestHooks> = {
  // The test run ends by itself whatever the tests have left open.
  onTestRunDone: async (context, runner, next) => {
    await next(context, runner);
    const { closeOpenConnections } = await import("../rollup/open-connections.ts");
    await closeOpenConnections();
    const { releaseProver } = await import("../../groth16/snarkjs.ts");
    await releaseProver();
  },
};

export default () => Promise.resolve(handlers);
