/** The Hardhat plugin: only declarations, so that it costs nothing to load. */
import { definePlugin } from "hardhat/plugins";
import type { HardhatPlugin } from "hardhat/types/plugins";
import { tasks } from "../tasks/definitions.ts";

export type * from "./plugin/type-extensions.ts";
export type * from "./types.ts";

const plugin: HardhatPlugin = definePlugin({
  id: "hardhat-zkrollup",
  npmPackage: "hardhat-zkrollup",
  dependencies: () => [
    import("./circuits.ts"),
    import("@nomicfoundation/hardhat-ethers"),
    import("@nomicfoundation/hardhat-network-helpers"),
  ],
  hookHandlers: {
    config: () => import("./plugin/hooks/rollup-config.ts"),
    network: () => import("./plugin/hooks/network.ts"),
    solidity: () => import("./plugin/hooks/solidity.ts"),
    test: () => import("./plugin/hooks/rollup-test.ts"),
  },
  tasks,
});

export default plugin;
