/** Augments Hardhat's types with this plugin's; it exports nothing of its own. */
import "@nomicfoundation/hardhat-ethers";
import "@nomicfoundation/hardhat-network-helpers";
import type { ChainType, DefaultChainType } from "hardhat/types/network";
import type { ConnectionRollup } from "./rollup/types.ts";
export type * from "./circuit-extensions.ts";

declare module "hardhat/types/network" {
  interface NetworkConnection<
    // eslint-disable-next-line -- must be declared just as Hardhat declares it
    ChainTypeT extends ChainType | string = DefaultChainType,
  > {
    rollup: ConnectionRollup;
  }
}
