/**
 * What happens to a ledger. Each event is plain data and says what has been decided or found out:
 * whatever asks L1, checks a signature or measures time is done before, and its result is in the
 * event. So the same events lead to the same ledger, whenever and wherever they are replayed.
 */
import type { L1Limits } from "../../l1/gas.ts";
import type { L1News, L1Progress, L1Transaction } from "../../l1/types.ts";
import type { SealedBlock as BlockPromise } from "../../receipts/sealed-block.ts";
import type { Prepared, TimedProof } from "./blocks.ts";
import type { Rejection } from "./rejection.ts";
import type { VerifiedTransaction } from "./sequence.ts";

/** Transactions take the next slots: a single one, or a batch that stands in one block. */
export interface BatchAccepted {
  readonly type: "batchAccepted";
  /** In the order in which they are applied. */
  readonly batch: readonly VerifiedTransaction[];
}

/**
 * L1 has been read. Requests get their slots in the order of the queue, before everything that is
 * accepted later. The open block gets the time of L1, and loses what has expired.
 */
export interface NewsTaken {
  readonly type: "newsTaken";
  readonly news: L1News;
  /**
   * The view of L1 that the news continue, by its `nextBlock`. An earlier view than the latest
   * means a reorg: what was known since then holds only as far as the news say so again.
   */
  readonly since: number;
  /** See `L1View`. */
  readonly confirmed: number;
}

/** L1 says how far blocks have come there: each block gets the status that it has on L1. */
export interface ProgressTaken {
  readonly type: "progressTaken";
  readonly progress: L1Progress;
}

/** A reorg may have dropped payouts: those of all executed blocks in memory count as open. */
export interface PayoutsRechecked {
  readonly type: "payoutsRechecked";
}

/** L1 shows that all payouts of some blocks have been made. */
export interface PayoutsSettled {
  readonly type: "payoutsSettled";
  readonly blockNumbers: readonly number[];
}

/**
 * The open block takes no more operations: they are sealed, in as many blocks as cost least. An
 * empty one stays open.
 */
export interface BlockSealed {
  readonly type: "blockSealed";
}

/** Blocks that are not on L1 are rebuilt of the same items, at the time of L1. */
export interface BlocksReopened {
  readonly type: "blocksReopened";
  readonly fromBlockNumber: number;
}

/**
 * Transactions leave blocks that are not on L1, each with its batch, and the blocks from there on
 * are rebuilt without them.
 */
export interface TransactionsRejected {
  readonly type: "transactionsRejected";
  readonly fromBlockNumber: number;
  /** By the transaction's hash. */
  readonly rejections: readonly (readonly [hash: string, rejection: Rejection])[];
}

/** Consents by CREATE2 are not accepted for some time. */
export interface Create2Paused {
  readonly type: "create2Paused";
  /** L1 time, Unix seconds. */
  readonly until: bigint;
}

/** New blocks must fit into less, after L1 has refused one for its size, or into more again. */
export interface LimitsChanged {
  readonly type: "limitsChanged";
  readonly limits: L1Limits;
}

/** Blocks are sealed with another cost of a block besides its proof, from now on. */
export interface BlockOverheadChanged {
  readonly type: "blockOverheadChanged";
  /** In constraints. */
  readonly blockOverhead: number;
}

/** What L1 is shown of some sealed blocks has been computed: from now on they may turn up there. */
export interface BlocksPrepared {
  readonly type: "blocksPrepared";
  readonly blocks: readonly Pick<Prepared, "commitment" | "parentCommitment" | "storedBlock">[];
}

/** L1 has mined the operator's transaction of some blocks. */
export interface BlocksMoved {
  readonly type: "blocksCommitted" | "blocksProven" | "blocksExecuted";
  readonly blockNumbers: readonly number[];
  readonly transaction: L1Transaction;
}

/** A proof has been made. It belongs to the block with that commitment, and to no other. */
export interface ProofMade {
  readonly type: "proofMade";
  readonly blockNumber: number;
  /** As in the stored block, bytes32, 0x-hex. */
  readonly commitment: string;
  readonly proof: TimedProof;
}

/** L1 has refused the proof of a block. */
export interface ProofRefused {
  readonly type: "proofRefused";
  readonly blockNumber: number;
}

/** Executed blocks leave the memory; of their items only the receipts stay. */
export interface BlocksForgotten {
  readonly type: "blocksForgotten";
  readonly upToBlockNumber: number;
}

/**
 * A promise about a block is about to be signed. From now on the block, if it is rebuilt, ends with
 * the same public data.
 */
export interface BlockPromised {
  readonly type: "blockPromised";
  readonly promise: BlockPromise;
}

/** Promises hold no more: a reorg has made them void, or the operator may break them. */
export interface PromisesDropped {
  readonly type: "promisesDropped";
  readonly blockNumbers: readonly number[];
  /** Transactions whose promises at acceptance are given up. */
  readonly hashes?: readonly string[];
  /** Hashes of L1 blocks that are gone, and with them all promises at acceptance on them. */
  readonly anchors?: readonly string[];
}

/** The owner of some accounts has changed what leaves them without the owner's signature. */
export interface SecondFactorChanged {
  readonly type: "secondFactorChanged";
  /** L1 address, uint160. */
  readonly owner: bigint;
  readonly tokenId: number;
  /** In a day, in the token's smallest unit; missing if everything may leave. */
  readonly limit?: bigint;
}

export type LedgerEvent =
  | BatchAccepted
  | NewsTaken
  | ProgressTaken
  | PayoutsRechecked
  | PayoutsSettled
  | BlockSealed
  | BlocksReopened
  | TransactionsRejected
  | Create2Paused
  | LimitsChanged
  | BlockOverheadChanged
  | BlocksPrepared
  | BlocksMoved
  | ProofMade
  | ProofRefused
  | BlocksForgotten
  | BlockPromised
  | PromisesDropped
  | SecondFactorChanged;
