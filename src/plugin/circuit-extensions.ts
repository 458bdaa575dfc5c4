/** Augments Hardhat's types with those of circuits; it exports nothing of its own. */
import type { ProjectCircuits } from "./circuits/project-circuits.ts";
import type { RollupConfig, RollupUserConfig } from "./config/types.ts";
export type * from "../testing/chai-types.ts";

declare module "hardhat/types/config" {
  interface HardhatUserConfig {
    rollup?: RollupUserConfig;
  }

  interface HardhatConfig {
    readonly rollup: RollupConfig;
  }
}

declare module "hardhat/types/global-options" {
  interface GlobalOptions {
    circuitStats: boolean;
    circuitStatsJson: string | undefined;
  }
}

declare module "hardhat/types/hre" {
  interface HardhatRuntimeEnvironment {
    circuits: ProjectCircuits;
  }
}
