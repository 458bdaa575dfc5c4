/** Augments Hardhat's types with this plugin's; it exports nothing. */
import "@nomicfoundation/hardhat-ethers";
import "@nomicfoundation/hardhat-network-helpers";
import type { ChainType, DefaultChainType } from "hardhat/types/network";
import type { ProjectCircuits } from "./circuits/project-circuits.ts";
import type { RollupConfig, RollupUserConfig } from "./config/types.ts";
export type * from "../testing/chai-types.ts";
import type { ConnectionRollup } from "./rollup/types.ts";

declare module "hardhat/types/config" {
  interface HardhatUserConfig {
    rollup?: RollupUserConfig;
  }

  interface HardhatConfig {
    readonly rollup: RollupConfig;
  }
}

declare module "hardhat/types/network" {
  interface NetworkConnection<
    // eslint-disable-next-line -- must be declared just as Hardhat declares it
    ChainTypeT extends ChainType | string = DefaultChainType,
  > {
    rollup: ConnectionRollup;
  }
}

declare module "hardhat/types/hre" {
  interface HardhatRuntimeEnvironment {
    circuits: ProjectCircuits;
  }
}
