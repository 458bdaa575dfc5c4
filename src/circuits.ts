/**
 * The Hardhat plugin for circuits alone: their build, typed inputs, keys, verifiers, `hre.circuits`
 * and tasks. It needs neither ethers nor anything of the rollup.
 */
import { definePlugin } from "hardhat/plugins";
import type { HardhatPlugin } from "hardhat/types/plugins";
import { circuitOptions, circuitTasks } from "../tasks/circuit-definitions.ts";

export type * from "./plugin/circuit-extensions.ts";
export type * from "./types.ts";

const plugin: HardhatPlugin = definePlugin({
  id: "hardhat-zkrollup/circuits",
  npmPackage: "hardhat-zkrollup",
  hookHandlers: {
    config: () => import("./plugin/hooks/config.ts"),
    clean: () => import("./plugin/hooks/clean.ts"),
    hre: () => import("./plugin/hooks/hre.ts"),
    test: () => import("./plugin/hooks/test.ts"),
  },
  globalOptions: circuitOptions,
  tasks: circuitTasks,
});

export default plugin;
