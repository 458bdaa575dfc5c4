/**
 * What the operator knows, as a value: blocks, the open block, its view of L1, and the receipts of
 * all of it. `reduce` makes the next ledger of an event, `queries` read it, `decisions` say which
 * event comes next.
 */
import type { L1Limits } from "../../l1/gas.ts";
import type { ExecuteBlock, L1BlockCounts, StoredBlock } from "../../l1/types.ts";
import { signingDomain } from "../../operations/transaction.ts";
import type { SealedBlock as BlockPromise } from "../../receipts/sealed-block.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import type { BlockRecord } from "./blocks.ts";
import type { KindCounts } from "./kinds.ts";
import { type L1View, unreadL1 } from "./l1-view.ts";
import { ReceiptBook } from "./receipt-book.ts";
import { NO_SECOND_FACTORS, type SecondFactors } from "./second-factors.ts";
import { type OpenSlots, openSlots, type SealingRules } from "./sequence.ts";

/** The rollup that a ledger is of. */
export interface RollupIdentity {
  readonly chainId: bigint;
  /** Checksummed. */
  readonly rollupAddress: string;
  /** L1 block of its deployment. */
  readonly deploymentBlock: number;
}

/** Where a ledger begins: at genesis, or after a block that was restored from L1. */
export interface StartingPoint {
  readonly state: RollupState;
  /** The block that leads to the state, as L1 has stored it. */
  readonly storedBlock: StoredBlock;
  /** The first request of the priority queue that no block up to that one serves. */
  readonly nextRequestId: number;
}

/** Everything that an operator knows. Keeping one is a checkpoint, and costs nothing. */
export interface Ledger extends SealingRules {
  readonly rollup: RollupIdentity;
  /** Of the rollup's signatures, see `signingDomain`. */
  readonly domain: bigint;
  /** What comes before the blocks: executed on L1, or genesis. */
  readonly start: StartingPoint;
  /** The latest executed blocks and all that are not executed, oldest first. */
  readonly blocks: readonly BlockRecord[];
  /** Blocks after the first start that have left the memory. */
  readonly forgottenKinds: KindCounts;
  /** Number of the last block that is committed, proven, executed, as far as is known. */
  readonly progress: L1BlockCounts;
  readonly open: OpenSlots;
  /** What was known of L1 at various times, oldest first; the last is what is known now. */
  readonly l1History: readonly L1View[];
  /** Executed blocks with payouts that may still be to be made, oldest first. */
  readonly unpaid: readonly ExecuteBlock[];
  /** L1 time, Unix seconds, up to which no consent by CREATE2 is accepted. */
  readonly create2PausedUntil: bigint;
  readonly receipts: ReceiptBook;
  /** What is promised about blocks in memory, ascending by their numbers. */
  readonly promises: readonly BlockPromise[];
  /** Whose Ethereum signature is asked for. */
  readonly secondFactors: SecondFactors;
}

/** What a new ledger is made of. */
export interface LedgerParts {
  readonly rollup: RollupIdentity;
  readonly start: StartingPoint;
  /** What blocks must fit into. */
  readonly l1Limits: L1Limits;
  /** What a block costs besides its proof, in constraints. */
  readonly blockOverhead: number;
  /** Receipts in memory of transactions and requests in older blocks, and of rejected ones. */
  readonly finalReceiptsMax: number;
  /** Blocks up to the start with payouts that may still be to be made. */
  readonly unpaid?: readonly ExecuteBlock[];
  /** Of an earlier ledger of the same rollup. */
  readonly secondFactors?: SecondFactors;
}

/** A ledger in which nothing has happened yet. */
export function createLedger(parts: LedgerParts): Ledger {
  const { rollup, start, l1Limits, blockOverhead, finalReceiptsMax, unpaid = [] } = parts;
  const { secondFactors = NO_SECOND_FACTORS } = parts;
  const { chainId, rollupAddress, deploymentBlock } = rollup;
  const { blockNumber, timestamp } = start.storedBlock;
  return {
    rollup: { chainId, rollupAddress, deploymentBlock },
    domain: signingDomain(chainId, BigInt(rollupAddress)),
    start,
    blocks: [],
    forgottenKinds: {},
    progress: { committed: blockNumber, proven: blockNumber, executed: blockNumber },
    open: openSlots(start.state, blockNumber + 1, timestamp),
    l1History: [unreadView(rollup, start)],
    unpaid,
    limits: l1Limits,
    blockOverhead,
    create2PausedUntil: 0n,
    receipts: ReceiptBook.empty(finalReceiptsMax),
    promises: [],
    secondFactors,
  };
}

/** What a ledger that starts there knows of L1 before it has read anything. */
export function unreadView(
  { deploymentBlock }: Pick<RollupIdentity, "deploymentBlock">,
  { storedBlock, nextRequestId }: StartingPoint,
): L1View {
  return unreadL1(deploymentBlock, storedBlock.blockNumber, nextRequestId);
}
