import { remove } from "@nomicfoundation/hardhat-utils/fs";
import type { CleanHooks } from "hardhat/types/hooks";

export default async (): Promise<Partial<CleanHooks>> => ({
  onClean: async ({ config }) => {
    const { cache, types } = config.rollup.paths;
    await Promise.all([remove(cache), remove(types)]);
  },
});
