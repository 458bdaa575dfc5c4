/**
 * What the operator knows: blocks, the open block, its view of L1, and the receipts of all of it.
 * No I/O and no waiting: each method happens at once and as a whole, or throws and changes nothing.
 */
import type { L1Cost, L1Limits } from "../l1/gas.ts";
import type {
  AuthorizationPlace,
  ExecuteBlock,
  L1BlockCounts,
  L1News,
  L1Progress,
  QueuedRequest,
  StoredBlock,
} from "../l1/types.ts";
import { opsError } from "../operations/errors.ts";
import { signingDomain } from "../operations/transaction.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../protocol/constants.ts";
import { accountCapacity } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { assert, isRollupError } from "../util/errors.ts";
import { halfOf } from "./budget.ts";
import {
  assertStillAuthorized,
  type ConsentContext,
  isStillAuthorized,
  verifyConsent,
} from "./consent.ts";
import { operatorError } from "./errors.ts";
import { isStillQueued, settleBlocks, withRequests } from "./follow-l1.ts";
import { type L1View, readNews, unreadL1, withoutKeyFacts } from "./l1-view.ts";
import { type BlockRecord, isExecuted, isForged, toExecuteBlock } from "./pipeline.ts";
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
  type Reopening,
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

/** Blocks whose open payouts are asked for at a time. */
export const UNPAID_MAX = 16;

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

/** How much a ledger keeps, and what its blocks must fit into. */
export interface LedgerOptions {
  readonly l1Limits: L1Limits;
  /** Executed blocks that are kept whatever L1 does; more, as long as a reorg may need them. */
  readonly executedBlocksMax: number;
  /** Receipts that are kept of transactions and requests in older blocks, and of rejected ones. */
  readonly finalReceiptsMax: number;
}

/** Everything that changes in a ledger, as values. */
interface Contents {
  /** What comes before the blocks. */
  readonly start: StartingPoint;
  /** The latest executed ones and all that are not, oldest first. */
  readonly blocks: readonly BlockRecord[];
  readonly open: OpenSlots;
  /** What was known of L1 at various times, oldest first; the last is what is known now. */
  readonly l1History: readonly L1View[];
  /** Executed blocks with payouts that may still be to be made, oldest first. */
  readonly unpaid: readonly ExecuteBlock[];
  /** What new blocks must fit into. */
  readonly limits: L1Limits;
  /** L1 time, Unix seconds, up to which no consent by CREATE2 is accepted. */
  readonly create2PausedUntil: bigint;
}

/** All parts are values, but for the book, which is a copy. */
export interface LedgerCheckpoint extends Contents {
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
  readonly #options: LedgerOptions;
  #contents: Contents;
  #receipts: ReceiptBook;
  /** Those of some blocks, which are asked for with every transaction. */
  #waiting: { readonly of: unknown; readonly blocks: readonly BlockRecord[] } | undefined;

