/** Restores the rollup of a network connection, whatever is known of where it is. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import type { ContractRunner } from "ethers";
import { connectRollup, type RollupClient } from "../../l1/client.ts";
import { PRESET_NAMES } from "../../protocol/presets.ts";
import { createCheckpointFile } from "../../restore/checkpoint-file.ts";
import { restoreRollup, type RestoredRollup, type RestoreProgress } from "../../restore/restore.ts";
import { createRestoreSource } from "../../restore/source.ts";
import { createRpcClient } from "../../rpc/client.ts";
import { RollupProvider } from "../../sdk/provider.ts";
import { sizedPreset } from "../config/resolve.ts";
import { pluginError } from "../errors.ts";

export interface RestoreSettings {
  /** Address of the contract; looked for if it is not given. */
  readonly rollup?: string | undefined;
  /** L1 block of the rollup's deployment, or one before. */
  readonly fromBlock: number;
  /** File for checkpoints. */
  readonly output?: string | undefined;
}

export interface NetworkRestore {
  /** Connected to the first signer, if there is one. */
  readonly l1: RollupClient;
  readonly restored: RestoredRollup;
  /** Of the checkpoint. */
  readonly file: string;
}

/** @throws ROLLUP_ADDRESS_UNKNOWN, and the codes of `restoreRollup` */
export async function restoreFromNetwork(
  config: HardhatConfig,
  connection: NetworkConnection,
  settings: RestoreSettings,
  onProgress?: (progress: RestoreProgress) => void,
): Promise<NetworkRestore> {
  const { ethers } = connection;
  const { chainId } = await ethers.provider.getNetwork();
  const rollupAddress = settings.rollup ?? (await findRollup(config, connection, chainId));
  const [signer] = await ethers.getSigners();
  const runner: ContractRunner = signer ?? ethers.provider;
  const location = { rollupAddress, deploymentBlock: settings.fromBlock };
  const l1 = await connectRollup(location, runner);
  const name = `restore-${chainId}-${l1.rollupAddress.toLowerCase()}.json`;
  const file = resolve(settings.output ?? join(config.rollup.paths.cache, name));
  const restored = await restoreRollup(createRestoreSource(l1), {
    store: createCheckpointFile(file),
    presets: PRESET_NAMES.map((preset) => sizedPreset(config.rollup, preset)),
    onWarning: ({ sentence, fix }) => console.warn(`Warning: ${sentence} ${fix}`),
    ...(onProgress && { onProgress }),
  });
  return { l1, restored, file };
}

/** @throws ROLLUP_ADDRESS_UNKNOWN */
async function findRollup(
  { paths }: HardhatConfig,
  { provider, networkName }: NetworkConnection,
  chainId: bigint,
): Promise<string> {
  const file = join(paths.root, "deployments", `rollup-${chainId}.json`);
  if (existsSync(file)) {
    const { rollup } = JSON.parse(await readFile(file, "utf8")) as { rollup: string };
    return rollup;
  }
  const rpc = createRpcClient((method, params) => provider.request({ method, params }));
  try {
    return (await new RollupProvider(rpc).getConfig()).rollupAddress;
  } catch (cause) {
    const facts = { network: networkName, file };
    throw pluginError({ code: "ROLLUP_ADDRESS_UNKNOWN", ...facts }, { cause });
  }
}
