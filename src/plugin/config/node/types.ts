/**
 * `rollup.node`: the node that `rollup:operator` runs. Each part has a file with its schema, its
 * types and what it resolves to.
 */
import { z } from "zod";
import { DEFAULT_STORE, resolveStore, type StoreConfig, storeSchema } from "./store.ts";

/** The entry `rollup.node` of a Hardhat config; everything is optional. */
export interface NodeUserConfig {
  /**
   * Where the node keeps what it has promised: `memory`, `sqlite`, `sqlite:<file>` with a path
   * relative to the project's root, or the URL of a PostgreSQL database. Default `sqlite`.
   */
  store?: string;
}

export interface NodeConfig {
  /** Where the node keeps what it has promised. */
  readonly store: StoreConfig;
}

/** Schema of {@link NodeUserConfig}. */
export const nodeSchema = z
  .object({ store: storeSchema.optional() })
  .strict()
  .describe("the node that `rollup:operator` runs");

/** @param root - Folder of the project. */
export function resolveNode(user: NodeUserConfig | undefined, root: string): NodeConfig {
  return { store: resolveStore(user?.store ?? DEFAULT_STORE, root) };
}
