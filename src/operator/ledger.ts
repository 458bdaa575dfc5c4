/**
 * What the operator knows: blocks, the open block, its view of L1, and the receipts of all of it.
 * No I/O and no waiting: each method happens at once and as a whole, or throws and changes nothing.
 */
import type { L1News, StoredBlock } from "../l1/types.ts";
import { assertSignature } from "../ops/authorization.ts";
import { type SignedTransaction, signingDomain } from "../ops/transaction.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../protocol/constants.ts";
import type { Status } from "../protocol/stages.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { verifyConsent } from "./consent.ts";
import { operatorError } from "./errors.ts";
import { type L1View, readNews, unreadL1 } from "./l1-view.ts";
import type { BlockRecord } from "./pipeline.ts";
import {
  ReceiptBook,
  type ReceiptKey,
  type RequestReceipt,
  type TransactionReceipt,
} from "./receipts.ts";
import {
  type DroppedItem,
  type OpenSlots,
  openSlots,
  placeItem,
  reopenSequence,
  sealOpenSlots,
  type Sequence,
} from "./sequence.ts";
import { transactionHash } from "./transaction-hash.ts";

/** L1 takes older blocks than this, but they still have to get there. */
const BLOCK_AGE_MAX_SECONDS = BigInt(TIMESTAMP_LAG_MAX_SECONDS / 2);

/** The rollup that a ledger is of. */
export interface RollupIdentity {
  readonly chainId: bigint;
  readonly rollupAddress: string;
  /** L1 block of its deployment. */
  readonly deploymentBlock: number;
}

/** Everything that changes in a ledger. All parts are values, but for the book, which is a copy. */
export interface LedgerCheckpoint {
  readonly blocks: readonly BlockRecord[];
  readonly open: OpenSlots;
  readonly l1: L1View;
  readonly receipts: ReceiptBook;
}

export class Ledger {
  readonly rollup: RollupIdentity;
  /** Of the rollup's signatures, see `signingDomain`. */
  readonly domain: bigint;
  readonly #genesisBlock: StoredBlock;
  #blocks: readonly BlockRecord[] = [];
  #open: OpenSlots;
  #l1: L1View;
  #receipts = new ReceiptBook();

  /** @param genesisBlock - As L1 has stored it. */
  constructor(rollup: RollupIdentity, genesis: RollupState, genesisBlock: StoredBlock) {
    this.rollup = rollup;
    this.domain = signingDomain(rollup.chainId, BigInt(rollup.rollupAddress));
    this.#genesisBlock = genesisBlock;
    this.#open = openSlots(genesis, genesisBlock.blockNumber + 1, genesisBlock.timestamp);
    this.#l1 = unreadL1(rollup.deploymentBlock);
  }

  /** With everything accepted so far; fees of the open block are not credited yet. */
  get state(): RollupState {
    return this.#open.block.state;
  }

  /** All sealed blocks; that with the number n has the index n - 1. */
  get blocks(): readonly BlockRecord[] {
    return this.#blocks;
  }

  get l1(): L1View {
    return this.#l1;
  }

  /**
   * Gives a transaction the next slot if its signature and every rule hold against the state. One
   * that has been accepted already just gets its receipt.
   *
   * @param authorization - Of a ChangePubKey: the owner's consent as L1 takes it, 0x-hex.
   */
  accept(transaction: SignedTransaction, authorization: string): TransactionReceipt {
    const hash = transactionHash(transaction, this.domain);
    const known = this.transactionReceipt(hash);
    if (known !== undefined && known.status !== "rejected") return known;
    const { tokenId } = transaction;
    if (this.#l1.tokens.every(({ id }) => id !== tokenId)) {
      throw operatorError({ code: "TOKEN_NOT_LISTED", tokenId });
    }
    assertSignature(transaction, this.domain);
    const verified = { kind: "transaction" as const, hash, transaction };
    const item =
      transaction.type === "changePubKey"
        ? { ...verified, consent: verifyConsent(this, transaction, authorization) }
        : verified;
    this.#adopt(placeItem(this.#sequenceFrom(this.#blocks.length), item));
    return this.transactionReceipt(hash)!;
  }

  /**
   * Takes what is new on L1. Requests get their slots in the order of the queue, before everything
   * that is accepted later; what is accepted keeps its place, because an answer once given holds.
   * The open block gets the time of L1, and loses what has expired by then.
   *
   * @returns How many requests were new.
   */
  takeNews(news: L1News): number {
    const { view, requests } = readNews(this.#l1, news);
    const { sequence, dropped } = this.#reopenedAt(view.timestamp);
    const items = requests.map((request) => ({ kind: "request" as const, request }));
    this.#adopt(items.reduce(placeItem, sequence), dropped);
    this.#l1 = view;
    return requests.length;
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
    const oldest = this.#blocks[first]?.applied.block.timestamp;
    if (oldest === undefined || this.#l1.timestamp - oldest < BLOCK_AGE_MAX_SECONDS) return;
    const reopened = reopenSequence(this.#sequenceFrom(first), this.#l1.timestamp);
    this.#blocks = this.#blocks.slice(0, first);
    this.#adopt(reopened.sequence, reopened.dropped);
  }

  /** Replaces blocks by what has become of them. */
  updateBlocks(updated: readonly BlockRecord[]): void {
    const blocks = [...this.#blocks];
    for (const block of updated) blocks[block.applied.block.blockNumber - 1] = block;
    this.#blocks = blocks;
  }

  /** The block before the first that is not committed, as L1 has stored it. */
  get lastStoredBlock(): StoredBlock {
    const last = this.#blocks.findLast((block) => block.status !== "sealed");
    return last?.storedBlock ?? this.#genesisBlock;
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
    return { blocks: this.#blocks, open: this.#open, l1: this.#l1, receipts };
  }

  /** Goes back to exactly what was; a checkpoint can be used again. */
  restore({ blocks, open, l1, receipts }: LedgerCheckpoint): void {
    this.#blocks = blocks;
    this.#open = open;
    this.#l1 = l1;
    this.#receipts = receipts.copy();
  }

  #receipt(key: ReceiptKey) {
    return this.#receipts.find(key, (blockNumber): Status => {
      const status = this.#blocks[blockNumber - 1]?.status ?? "sealed";
      return status === "sealed" ? "accepted" : status;
    });
  }

  /** The blocks from an index on, which must all be sealed only, and the open one. */
  #sequenceFrom(index: number): Sequence {
    return { sealed: this.#blocks.slice(index), open: this.#open };
  }

  /** The open block with a timestamp that is not before the given one. */
  #reopenedAt(timestamp: bigint) {
    const sequence = this.#sequenceFrom(this.#blocks.length);
    const isLater = timestamp > sequence.open.block.header.timestamp;
    return isLater ? reopenSequence(sequence, timestamp) : { sequence, dropped: [] };
  }

  /** Makes a sequence the end of the ledger. */
  #adopt({ sealed, open }: Sequence, dropped: readonly DroppedItem[] = []): void {
    for (const { applied, items } of sealed) {
      this.#receipts.recordBlock(applied.block.blockNumber, items);
    }
    this.#receipts.recordBlock(open.block.header.blockNumber, open.items);
    for (const item of dropped) this.#receipts.recordDropped(item);
    const added = sealed.map((slots) => ({ ...slots, status: "sealed" as const }));
    this.#blocks = [...this.#blocks, ...added];
    this.#open = open;
  }
}
