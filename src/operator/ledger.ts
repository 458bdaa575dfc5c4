/**
 * What the operator knows: blocks, the open block, its view of L1, and the receipts of all of it.
 * No I/O and no waiting: each method happens at once and as a whole, or throws and changes nothing.
 */
import type { L1BlockCounts, L1News, L1Progress, QueuedRequest, StoredBlock } from "../l1/types.ts";
import { opsError } from "../ops/errors.ts";
import { signingDomain } from "../ops/transaction.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../protocol/constants.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { assert } from "../util/errors.ts";
import { assertStillAuthorized, isStillAuthorized, verifyConsent } from "./consent.ts";
import { operatorError } from "./errors.ts";
import { isStillQueued, settleBlocks, withRequests } from "./follow-l1.ts";
import { type L1View, readNews, unreadL1 } from "./l1-view.ts";
import { type BlockRecord, isForged } from "./pipeline.ts";
import {
  ReceiptBook,
  type ReceiptKey,
  type RequestReceipt,
  type TransactionReceipt,
} from "./receipts.ts";
import {
  type DroppedItem,
  type Item,
  itemsOf,
  type OpenSlots,
  openSlots,
  placeBatch,
  placeItem,
  reopenSequence,
  sealOpenSlots,
  type Sequence,
  type VerifiedTransaction,
} from "./sequence.ts";
import type { CheckedSubmission } from "./submissions.ts";

/** L1 takes older blocks than this, but they still have to get there. */
const BLOCK_AGE_MAX_SECONDS = BigInt(TIMESTAMP_LAG_MAX_SECONDS / 2);
/** A block that was sent to L1 may turn up there for as long as L1 would take it. */
const FORGED_BLOCK_AGE_MAX_SECONDS = BigInt(TIMESTAMP_LAG_MAX_SECONDS);
/** How many views of L1 are kept, to go back to when L1 does; before the oldest comes the start. */
const L1_HISTORY_MAX = 64;

/** The rollup that a ledger is of. */
export interface RollupIdentity {
  readonly chainId: bigint;
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

/** Everything that changes in a ledger. All parts are values, but for the book, which is a copy. */
export interface LedgerCheckpoint {
  readonly blocks: readonly BlockRecord[];
  readonly open: OpenSlots;
  readonly l1History: readonly L1View[];
  readonly receipts: ReceiptBook;
}

/** What L1 says when it is read again from an earlier view on. */
interface Rereading {
  readonly since: L1View;
  /** Those that were not known then. */
  readonly requests: readonly QueuedRequest[];
}

export class Ledger {
  readonly rollup: RollupIdentity;
  /** Of the rollup's signatures, see `signingDomain`. */
  readonly domain: bigint;
  readonly start: StartingPoint;
  #blocks: readonly BlockRecord[] = [];
  /** Those of some blocks, which are asked for with every transaction. */
  #waiting: { readonly of: unknown; readonly blocks: readonly BlockRecord[] } | undefined;
  #open: OpenSlots;
  /** What was known of L1 at various times, oldest first; the last is what is known now. */
  #l1History: readonly L1View[];
  #receipts = new ReceiptBook();

  constructor(rollup: RollupIdentity, start: StartingPoint) {
    const { state, storedBlock, nextRequestId } = start;
    this.rollup = rollup;
    this.domain = signingDomain(rollup.chainId, BigInt(rollup.rollupAddress));
    this.start = start;
    this.#open = openSlots(state, storedBlock.blockNumber + 1, storedBlock.timestamp);
    this.#l1History = [unreadL1(rollup.deploymentBlock, storedBlock.blockNumber, nextRequestId)];
  }

  /** With everything accepted so far; fees of the open block are not credited yet. */
  get state(): RollupState {
    return this.#open.block.state;
  }

  /** All sealed blocks since the start, oldest first. */
  get blocks(): readonly BlockRecord[] {
    return this.#blocks;
  }

  /** Sealed blocks that are not executed; blocks are executed in order. */
  get waitingBlocks(): readonly BlockRecord[] {
    if (this.#waiting?.of !== this.#blocks) {
      const lastExecuted = this.#blocks.findLastIndex(({ status }) => status === "executed");
      this.#waiting = { of: this.#blocks, blocks: this.#blocks.slice(lastExecuted + 1) };
    }
    return this.#waiting.blocks;
  }

  /** Undefined if it is not sealed, or from before the start. */
  block(blockNumber: number): BlockRecord | undefined {
    return this.#blocks[this.#indexOf(blockNumber)];
  }

  /** What is known of L1. */
  get l1(): L1View {
    return this.#l1History.at(-1)!;
  }

