import type { ConfigHooks } from "hardhat/types/hooks";
import { addRollupContracts } from "../config/resolve.ts";

const handlers: Partial<ConfigHooks> = {
  resolveUserConfig: async (userConfig, resolveVariable, next) =>
    addRollupContracts(userConfig, await next(userConfig, resolveVariable)),
};

export default () => Promise.resolve(handlers);
