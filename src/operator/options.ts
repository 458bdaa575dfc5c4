/** What an operator is made of, and how it works. */
import type { BatchCrypto } from "../kernel/batch.ts";
import { L1_LIMITS, type L1Limits } from "../l1/gas.ts";
import type { ExecuteBlock } from "../l1/types.ts";
import { DEFAULT_BLOCK_OVERHEAD } from "../protocol/kind-costs.ts";
import type { Preset } from "../protocol/presets.ts";
import type { Prover } from "../prover/prover.ts";
import type { Clock } from "./clock.ts";
import type { FeePolicy } from "./fee-policy.ts";
import type { L1Port } from "./l1-port.ts";
import type { StartingPoint } from "./ledger/ledger.ts";
import type { SecondFactors } from "./ledger/second-factors.ts";
import type { Logger } from "./logger.ts";
import type { PromiseParts } from "./promises.ts";
import type { Store } from "./store.ts";
import type { EventListener } from "./watchers.ts";

/**
 * What moves blocks: `manual`, only calls of its methods; `on-demand`, also calls that wait for a
 * stage (tests, where nothing happens in the background); `interval`, the operator itself (a
 * devnet).
 */
export type OperatorMode = "manual" | "on-demand" | "interval";

/** How an operator works. */
export interface OperatorOptions {
  /** What moves blocks. Default `on-demand`. */
  readonly mode: OperatorMode;
  /**
   * `interval`: how often L1 is read, and after how long a block is sealed that is not full, unless
   * others wait to be committed. Milliseconds, default 1000.
   */
  readonly blockTimeMs: number;
  /** Maximum sealed blocks that wait for L1; at more, transactions are refused. Default 256. */
  readonly waitingBlocksMax: number;
  /** Maximum blocks that one L1 transaction commits or executes, if they fit. Default 32. */
  readonly blocksPerTransaction: number;
  /** Maximum blocks that one L1 transaction proves: more are cheaper and wait. Default 10. */
  readonly proofsPerTransaction: number;
  /**
   * What a block costs besides its proof, in constraints: with more, operations are sealed in fewer
   * and larger blocks. Default 200,000: its gas on L1, a constraint a gas.
   */
  readonly blockOverhead: number;
  /** Limits of one L1 transaction, for sealing and groups. Default: those of Ethereum. */
  readonly l1Limits: L1Limits;
  /**
   * Time after which a call that waits for a stage answers with what there is; not `on-demand`.
   * Milliseconds, default 20,000.
   */
  readonly waitLimitMs: number;
  /**
   * `interval`: time without progress on L1 after which transactions are refused. Milliseconds,
   * default half an hour.
   */
  readonly stallLimitMs: number;
  /**
   * Executed blocks that are kept in memory; more, while a reorg of L1 may need them. Default 256.
   */
  readonly executedBlocksMax: number;
  /** Receipts that are kept of what stands in older blocks, or was rejected. Default 65,536. */
  readonly finalReceiptsMax: number;
}

/** The defaults of {@link OperatorOptions}. */
export const DEFAULT_OPTIONS: OperatorOptions = {
  mode: "on-demand",
  blockTimeMs: 1000,
  waitingBlocksMax: 256,
  blocksPerTransaction: 32,
  proofsPerTransaction: 10,
  blockOverhead: DEFAULT_BLOCK_OVERHEAD,
  l1Limits: L1_LIMITS,
  waitLimitMs: 20_000,
  stallLimitMs: 30 * 60 * 1000,
  executedBlocksMax: 256,
  finalReceiptsMax: 2 ** 16,
};

/** What an operator is made of. */
export interface OperatorParts {
  /** Sizes of the rollup, as of its contract. */
  readonly preset: Preset;
  /** L1 owner of the fee account at genesis, uint160; the contract was deployed with the same. */
  readonly feeAccountAddress: bigint;
  /** A client of the rollup, whose signer is a validator. */
  readonly l1: L1Port;
  /** Makes the proofs of blocks; stays the caller's to close. */
  readonly prover: Prover;
  /** What has been restored from L1; without it the rollup must have no blocks yet. */
  readonly start?: StartingPoint;
  /** Blocks up to the start whose payouts may not all have been made. */
  readonly unpaid?: readonly ExecuteBlock[];
  /** Second factors of an earlier ledger of the same rollup, for a store without a ledger. */
  readonly secondFactors?: SecondFactors;
  /**
   * Keeps what happens. Its ledger, if it has one, takes precedence over `start`. By default
   * nothing survives the process.
   */
  readonly store?: Store;
  /** Protocol digest in the manifest of the compiled circuits, if there are any. */
  readonly circuitsProtocolDigest?: string;
  /** Names fees, and refuses transactions that pay too little. Default: everything is free. */
  readonly feePolicy?: FeePolicy;
  /** Signs promises about blocks. Default: nothing is promised. */
  readonly promises?: PromiseParts;
  /** Hashes and checks signatures; stays the caller's to close. By default in this thread. */
  readonly crypto?: BatchCrypto;
  /** Time and timers. Default: those of this process. */
  readonly clock?: Clock;
  /** Log sink; `console` satisfies it. Default: none. */
  readonly logger?: Logger;
  /**
   * Takes the events of the ledger from the start on, and the ledger after them; see also
   * `Operator.watch`.
   */
  readonly onEvents?: EventListener;
  /** How the operator works; each has a default. */
  readonly options?: Partial<OperatorOptions>;
}