  /** What was known of L1 at various times, latest first; the last is from before all reading. */
  get l1History(): readonly L1View[] {
    const { storedBlock, nextRequestId } = this.start;
    const unread = unreadL1(this.rollup.deploymentBlock, storedBlock.blockNumber, nextRequestId);
    return [...this.#l1History.toReversed(), unread];
  }

  /**
   * Gives transactions the next slots if all signatures and every rule hold against the state.
   * Those that have been accepted already just get their receipts.
   *
   * @param batch - In the order in which they are applied.
   */
  accept(batch: readonly CheckedSubmission[]): TransactionReceipt[] {
    const known = batch.map(({ hash }) => this.transactionReceipt(hash));
    if (known.every((receipt) => receipt !== undefined && receipt.status !== "rejected")) {
      return known as TransactionReceipt[];
    }
    const start = this.#sequenceFrom(this.#blocks.length);
    const items: Item[] = [];
    let sequence = start;
    for (const [index, submission] of batch.entries()) {
      const item = this.#verify(submission, sequence.open.block.state);
      sequence = placeItem(sequence, item);
      items.push(index < batch.length - 1 ? { ...item, linksNext: true } : item);
    }
    this.#adopt(items.length === 1 ? sequence : placeBatch(start, items));
    return batch.map(({ hash }) => this.transactionReceipt(hash)!);
  }

  /** Checks all that does not depend on the place in a block. */
  #verify(submission: CheckedSubmission, state: RollupState): VerifiedTransaction {
    const { transaction, authorization, hash, isSigned } = submission;
    const { tokenId, accountId } = transaction;
    // Tokens are numbered without gaps.
    if (this.l1.tokens[tokenId] === undefined) {
      throw operatorError({ code: "TOKEN_NOT_LISTED", tokenId });
    }
    if (!isSigned()) throw opsError({ code: "SIGNATURE_INVALID", accountId });
    const verified = { kind: "transaction" as const, hash, transaction };
    if (transaction.type !== "changePubKey") return verified;
    const { l1, rollup } = this;
    const consent = verifyConsent({ state, l1, rollup }, transaction, authorization);
    return { ...verified, consent };
  }

  /**
   * Takes what is new on L1. Requests get their slots in the order of the queue, before everything
   * that is accepted later; what is accepted keeps its place, because an answer once given holds.
   * The open block gets the time of L1, and loses what has expired by then.
   *
   * @param confirmed - See {@link L1View}; by default no more than is known already.
   * @param since - The view of L1 that the news continue. If it is an earlier one, L1 has gone back
   * to it: what was known since then holds only as far as the news say so again.
   * @returns How many requests were new.
   */
  takeNews(news: L1News, since: L1View = this.l1, confirmed = since.confirmed): number {
    const { nextRequestId } = this.l1;
    const { view, requests } = readNews(since, news, confirmed);
    const added = requests.filter(({ requestId }) => requestId >= nextRequestId);
    const first = since === this.l1 ? -1 : this.#firstBroken(view, { since, requests });
    if (first < 0) this.#append(view, added);
    else this.#rebuild(first, view, { since, requests });
    this.#receipts.forgetRequests(view.nextRequestId, nextRequestId);
    const earlier = this.#l1History.slice(0, this.#l1History.indexOf(since) + 1);
    const older = earlier.filter(({ nextBlock }) => nextBlock < view.nextBlock);
    this.#l1History = [...older, view].slice(-L1_HISTORY_MAX);
    return added.length;
  }

  /** Gives every block the status that it has on L1. */
  takeProgress(progress: L1Progress): void {
    this.#blocks = settleBlocks(this.#blocks, progress, this.start.storedBlock, this.domain);
  }

  /** Seals the open block at the smallest size that fits, unless it is empty. */
  sealOpenBlock(): void {
    this.#adopt(sealOpenSlots(this.#sequenceFrom(this.#blocks.length)));
  }

  /**
   * Makes sealed blocks anew that have waited so long that L1 would soon refuse their timestamp.
   * None of them may be on its way to L1.
   */
  reopenStaleBlocks(): void {
    const first = this.#blocks.findIndex(({ status }) => status === "sealed");
    const oldest = this.#blocks[first];
    if (oldest === undefined) return;
    const age = this.l1.timestamp - oldest.applied.block.timestamp;
    if (age < (isForged(oldest) ? FORGED_BLOCK_AGE_MAX_SECONDS : BLOCK_AGE_MAX_SECONDS)) return;
    this.#reopen(first, this.l1);
  }

