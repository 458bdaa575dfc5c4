import type { ConfigHooks } from "hardhat/types/hooks";
import { extendResolvedConfig, withDefaultSolc } from "../config/resolve.ts";
import { validateRollupUserConfig, validateSolcVersions } from "../config/validate.ts";

export default async (): Promise<Partial<ConfigHooks>> => ({
  extendUserConfig: async (config, next) => withDefaultSolc(await next(config)),
  validateUserConfig: validateRollupUserConfig,
  resolveUserConfig: async (userConfig, resolveVariable, next) =>
    extendResolvedConfig(userConfig, await next(userConfig, resolveVariable)),
  validateResolvedConfig: validateSolcVersions,
});
