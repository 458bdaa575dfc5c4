/** Arguments of the tasks that open the store of a node. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import {
  isStoreName,
  resolveStore,
  STORE_FORMS,
  type StoreConfig,
} from "../src/plugin/config/node/store.ts";
import { pluginError } from "../src/plugin/errors.ts";
import type { SqlTarget } from "../src/store/sql/executor.ts";
import { connectToL1, type RestoreArguments, toRestoreSettings } from "./restore-arguments.ts";

export interface StoreArguments {
  readonly store?: string | undefined;
}

/** The store of the option, or of the config. @throws STORE_UNKNOWN */
export function toStore(
  { store }: StoreArguments,
  { config: { rollup, paths } }: Pick<HardhatRuntimeEnvironment, "config">,
): StoreConfig {
  if (store === undefined) return rollup.node.store;
  if (!isStoreName(store)) throw pluginError({ code: "STORE_UNKNOWN", forms: STORE_FORMS });
  return resolveStore(store, paths.root);
}

/**
 * Finds the store of a node. L1 is asked only if the name of the file depends on it.
 *
 * @throws STORE_UNKNOWN, STORE_IN_MEMORY, and as `locateRollup`
 */
export async function findStore(
  args: StoreArguments & Omit<RestoreArguments, "output">,
  hre: HardhatRuntimeEnvironment,
): Promise<SqlTarget> {
  const store = toStore(args, hre);
  if (store.type === "memory") throw pluginError({ code: "STORE_IN_MEMORY" });
  if (store.type === "postgres") return store;
  if (store.path !== undefined) return { type: "sqlite", path: store.path };
  const { readOwner, toTarget } = await import("../src/plugin/node/node-store.ts");
  const { locateRollup } = await import("../src/plugin/rollup/locate-rollup.ts");
  const settings = await toRestoreSettings(args);
  const connection = await connectToL1(hre);
  try {
    const { rollupAddress } = await locateRollup(hre.config, connection, settings);
    const owner = await readOwner({ config: hre.config, connection }, rollupAddress);
    return toTarget(store, hre.config.rollup.paths.data, owner);
  } finally {
    await connection.close();
  }
}