  /** Replaces blocks by what has become of them. */
  updateBlocks(updated: readonly BlockRecord[]): void {
    const blocks = [...this.#blocks];
    for (const block of updated) blocks[this.#indexOf(block.applied.block.blockNumber)] = block;
    this.#blocks = blocks;
  }

  /** The block before the first that is not committed, as L1 has stored it. */
  get lastStoredBlock(): StoredBlock {
    const last = this.#blocks.findLast((block) => block.status !== "sealed");
    return last?.storedBlock ?? this.start.storedBlock;
  }

  /** Number of the last block that is committed, proven, executed, as far as is known. */
  get progress(): L1BlockCounts {
    return {
      committed: this.lastStoredBlock.blockNumber,
      proven: this.#lastNumber(["proven", "executed"]),
      executed: this.#lastNumber(["executed"]),
    };
  }

  /** Undefined if no such transaction was ever accepted. */
  transactionReceipt(hash: string): TransactionReceipt | undefined {
    return this.#receipt(hash) as TransactionReceipt | undefined;
  }

  /** Undefined if no such request has been seen on L1. */
  requestReceipt(requestId: number): RequestReceipt | undefined {
    return this.#receipt(requestId) as RequestReceipt | undefined;
  }

  /** A reference to everything; only the receipts are copied. */
  checkpoint(): LedgerCheckpoint {
    const receipts = this.#receipts.copy();
    return { blocks: this.#blocks, open: this.#open, l1History: this.#l1History, receipts };
  }

  /** Goes back to exactly what was; a checkpoint can be used again. */
  restore({ blocks, open, l1History, receipts }: LedgerCheckpoint): void {
    this.#blocks = blocks;
    this.#open = open;
    this.#l1History = l1History;
    this.#receipts = receipts.copy();
  }

  #receipt(key: ReceiptKey) {
    return this.#receipts.find(key, (blockNumber, slotIndex) => {
      const block = this.block(blockNumber);
      if (block === undefined) {
        const { operation } = this.#open.block.slots[slotIndex]!;
        return { status: "accepted", operation: operation.type };
      }
      const { status, applied } = block;
      const operation = applied.block.operations[slotIndex]!.type;
      return { status: status === "sealed" ? "accepted" : status, operation };
    });
  }

  /** The blocks from an index on, which must all be sealed only, and the open one. */
  #sequenceFrom(index: number): Sequence {
    return { sealed: this.#blocks.slice(index), open: this.#open };
  }

  #lastNumber(statuses: readonly BlockRecord["status"][]): number {
    const last = this.#blocks.findLast(({ status }) => statuses.includes(status));
    return (last?.applied.block ?? this.start.storedBlock).blockNumber;
  }

  #indexOf(blockNumber: number): number {
    return blockNumber - 1 - this.start.storedBlock.blockNumber;
  }

  /** Gives the open block the time of L1, and new requests the next slots. */
  #append(view: L1View, requests: readonly QueuedRequest[]): void {
    if (view.timestamp > this.#open.block.header.timestamp) {
      this.#reopen(this.#blocks.length, view);
    }
    const items = requests.map((request) => ({ kind: "request" as const, request }));
    this.#adopt(items.reduce(placeItem, this.#sequenceFrom(this.#blocks.length)));
  }

  /**
   * Index of the first block that is not on L1, the open one included, with what L1 has no more;
   * else -1.
   */
  #firstBroken(view: L1View, { since, requests }: Rereading): number {
    const isBroken = (item: Item) =>
      !isStillQueued(item, since.nextRequestId, requests) || !isStillAuthorized(view, item);
    return [...this.#blocks, { ...this.#open, status: "sealed" as const }].findIndex(
      ({ status, items }) => status === "sealed" && items.some(isBroken),
    );
  }

  /** Makes the blocks from an index on anew, with the requests that L1 has now. */
  #rebuild(first: number, view: L1View, { since, requests }: Rereading): void {
    const items = itemsOf(this.#sequenceFrom(first));
    const held = items.flatMap((item) => (item.kind === "request" ? [item.request] : []));
    const firstId = held[0]?.requestId ?? this.l1.nextRequestId;
    const queue = [
      ...held.filter(({ requestId }) => requestId < since.nextRequestId),
      ...requests.filter(({ requestId }) => requestId >= firstId),
    ];
    this.#reopen(first, view, withRequests(items, queue));
  }

  /** Makes the blocks from an index on anew; all of them must be sealed only. */
  #reopen(first: number, view: L1View, items?: readonly Item[]): void {
    const sequence = this.#sequenceFrom(first);
    const isWaiting = this.#blocks.slice(first).every(({ status }) => status === "sealed");
    assert(isWaiting, "what is on L1 stays as it is");
    const latest = this.#open.block.header.timestamp;
    const reopened = reopenSequence({
      sequence,
      timestamp: view.timestamp > latest ? view.timestamp : latest,
      items: items ?? itemsOf(sequence),
      assertHolds: (item) => assertStillAuthorized(view, item),
    });
    this.#blocks = this.#blocks.slice(0, first);
    this.#adopt(reopened.sequence, reopened.dropped);
  }

  /** Makes a sequence the end of the ledger. */
  #adopt({ sealed, open }: Sequence, dropped: readonly DroppedItem[] = []): void {
    for (const { applied, items } of sealed) {
      this.#receipts.recordBlock(applied.block.blockNumber, items);
    }
    // A block that was made anew has another header, and other items perhaps.
    const isSameBlock = open.block.header === this.#open.block.header;
    const first = isSameBlock ? this.#open.items.length : 0;
    this.#receipts.recordBlock(open.block.header.blockNumber, open.items, first);
    for (const item of dropped) this.#receipts.recordDropped(item);
    const added = sealed.map((slots) => ({ ...slots, status: "sealed" as const }));
    if (added.length > 0) this.#blocks = [...this.#blocks, ...added];
    this.#open = open;
  }
}
