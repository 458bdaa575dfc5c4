/** What the operator says about a transaction or a request from L1. */
import type { OperationName, TransactionType } from "../../operations/table.ts";
import type { Status } from "../../protocol/stages.ts";
import type { Rejection } from "./rejection.ts";
import type { Item } from "./sequence.ts";

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

/** Of an item that stands in a block. @param operation - What the item is there. */
export function toPlacedReceipt(
  item: Item,
  { operation, ...progress }: Progress & { readonly operation: OperationName },
): Receipt {
  const isRefunded = operation === "refund";
  return toReceipt(item, progress, isRefunded ? { refunded: true } : {});
}

/** Of an item that is rejected. */
export function toRejectedReceipt(item: Item, rejection: Rejection): Receipt {
  return toReceipt(item, { status: "rejected", rejection }, {});
}

function toReceipt(
  item: Item,
  progress: Progress,
  refund: Pick<RequestReceipt, "refunded">,
): Receipt {
  if (item.kind === "request") {
    const { type, requestId } = item.request;
    return { type, requestId, ...progress, ...refund };
  }
  const { type, accountId, nonce } = item.transaction;
  return { type, hash: item.hash, accountId, nonce, ...progress };
}
