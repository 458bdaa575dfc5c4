/** Where the store of a node is, who may use it, and how it is opened. */
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { createFileLease } from "../../lease/file-lease.ts";
import type { Held, Lease } from "../../lease/lease.ts";
import { createPostgresLease } from "../../lease/postgres-lease.ts";
import { DEFAULT_OPTIONS } from "../../operator/options.ts";
import type { Logger } from "../../operator/logger.ts";
import { type DurableStore, openDurableStore } from "../../store/durable-store.ts";
import type { StoreOwner } from "../../store/identity.ts";
import { defaultStoreFile, prepareFolder } from "../../store/location.ts";
import type { SqlTarget } from "../../store/sql/executor.ts";
import type { StoreConfig } from "../config/node/store.ts";
import { restorablePresets } from "../config/resolve.ts";
import { openL1Reader } from "./l1-access.ts";

export interface NodeStoreParts {
  readonly config: HardhatConfig;
  readonly connection: NetworkConnection;
  /** Checksummed. */
  readonly rollupAddress: string;
  readonly logger?: Logger | undefined;
}

/** A store that is not open yet. */
export interface NodeStorePlace {
  /** Who has it may open the store. */
  readonly lease: Lease;
  /** Hash of L1's block 0, 0x-hex; undefined if L1 has no such. */
  readonly genesisHash: string | undefined;
  /** Opens the store for its leader. @throws as `openDurableStore` */
  open(held: Held): Promise<DurableStore>;
}

/**
 * Finds the store of a rollup's node. Nothing of it is opened.
 *
 * @returns Undefined if all stays in memory.
 */
export async function locateNodeStore(
  store: StoreConfig,
  { config, connection, rollupAddress, logger }: NodeStoreParts,
): Promise<NodeStorePlace | undefined> {
  if (store.type === "memory") return undefined;
  const owner = await readOwner({ config, connection }, rollupAddress);
  const { finalReceiptsMax } = DEFAULT_OPTIONS;
  const presets = restorablePresets(config.rollup);
  const target = toTarget(store, config.rollup.paths.data, owner);
  if (target.type === "sqlite") await prepareFolder(target.path).catch(() => undefined);
  const open = async ({ fence }: Held) => {
    const opened = await openDurableStore({
      ...{ target, owner, presets, finalReceiptsMax, fence },
      ...(logger && { logger }),
    });
    logger?.info(`The store is ${opened.name}`);
    return opened;
  };
  return { lease: toLease(target, owner), genesisHash: owner.genesisHash, open };
}

/** In the same database, or a lock beside the file. */
function toLease(target: SqlTarget, { rollup }: StoreOwner): Lease {
  if (target.type === "sqlite") return createFileLease({ path: `${target.path}.lock` });
  const resource = `${rollup.chainId}:${rollup.rollupAddress}`;
  return createPostgresLease({ url: target.url, resource });
}

/** Reads what a store of a rollup is of, from any of L1's nodes. */
export async function readOwner(
  { config, connection }: Pick<NodeStoreParts, "config" | "connection">,
  rollupAddress: string,
): Promise<StoreOwner> {
  const isSimulated = connection.networkConfig.type !== "http";
  const l1 = isSimulated ? connection.provider : await openL1Reader(config, connection);
  const chainId = BigInt((await l1.request({ method: "eth_chainId" })) as string);
  const genesis = (await l1.request({
    method: "eth_getBlockByNumber",
    params: ["0x0", false],
  })) as { readonly hash?: string } | null;
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
