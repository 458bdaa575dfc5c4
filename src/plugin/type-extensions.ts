/** What this plugin adds to Hardhat's types. Only augmentations, no exports of its own. */
import type { ProjectCircuits } from "./circuits/project-circuits.ts";
import type { RollupConfig, RollupUserConfig } from "./config/types.ts";

declare module "hardhat/types/config" {
  interface HardhatUserConfig {
    rollup?: RollupUserConfig;
  }

  interface HardhatConfig {
    readonly rollup: RollupConfig;
  }
}

declare module "hardhat/types/hre" {
  interface HardhatRuntimeEnvironment {
    circuits: ProjectCircuits;
  }
}
