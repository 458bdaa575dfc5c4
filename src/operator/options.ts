/** What an operator is made of, and how it works. */
import type { BatchCrypto } from "../kernel/batch.ts";
import { L1_LIMITS, type L1Limits } from "../l1/gas.ts";
import type { ExecuteBlock } from "../l1/types.ts";
import type { Preset } from "../protocol/presets.ts";
import type { Prover } from "../prover/prover.ts";
import type { Clock } from "./clock.ts";
import type { L1Port } from "./l1-port.ts";
import type { StartingPoint } from "./ledger/ledger.ts";
import type { Logger } from "./logger.ts";
import type { Store } from "./store.ts";

/**
 * What moves blocks: `manual`, only calls of its methods; `on-demand`, also calls that wait for a
 * stage (tests, where nothing happens in the background); `interval`, the operator itself (a
 * devnet).
 */
export type OperatorMode = "manual" | "on-demand" | "interval";

export interface OperatorOptions {
  readonly mode: OperatorMode;
  /**
   * `interval`: how often L1 is read, and after how long a block is sealed that is not full, unless
   * others wait to be committed.
   */
  readonly blockTimeMs: number;
  /** Sealed blocks that may wait for L1; when there are more, transactions are refused. */
  readonly waitingBlocksMax: number;
  /** Blocks that one L1 transaction commits or executes at most, if they fit into it. */
  readonly blocksPerTransaction: number;
  /** Blocks that one L1 transaction proves at most: the more, the cheaper, but the first wait. */
  readonly proofsPerTransaction: number;
  /** What one L1 transaction may be made of: blocks are sealed and grouped within that. */
  readonly l1Limits: L1Limits;
  /** How long one call waits for a stage before it answers with what there is; not `on-demand`. */
  readonly waitLimitMs: number;
  /** `interval`: milliseconds without progress on L1 after which transactions are refused. */
  readonly stallLimitMs: number;
  /** Executed blocks that are kept in memory; more, while a reorg of L1 may need them. */
  readonly executedBlocksMax: number;
  /** Receipts that are kept of what stands in older blocks, or was rejected. */
  readonly finalReceiptsMax: number;
}

export const DEFAULT_OPTIONS: OperatorOptions = {
  mode: "on-demand",
  blockTimeMs: 1000,
  waitingBlocksMax: 256,
  blocksPerTransaction: 32,
  proofsPerTransaction: 10,
  l1Limits: L1_LIMITS,
  waitLimitMs: 20_000,
  stallLimitMs: 30 * 60 * 1000,
  executedBlocksMax: 256,
  finalReceiptsMax: 2 ** 16,
};

/** What an operator is made of. */
export interface OperatorParts {
  readonly preset: Preset;
  /** L1 owner of the fee account at genesis, uint160; the contract was deployed with the same. */
  readonly feeAccountAddress: bigint;
  readonly l1: L1Port;
  /** Stays the caller's to close. */
  readonly prover: Prover;
  /** What has been restored from L1; without it the rollup must have no blocks yet. */
  readonly start?: StartingPoint;
  /** Blocks up to the start whose payouts may not all have been made. */
  readonly unpaid?: readonly ExecuteBlock[];
  /**
   * Keeps what happens. Its ledger, if it has one, takes precedence over `start`. By default
   * nothing survives the process.
   */
  readonly store?: Store;
  /** Protocol digest in the manifest of the compiled circuits, if there are any. */
  readonly circuitsProtocolDigest?: string;
  /** Hashes and checks signatures; stays the caller's to close. By default in this thread. */
  readonly crypto?: BatchCrypto;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly options?: Partial<OperatorOptions>;
}
