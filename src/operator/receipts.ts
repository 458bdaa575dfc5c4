/** What the operator tells about a transaction or a request from L1, and where it keeps it. */
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
}

export type Receipt = TransactionReceipt | RequestReceipt;

type Entry = {
  readonly item: Item;
} & (
  { readonly blockNumber: number; readonly slotIndex: number } | { readonly error: RollupError }
);

/** Names an item: the transaction's hash, or the place in the priority queue. */
export type ReceiptKey = string | number;

function keyOf(item: Item): ReceiptKey {
  return item.kind === "request" ? item.request.requestId : item.hash;
}

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

  /**
   * @param statusOf - How far a block has come.
   * @returns Undefined if nothing of this name was ever accepted.
   */
  find(key: ReceiptKey, statusOf: (blockNumber: number) => Status): Receipt | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : toReceipt(entry, statusOf);
  }
}

function toReceipt(entry: Entry, statusOf: (blockNumber: number) => Status): Receipt {
  const { item } = entry;
  const progress: Progress =
    "error" in entry
      ? { status: "rejected", rejection: toRejection(entry.error) }
      : {
          status: statusOf(entry.blockNumber),
          blockNumber: entry.blockNumber,
          slotIndex: entry.slotIndex,
        };
  if (item.kind === "request") {
    const { type, requestId } = item.request;
    return { type, requestId, ...progress };
  }
  const { type, accountId, nonce } = item.transaction;
  return { type, hash: item.hash, accountId, nonce, ...progress };
}

function toRejection({ code, sentence, fix }: RollupError): Rejection {
  return { code, sentence, fix };
}
