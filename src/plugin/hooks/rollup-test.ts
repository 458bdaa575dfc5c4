import type { TestHooks } from "hardhat/types/hooks";

const handlers: Partial<TestHooks> = {
  // The test run ends by itself, also with connections that tests have left open.
  onTestRunDone: async (context, runner, next) => {
    await next(context, runner);
    const { closeOpenConnections } = await import("../rollup/open-connections.ts");
    await closeOpenConnections();
  },
};

export default () => Promise.resolve(handlers);
