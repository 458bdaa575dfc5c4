/** What the operator tells about a transaction or a request from L1, and where it keeps it. */
import type { OperationName, TransactionType } from "../operations/table.ts";
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

type Entry = { readonly item: Item } & Place;

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

/**
 * Where items went. Of those that can still change place all is known; of the others only the
 * receipt, and that of the latest: whoever asks for an older one is told that it is not known.
 */
export class ReceiptBook {
  readonly #finalMax: number;
  readonly #entries: Map<ReceiptKey, Entry>;
  /** Oldest first. */
  readonly #final: Map<ReceiptKey, Receipt>;

  /** @param finalMax - How many final receipts are kept. */
  constructor(
    finalMax: number,
    entries: Iterable<readonly [ReceiptKey, Entry]> = [],
    final: Iterable<readonly [ReceiptKey, Receipt]> = [],
  ) {
    this.#finalMax = finalMax;
    this.#entries = new Map(entries);
    this.#final = new Map(final);
  }

  /** Receipts of items that can still change place, and final ones. */
  get sizes(): { readonly open: number; readonly final: number } {
    return { open: this.#entries.size, final: this.#final.size };
  }

  /** For a checkpoint: what is recorded later in either does not show in the other. */
  copy(): ReceiptBook {
    return new ReceiptBook(this.#finalMax, this.#entries, this.#final);
  }

  /** Notes the slots that the items of a block take. @param first - Slot of the first new one. */
  recordBlock(blockNumber: number, items: readonly Item[], first = 0): void {
    for (let slotIndex = first; slotIndex < items.length; slotIndex++) {
      const item = items[slotIndex]!;
      this.#final.delete(keyOf(item));
      this.#entries.set(keyOf(item), { item, blockNumber, slotIndex });
    }
  }

  recordDropped({ item, error }: DroppedItem): void {
    this.#finalise(keyOf(item), toReceipt({ item, error }));
  }

  /** Keeps nothing but the receipts of a block's items. @param findSlot - What is said of them. */
  finaliseBlock(items: readonly Item[], findSlot: FindSlot): void {
    for (const item of items) {
      const receipt = this.find(keyOf(item), findSlot);
      if (receipt !== undefined) this.#finalise(keyOf(item), receipt);
    }
  }

  /** Forgets requests that L1 does not have any more. */
  forgetRequests(fromRequestId: number, toRequestId: number): void {
    for (let id = fromRequestId; id < toRequestId; id++) {
      this.#entries.delete(id);
      this.#final.delete(id);
    }
  }

  /** @returns Undefined if nothing of this name is known. */
  find(key: ReceiptKey, findSlot: FindSlot): Receipt | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined ? this.#final.get(key) : toReceipt(entry, findSlot);
  }

  #finalise(key: ReceiptKey, receipt: Receipt): void {
    this.#entries.delete(key);
    this.#final.delete(key);
    this.#final.set(key, receipt);
    if (this.#final.size <= this.#finalMax) return;
    const [oldest] = this.#final.keys();
    this.#final.delete(oldest!);
  }
}

function toReceipt(entry: DroppedItem): Receipt;
function toReceipt(entry: Entry, findSlot: FindSlot): Receipt;
function toReceipt(entry: Entry | DroppedItem, findSlot?: FindSlot): Receipt {
  const { item }: { item: Item } = entry;
  const { operation, ...progress } =
    "error" in entry ? toRejected(entry.error) : toProgress(entry, findSlot!);
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
