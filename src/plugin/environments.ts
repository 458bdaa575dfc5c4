/** Runtime environments by their configs: a connection knows the config, but no tasks. */
import type { HardhatConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

const environments = new WeakMap<HardhatConfig, HardhatRuntimeEnvironment>();

export function noteEnvironment(hre: HardhatRuntimeEnvironment): void {
  environments.set(hre.config, hre);
}

export function environmentOf(config: HardhatConfig): HardhatRuntimeEnvironment | undefined {
  return environments.get(config);
}
