/** Whether a project has the plugin of the rollup, or that of circuits alone. */
import type { HardhatConfig } from "hardhat/types/config";
import { PACKAGE_NAME } from "./package-root.ts";

type Plugins = Pick<HardhatConfig, "plugins">;

export function hasRollupPlugin({ plugins }: Plugins): boolean {
  return plugins.some(({ id }) => id === PACKAGE_NAME);
}

/** Returns the module that the project imports, to which its generated types are added. */
export function typesModule(config: Plugins): string {
  return hasRollupPlugin(config) ? PACKAGE_NAME : `${PACKAGE_NAME}/circuits`;
}
