/** Finds and restores the rollup of a network connection. */
import { join, resolve } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import type { ContractRunner } from "ethers";
import { connectRollup, type RollupClient } from "../../l1/client.ts";
import { createCheckpointFile } from "../../restore/checkpoint-file.ts";
import { restoreRollup, type RestoredRollup, type RestoreProgress } from "../../restore/restore.ts";
import { createRestoreSource } from "../../restore/source.ts";
import { restorablePresets } from "../config/resolve.ts";
import type { L1Access } from "../node/l1-access.ts";
import { locateRollup, type LocationSettings } from "../rollup/locate-rollup.ts";

export interface RestoreSettings extends LocationSettings {
  /** Path of the checkpoint file. */
  readonly output?: string | undefined;
  /** For an operator. Default: the first signer, or only reads. */
  readonly access?: L1Access;
}

export interface NetworkRestore {
  /** Connected to the operator's account, or the first signer, if there is one. */
  readonly l1: RollupClient;
  readonly restored: RestoredRollup;
  /** Path of the checkpoint. */
  readonly file: string;
}

/** Restores it. @throws as {@link locateRollup}, and the codes of `restoreRollup` */
export async function restoreFromNetwork(
  config: HardhatConfig,
  connection: NetworkConnection,
  settings: RestoreSettings,
  onProgress?: (progress: RestoreProgress) => void,
): Promise<NetworkRestore> {
  const { ethers } = connection;
  const location = await locateRollup(config, connection, settings);
  const { access } = settings;
  const signer = access?.signer ?? (await ethers.getSigners())[0];
  const runner: ContractRunner = signer ?? ethers.provider;
  const l1 = await connectRollup(location, runner, access?.options);
  const name = `restore-${l1.chainId}-${l1.rollupAddress.toLowerCase()}.json`;
  const file = resolve(settings.output ?? join(config.rollup.paths.cache, name));
  const restored = await restoreRollup(createRestoreSource(l1), {
    store: createCheckpointFile(file),
    presets: restorablePresets(config.rollup),
    onWarning: ({ sentence, fix }) => console.warn(`Warning: ${sentence} ${fix}`),
    ...(onProgress && { onProgress }),
  });
  return { l1, restored, file };
}
