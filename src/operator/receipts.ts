/** What the operator tells about a transaction or a request from L1, and where it keeps it. */
import type { OperationName } from "../protocol/operations.ts";
import type { TransactionType } from "../protocol/signing.ts";
import type { Status } from "../protocol/stages.ts";
import type { RollupError } from "../util/errors.ts";
import type { DroppedItem, Item } from "./sequence.ts";

/** Why an accepted transaction did not make it into a block after all. */
export interface Rejection {
  readonly code: string;
  readonly sentence: string;
  readonly fix: string;
}

interface Progress {
  readonly status: Status;
  /** Where it stands. Final once the block is committed. */
  readonly blockNumber?: number;
  readonly slotIndex?: number;
  /** Set if and only if the status is `rejected`. */
  readonly rejection?: Rejection;
}

/** Of a signed L2 transaction. */
export interface TransactionReceipt extends Progress {
  readonly type: TransactionType;
  /** See `transactionHash`. */
  readonly hash: string;
  readonly accountId: number;
  readonly nonce: number;
}

/** Of a deposit or a full exit that was asked for on L1. */
export interface RequestReceipt extends Progress {
  readonly type: "deposit" | "fullExit";
  /** Place in the priority queue of the contract. */
  readonly requestId: number;
  /** Set if the block pays the deposit back on L1 instead of crediting it. */
  readonly refunded?: true;
}

export type Receipt = TransactionReceipt | RequestReceipt;

interface Place {
  readonly blockNumber: number;
  readonly slotIndex: number;
}

type Entry = { readonly item: Item } & (Place | { readonly error: RollupError });

/** Names an item: the transaction's hash, or the place in the priority queue. */
export type ReceiptKey = string | number;

function keyOf(item: Item): ReceiptKey {
  return item.kind === "request" ? item.request.requestId : item.hash;
}

/** A slot that an item has taken: how far its block has come, and what the item is there. */
interface TakenSlot {
  readonly status: Status;
  readonly operation: OperationName;
}
type FindSlot = (blockNumber: number, slotIndex: number) => TakenSlot;

/** Where every item went that was ever accepted. */
export class ReceiptBook {
  readonly #entries: Map<ReceiptKey, Entry>;

  constructor(entries: Iterable<readonly [ReceiptKey, Entry]> = []) {
    this.#entries = new Map(entries);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** For a checkpoint: what is recorded later in either does not show in the other. */
  copy(): ReceiptBook {
    return new ReceiptBook(this.#entries);
  }

  /** Notes the slots that the items of a block take. @param first - Slot of the first new one. */
  recordBlock(blockNumber: number, items: readonly Item[], first = 0): void {
    for (let slotIndex = first; slotIndex < items.length; slotIndex++) {
      const item = items[slotIndex]!;
      this.#entries.set(keyOf(item), { item, blockNumber, slotIndex });
    }
  }

  recordDropped({ item, error }: DroppedItem): void {
    this.#entries.set(keyOf(item), { item, error });
  }

  /** Forgets requests that L1 does not have any more. */
  forgetRequests(fromRequestId: number, toRequestId: number): void {
    for (let id = fromRequestId; id < toRequestId; id++) this.#entries.delete(id);
  }

  /** @returns Undefined if nothing of this name was ever accepted. */
  find(key: ReceiptKey, findSlot: FindSlot): Receipt | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : toReceipt(entry, findSlot);
  }
}

function toReceipt(entry: Entry, findSlot: FindSlot): Receipt {
  const { item } = entry;
  const { operation, ...progress } =
    "error" in entry ? toRejected(entry.error) : toProgress(entry, findSlot);
  if (item.kind === "request") {
    const { type, requestId } = item.request;
    const isRefunded = operation === "refund";
    return { type, requestId, ...progress, ...(isRefunded && { refunded: true }) };
  }
  const { type, accountId, nonce } = item.transaction;
  return { type, hash: item.hash, accountId, nonce, ...progress };
}

function toProgress({ blockNumber, slotIndex }: Place, findSlot: FindSlot) {
  return { ...findSlot(blockNumber, slotIndex), blockNumber, slotIndex };
}

function toRejected({ code, sentence, fix }: RollupError) {
  const rejection: Rejection = { code, sentence, fix };
  return { status: "rejected" as const, operation: undefined, rejection };
}