  /** @param unpaid - Blocks up to the start with payouts that may still be to be made. */
  constructor(
    rollup: RollupIdentity,
    start: StartingPoint,
    options: LedgerOptions,
    unpaid: readonly ExecuteBlock[] = [],
  ) {
    const { state, storedBlock } = start;
    this.rollup = rollup;
    this.domain = signingDomain(rollup.chainId, BigInt(rollup.rollupAddress));
    this.#options = options;
    this.#contents = {
      start,
      blocks: [],
      open: openSlots(state, storedBlock.blockNumber + 1, storedBlock.timestamp),
      l1History: [unreadView(rollup, start)],
      unpaid,
      limits: options.l1Limits,
      create2PausedUntil: 0n,
    };
    this.#receipts = new ReceiptBook(options.finalReceiptsMax);
  }

  /** With everything accepted so far; fees of the open block are not credited yet. */
  get state(): RollupState {
    return this.#open.block.state;
  }

  /** What comes before the oldest block that is kept: executed on L1, or genesis. */
  get start(): StartingPoint {
    return this.#contents.start;
  }

  /** Sealed blocks, oldest first: all that wait, and the latest that are executed. */
  get blocks(): readonly BlockRecord[] {
    return this.#contents.blocks;
  }

  /** Sealed blocks that are not executed; blocks are executed in order. */
  get waitingBlocks(): readonly BlockRecord[] {
    const { blocks } = this;
    if (this.#waiting?.of !== blocks) {
      const lastExecuted = blocks.findLastIndex(isExecuted);
      this.#waiting = { of: blocks, blocks: blocks.slice(lastExecuted + 1) };
    }
    return this.#waiting.blocks;
  }

  /** Undefined if it is not sealed, or so old that it is not kept. */
  block(blockNumber: number): BlockRecord | undefined {
    return this.blocks[this.#indexOf(blockNumber)];
  }

  /** What is known of L1. */
  get l1(): L1View {
    return this.#contents.l1History.at(-1)!;
  }

  /** What was known of L1 at various times, latest first; the last is from before all reading. */
  get l1History(): readonly L1View[] {
    return [...this.#contents.l1History.toReversed(), unreadView(this.rollup, this.start)];
  }

  /** Executed blocks with payouts that may still be to be made, oldest first. */
  get unpaid(): readonly ExecuteBlock[] {
    return this.#contents.unpaid;
  }

  /** How many items the open block has. */
  get openCount(): number {
    return this.#open.items.length;
  }

  get #open(): OpenSlots {
    return this.#contents.open;
  }

  /** How much is kept of what is over: for whoever watches the memory. */
  get sizes(): {
    readonly blocks: number;
    readonly receipts: { readonly open: number; readonly final: number };
    readonly keyFacts: number;
    readonly unpaid: number;
  } {
    return {
      blocks: this.blocks.length,
      receipts: this.#receipts.sizes,
      keyFacts: this.l1.keyFacts.size,
      unpaid: this.unpaid.length,
    };
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
    this.#adopt(this.#place(batch));
    return batch.map(({ hash }) => this.transactionReceipt(hash)!);
  }

  /** Whether {@link accept} would give transactions slots that they do not have yet. */
  wouldAccept(batch: readonly CheckedSubmission[]): boolean {
    try {
      this.#place(batch);
      return true;
    } catch (error) {
      if (isRollupError(error)) return false;
      throw error;
    }
  }

  /** Checks transactions against the state, and gives them the next slots. */
  #place(batch: readonly CheckedSubmission[]): Sequence {
    const start = this.#sequenceFrom(this.blocks.length);
    const items: Item[] = [];
    let sequence = start;
    for (const [index, submission] of batch.entries()) {
      const item = this.#verify(submission, sequence.open.block.state);
      sequence = placeItem(sequence, item);
      items.push(index < batch.length - 1 ? { ...item, linksNext: true } : item);
    }
    return items.length === 1 ? sequence : placeBatch(start, items);
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
    const consent = verifyConsent(this.#consentContext(state), transaction, authorization);
    return { ...verified, consent };
  }

  #consentContext(state: RollupState): ConsentContext {
    const { l1, rollup } = this;
    const { create2PausedUntil } = this.#contents;
    return { state, l1, rollup, create2PausedUntil };
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
    const { state } = this.start;
    const authorizations = news.authorizations.filter((fact) => !isUsedUp(state, fact));
    const { view, requests } = readNews(since, { ...news, authorizations }, confirmed);
    const added = requests.filter(({ requestId }) => requestId >= nextRequestId);
    const first = since === this.l1 ? -1 : this.#firstBroken(view, { since, requests });
    if (first < 0) this.#append(view, added);
    else this.#rebuild(first, view, { since, requests });
    this.#receipts.forgetRequests(view.nextRequestId, nextRequestId);
    const { l1History } = this.#contents;
    const earlier = l1History.slice(0, l1History.indexOf(since) + 1);
    const older = earlier.filter(({ nextBlock }) => nextBlock < view.nextBlock);
    this.#update({ l1History: [...older, view].slice(-L1_HISTORY_MAX) });
    return added.length;
  }

  /** Gives every block the status that it has on L1. */
  takeProgress(progress: L1Progress): void {
    this.#setBlocks(settleBlocks(this.blocks, progress, this.start.storedBlock, this.domain));
  }

  /** L1 has gone back: payouts that were made may be to be made again. */
  recheckPayouts(): void {
    const numbers = new Set(this.unpaid.map(({ storedBlock }) => storedBlock.blockNumber));
    const others = this.blocks.filter(isExecuted).filter(hasPayouts).map(toExecuteBlock);
    const again = others.filter(({ storedBlock }) => !numbers.has(storedBlock.blockNumber));
    this.#update({ unpaid: [...this.unpaid, ...again] });
  }

  /** All payouts of some blocks have been made, as what is known of L1 shows. */
  settlePayouts(blockNumbers: readonly number[]): void {
    if (blockNumbers.length === 0) return;
    const isOpen = ({ storedBlock }: ExecuteBlock) =>
      !blockNumbers.includes(storedBlock.blockNumber);
    this.#update({ unpaid: this.unpaid.filter(isOpen) });
  }

  /** Seals the open block at the smallest size that fits, unless it is empty. */
  sealOpenBlock(): void {
    this.#adopt(sealOpenSlots(this.#sequenceFrom(this.blocks.length)));
  }

  /**
   * Makes sealed blocks anew that have waited so long that L1 would soon refuse their timestamp.
   * None of them may be on its way to L1.
   */
  reopenStaleBlocks(): void {
    const first = this.#firstSealed;
    const oldest = this.blocks[first];
    if (oldest === undefined) return;
    const age = this.l1.timestamp - oldest.applied.block.timestamp;
    if (age < (isForged(oldest) ? FORGED_BLOCK_AGE_MAX_SECONDS : BLOCK_AGE_MAX_SECONDS)) return;
    this.#reopen(first, this.l1);
  }

  /**
   * Makes sealed blocks anew whose time L1 has refused. None of them may be on its way to L1.
   *
   * @returns Whether they have got a later time.
   */
  reopenRefusedBlocks(): boolean {
    const oldest = this.blocks[this.#firstSealed];
    if (oldest === undefined || oldest.applied.block.timestamp >= this.l1.timestamp) return false;
    this.#reopen(this.#firstSealed, this.l1);
    return true;
  }

  /**
   * Takes transactions out of blocks that are not on L1, each with its batch, and makes the blocks
   * from there on anew. None of them may be on its way to L1.
   *
   * @param assertHolds - Throws for an item that has to go, with the reason.
   * @returns How many had to go, those included that do not hold without them.
   */
  reject(assertHolds: (item: Item) => void): number {
    const first = this.#firstSealed;
    const blocks = [...this.blocks.slice(first), this.#open];
    const holds = (item: Item) => {
      try {
        assertHolds(item);
        return true;
      } catch {
        return false;
      }
    };
    const hit = blocks.findIndex(({ items }) => !items.every(holds));
    return hit < 0 ? 0 : this.#reopen(first + hit, this.l1, { assertHolds });
  }

  /**
   * Takes out what relies on a key that can soon be replaced on L1. No block may be on its way
   * there.
   */
  rejectLapsedConsents(): number {
    const facts = [...this.l1.keyFacts.values()];
    if (facts.every(({ resetAvailableAt }) => resetAvailableAt === undefined)) return 0;
    return this.reject((item) => assertStillAuthorized(this.l1, item));
  }

  /** Accepts no consent by CREATE2 for some time. */
  pauseCreate2(seconds: bigint): void {
    this.#update({ create2PausedUntil: this.l1.timestamp + seconds });
  }

  /**
   * Makes sealed blocks anew, and none from now on with more than half of what has turned out to be
   * too much. None of them may be on its way to L1.
   *
   * @param cost - Of the oldest, which L1 has found too large.
   * @returns Whether it has become smaller.
   */
  shrinkBlocks(cost: L1Cost): boolean {
    const first = this.#firstSealed;
    const before = this.blocks[first]?.items.length ?? 0;
    if (before < 2) return false;
    this.#update({ limits: halfOf(cost) });
    this.#reopen(first, this.l1);
    return (this.blocks[first] ?? this.#open).items.length < before;
  }

  /** Lets new blocks have twice of what they may have, up to what L1 is said to take. */
  growBlocks(): void {
    const { gasMax, bytesMax } = this.#contents.limits;
    const { l1Limits } = this.#options;
    const limits = {
      gasMax: Math.min(2 * gasMax, l1Limits.gasMax),
      bytesMax: Math.min(2 * bytesMax, l1Limits.bytesMax),
    };
    this.#update({ limits });
  }

  /** Replaces blocks by what has become of them. */
  updateBlocks(updated: readonly BlockRecord[]): void {
    const blocks = [...this.blocks];
    for (const block of updated) blocks[this.#indexOf(block.applied.block.blockNumber)] = block;
    this.#setBlocks(blocks);
  }

  /**
   * Forgets what neither a reorg of L1 that can be followed nor anybody who asks needs any more:
   * executed blocks beyond those that are kept, and facts of nonces that are used up.
   */
  forgetExecuted(): void {
    const { blocks, l1History } = this.#contents;
    const last = this.progress.executed - this.#options.executedBlocksMax;
    // L1 may go back to any view, and with it what was executed since then.
    const lastForgotten = Math.min(last, l1History[0]!.confirmed);
    const count = Math.max(0, this.#indexOf(lastForgotten) + 1);
    if (count === 0) return;
    const forgotten = blocks.slice(0, count).filter(isExecuted);
    assert(forgotten.length === count, "only what is executed is forgotten");
    for (const { items } of forgotten) {
      this.#receipts.finaliseBlock(items, (number, slot) => this.#slot(number, slot));
    }
    const { applied, storedBlock } = forgotten.at(-1)!;
    const served = forgotten.reduce((sum, block) => sum + block.storedBlock.priorityRequests, 0);
    const nextRequestId = this.start.nextRequestId + served;
    const { state } = applied;
    this.#update({
      start: { state, storedBlock, nextRequestId },
      blocks: blocks.slice(count),
      l1History: withoutKeyFacts(l1History, (fact) => isUsedUp(state, fact)),
    });
  }

  /** The block before the first that is not committed, as L1 has stored it. */
  get lastStoredBlock(): StoredBlock {
    const last = this.blocks.findLast((block) => block.status !== "sealed");
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
    return { ...this.#contents, receipts: this.#receipts.copy() };
  }

  /** Goes back to exactly what was; a checkpoint can be used again. */
  restore({ receipts, ...contents }: LedgerCheckpoint): void {
    this.#contents = contents;
    this.#receipts = receipts.copy();
  }

  #update(changes: Partial<Contents>): void {
    this.#contents = { ...this.#contents, ...changes };
  }

  /** Takes over blocks of the same numbers, and notes what those that are newly executed pay. */
  #setBlocks(blocks: readonly BlockRecord[]): void {
    const executed = this.progress.executed;
    const paying = blocks.filter(isExecuted).filter(hasPayouts);
    const added = paying.filter(({ storedBlock }) => storedBlock.blockNumber > executed);
    const unpaid = [...this.unpaid, ...added.map(toExecuteBlock)];
    this.#update({ blocks, ...(added.length > 0 && { unpaid }) });
  }

  #receipt(key: ReceiptKey) {
    return this.#receipts.find(key, (blockNumber, slot) => this.#slot(blockNumber, slot));
  }

  /** What stands in a slot, and how far it has come. */
  #slot(blockNumber: number, slotIndex: number) {
    const block = this.block(blockNumber);
    if (block === undefined) {
      const { operation } = this.#open.block.slots[slotIndex]!;
      return { status: "accepted" as const, operation: operation.type };
    }
    const { status, applied } = block;
    const operation = applied.block.operations[slotIndex]!.type;
    return { status: status === "sealed" ? ("accepted" as const) : status, operation };
  }

  /** The blocks from an index on, which must all be sealed only, and the open one. */
  #sequenceFrom(index: number): Sequence {
    const { open, limits } = this.#contents;
    return { sealed: this.blocks.slice(index), open, limits };
  }

  /** Index of the first block that is not on L1, the open one included. */
  get #firstSealed(): number {
    return this.blocks.findLastIndex(({ status }) => status !== "sealed") + 1;
  }

  #lastNumber(statuses: readonly BlockRecord["status"][]): number {
    const last = this.blocks.findLast(({ status }) => statuses.includes(status));
    return (last?.applied.block ?? this.start.storedBlock).blockNumber;
  }

  #indexOf(blockNumber: number): number {
    return blockNumber - 1 - this.start.storedBlock.blockNumber;
  }

  /** Gives the open block the time of L1, and new requests the next slots. */
  #append(view: L1View, requests: readonly QueuedRequest[]): void {
    if (view.timestamp > this.#open.block.header.timestamp) {
      this.#reopen(this.blocks.length, view);
    }
    const items = requests.map((request) => ({ kind: "request" as const, request }));
    this.#adopt(items.reduce(placeItem, this.#sequenceFrom(this.blocks.length)));
  }

  /**
   * Index of the first block that is not on L1, the open one included, with what L1 has no more;
   * else -1.
   */
  #firstBroken(view: L1View, { since, requests }: Rereading): number {
    const isBroken = (item: Item) =>
      !isStillQueued(item, since.nextRequestId, requests) || !isStillAuthorized(view, item);
    return [...this.blocks, { ...this.#open, status: "sealed" as const }].findIndex(
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
    this.#reopen(first, view, { items: withRequests(items, queue) });
  }

  /**
   * Makes the blocks from an index on anew; all of them must be sealed only.
   *
   * @returns How many transactions do not hold any more.
   */
  #reopen(
    first: number,
    view: L1View,
    { items, assertHolds }: Partial<Pick<Reopening, "items" | "assertHolds">> = {},
  ): number {
    const sequence = this.#sequenceFrom(first);
    const isWaiting = this.blocks.slice(first).every(({ status }) => status === "sealed");
    assert(isWaiting, "what is on L1 stays as it is");
    const latest = this.#open.block.header.timestamp;
    const reopened = reopenSequence({
      sequence,
      timestamp: view.timestamp > latest ? view.timestamp : latest,
      items: items ?? itemsOf(sequence),
      assertHolds: (item) => {
        assertHolds?.(item);
        assertStillAuthorized(view, item);
      },
    });
    this.#update({ blocks: this.blocks.slice(0, first) });
    this.#adopt(reopened.sequence, reopened.dropped);
    return reopened.dropped.length;
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
    this.#update({ open, ...(added.length > 0 && { blocks: [...this.blocks, ...added] }) });
  }
}

function unreadView(
  { deploymentBlock }: RollupIdentity,
  { storedBlock, nextRequestId }: StartingPoint,
): L1View {
  return unreadL1(deploymentBlock, storedBlock.blockNumber, nextRequestId);
}

/** Whether there can be no ChangePubKey any more of a nonce that an owner authorises a key for. */
function isUsedUp(state: RollupState, { accountId, nonce }: AuthorizationPlace): boolean {
  return accountId >= accountCapacity(state.preset) || state.account(accountId).nonce > nonce;
}

function hasPayouts({ applied }: BlockRecord): boolean {
  return applied.payouts.length > 0;
}
