import { remove } from "@nomicfoundation/hardhat-utils/fs";
import type { CleanHooks } from "hardhat/types/hooks";

const handlers: Partial<CleanHooks> = {
  onClean: async ({ config }) => {
    const { cache, types } = config.rollup.paths;
    await Promise.all([remove(cache), remove(types)]);
  },
};

export default () => Promise.resolve(handlers);
