import type { ConfigHooks } from "hardhat/types/hooks";
import { extendResolvedConfig, withDefaultSolc } from "../config/resolve.ts";
import { validateRollupUserConfig, validateSolcVersions } from "../config/validate.ts";

const handlers: Partial<ConfigHooks> = {
  extendUserConfig: async (config, next) => withDefaultSolc(await next(config)),
  validateUserConfig: (config) => Promise.resolve(validateRollupUserConfig(config)),
  resolveUserConfig: async (userConfig, resolveVariable, next) =>
    extendResolvedConfig(userConfig, await next(userConfig, resolveVariable), resolveVariable),
  validateResolvedConfig: (config) => Promise.resolve(validateSolcVersions(config)),
};

export default () => Promise.resolve(handlers);
