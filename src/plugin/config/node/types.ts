/**
 * `rollup.node`: the node that `rollup:operator` runs. Each part has a file with its schema, its
 * types and what it resolves to.
 */
import type { ConfigurationVariableResolver } from "hardhat/types/config";
import { z } from "zod";
import { CHAIN_ID_MAX } from "../../../util/chain-ids.ts";
import { type FeesConfig, feesSchema } from "./fees.ts";
import { type L1Config, l1Schema, type L1UserConfig, resolveL1 } from "./l1.ts";
import {
  type MonitoringConfig,
  monitoringSchema,
  type MonitoringUserConfig,
  resolveMonitoring,
} from "./monitoring.ts";
import {
  type PromisesConfig,
  promisesSchema,
  type PromisesUserConfig,
  resolvePromises,
} from "./promises.ts";
import {
  type ProversConfig,
  proversSchema,
  type ProversUserConfig,
  resolveProvers,
} from "./provers.ts";
import { DEFAULT_STORE, resolveStore, type StoreConfig, storeSchema } from "./store.ts";

/** The entry `rollup.node` of a Hardhat config; everything is optional. */
export interface NodeUserConfig {
  /**
   * Where the node keeps what it has promised: `memory`, `sqlite`, `sqlite:FILE` with a path
   * relative to the project's root, or the URL of a PostgreSQL database. Default `sqlite`.
   */
  store?: string;
  /** Fees of L2 transactions, see docs/fees.md. Default: all are free. */
  fees?: FeesConfig;
  /** Log and readiness of the node. */
  monitoring?: MonitoringUserConfig;
  /** L1 nodes, key and costs of the operator, see docs/l1.md. */
  l1?: L1UserConfig;
  /** Who proves the blocks. Default: the node's own process. */
  provers?: ProversUserConfig;
  /**
   * Chain id under which Ethereum tools read L2, see docs/ethereum.md. Default: derived from L1's
   * and the contract's address.
   */
  l2ChainId?: number;
  /** Promises about blocks that the node signs, see docs/receipts.md. Default: none. */
  promises?: PromisesUserConfig;
  /** Whether the public port also has the pages of explorer and wallet. Default true. */
  pages?: boolean;
}

export interface NodeConfig {
  /** Where the node keeps what it has promised. */
  readonly store: StoreConfig;
  /** Fees of L2 transactions, if they are not free. */
  readonly fees?: FeesConfig;
  /** Log and readiness of the node. */
  readonly monitoring: MonitoringConfig;
  /** L1 nodes, key and costs of the operator. */
  readonly l1: L1Config;
  /** Who proves the blocks. */
  readonly provers: ProversConfig;
  /** Chain id under which Ethereum tools read L2, if it is not derived. */
  readonly l2ChainId?: number;
  /** Promises about blocks that the node signs, if it signs any. */
  readonly promises?: PromisesConfig;
  /** Whether the public port also has the pages of explorer and wallet. */
  readonly pages: boolean;
}

/** Schema of {@link NodeUserConfig}. */
export const nodeSchema = z
  .object({
    store: storeSchema.optional(),
    fees: feesSchema.optional(),
    monitoring: monitoringSchema.optional(),
    l1: l1Schema.optional(),
    provers: proversSchema.optional(),
    l2ChainId: z
      .number()
      .int()
      .min(1)
      .max(CHAIN_ID_MAX)
      .describe(
        "chain id under which Ethereum tools [read L2](ethereum.md), other than L1's. " +
          "Default: derived from L1's and the contract's address",
      )
      .optional(),
    promises: promisesSchema.optional(),
    pages: z
      .boolean()
      .describe(
        "whether the public port also has the [pages](guide/pages.md) of explorer and wallet. " +
          "Default `true`",
      )
      .optional(),
  })
  .strict()
  .describe("the node that `rollup:operator` runs");

/**
 * @param root - Folder of the project.
 * @param resolveVariable - Hardhat's.
 */
export function resolveNode(
  user: NodeUserConfig | undefined,
  root: string,
  resolveVariable: ConfigurationVariableResolver,
): NodeConfig {
  return {
    store: resolveStore(user?.store ?? DEFAULT_STORE, root),
    ...(user?.fees && { fees: user.fees }),
    monitoring: resolveMonitoring(user?.monitoring),
    l1: resolveL1(user?.l1 ?? {}, resolveVariable),
    provers: resolveProvers(user?.provers),
    ...(user?.l2ChainId !== undefined && { l2ChainId: user.l2ChainId }),
    ...(user?.promises && { promises: resolvePromises(user.promises, resolveVariable) }),
    pages: user?.pages ?? true,
  };
}
