/** Reverts blocks of a rollup on L1, without its state or its operator. */
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { connectRollup } from "../../l1/client.ts";
import { revertBlocksFrom } from "../../operator/revert.ts";
import { pluginError } from "../errors.ts";
import { locateRollup, type LocationSettings } from "../rollup/locate-rollup.ts";

export interface RevertedBlocks {
  /** Address with its checksum. */
  readonly rollup: string;
  /** Numbers of the first and the last reverted block. */
  readonly from: number;
  readonly to: number;
  /** Number of the last executed block; executed blocks are final. */
  readonly executed: number;
}

/**
 * @param fromBlockNumber - The first block of the rollup that is reverted.
 * @throws NO_SIGNER, BLOCKS_NOT_REVERTIBLE, L1_REVERTED (for example if the signer is no
 * validator), and as {@link locateRollup}
 */
export async function revertOnNetwork(
  config: HardhatConfig,
  connection: NetworkConnection,
  fromBlockNumber: number,
  settings: LocationSettings,
): Promise<RevertedBlocks> {
  const { ethers, networkName } = connection;
  const location = await locateRollup(config, connection, settings);
  const [signer] = await ethers.getSigners();
  if (signer === undefined) throw pluginError({ code: "NO_SIGNER", network: networkName });
  const l1 = await connectRollup(location, signer);
  const latest = await ethers.provider.getBlockNumber();
  const progress = await l1.readProgress(fromBlockNumber, latest);
  await revertBlocksFrom(l1, fromBlockNumber, progress);
  const { committed, executed } = progress;
  return { rollup: l1.rollupAddress, from: fromBlockNumber, to: committed, executed };
}
