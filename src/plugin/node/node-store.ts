/** Opens the store of a node, as the config or a command names it. */
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { DEFAULT_OPTIONS } from "../../operator/options.ts";
import type { Logger } from "../../operator/logger.ts";
import { type DurableStore, openDurableStore } from "../../store/durable-store.ts";
import type { StoreOwner } from "../../store/identity.ts";
import { defaultStoreFile } from "../../store/location.ts";
import type { SqlTarget } from "../../store/sql/executor.ts";
import type { StoreConfig } from "../config/node/store.ts";
import { restorablePresets } from "../config/resolve.ts";

export interface NodeStoreParts {
  readonly config: HardhatConfig;
  readonly connection: NetworkConnection;
  /** Checksummed. */
  readonly rollupAddress: string;
  readonly logger?: Logger | undefined;
}

/**
 * Opens the store of a rollup's node.
 *
 * @returns Undefined if all stays in memory.
 * @throws as `openDurableStore`
 */
export async function openNodeStore(
  store: StoreConfig,
  { config, connection, rollupAddress, logger }: NodeStoreParts,
): Promise<DurableStore | undefined> {
  if (store.type === "memory") return undefined;
  const owner = await readOwner(connection, rollupAddress);
  const { finalReceiptsMax } = DEFAULT_OPTIONS;
  const presets = restorablePresets(config.rollup);
  const target = toTarget(store, config.rollup.paths.data, owner);
  const opened = await openDurableStore({
    ...{ target, owner, presets, finalReceiptsMax },
    ...(logger && { logger }),
  });
  logger?.info(`The store is ${opened.name}`);
  return opened;
}

/** Reads what a store of a rollup is of. */
export async function readOwner(
  { provider, ethers }: NetworkConnection,
  rollupAddress: string,
): Promise<StoreOwner> {
  const { chainId } = await ethers.provider.getNetwork();
  const params = ["0x0", false];
  const genesis = (await provider.request({ method: "eth_getBlockByNumber", params })) as {
    readonly hash?: string;
  } | null;
  return { rollup: { chainId, rollupAddress }, genesisHash: genesis?.hash };
}

/** Returns where a store is. @param folder - Of the project's data. */
export function toTarget(
  store: Exclude<StoreConfig, { readonly type: "memory" }>,
  folder: string,
  owner: StoreOwner,
): SqlTarget {
  if (store.type === "postgres") return store;
  return { type: "sqlite", path: store.path ?? defaultStoreFile(folder, owner) };
}
