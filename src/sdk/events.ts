/** What listeners of a rollup hear. */
import { STAGES } from "../protocol/stages.ts";
import { omit } from "../util/omit.ts";
import type { BlockInfo, RequestReceipt, TransactionReceipt } from "./provider.ts";

/** What a block goes through, in this order. */
export const BLOCK_STATUSES = ["sealed", "committed", "proven", "executed"] as const;

/** A block has reached a status. */
export interface BlockEvent {
  readonly event: "block";
  /** From 1 on. */
  readonly blockNumber: number;
  /** "sealed", "committed", "proven" or "executed"; an earlier one again after a reorg of L1. */
  readonly status: BlockInfo["status"];
}

/** A transaction has reached a status, or got a place in a block. */
export interface TransactionEvent extends Pick<
  TransactionReceipt,
  "type" | "hash" | "status" | "blockNumber" | "slotIndex" | "rejection"
> {
  readonly event: "transaction";
}

/** A deposit or full exit has reached a status, or got a place in a block. */
export interface RequestEvent extends Pick<
  RequestReceipt,
  "type" | "requestId" | "status" | "blockNumber" | "slotIndex"
> {
  readonly event: "request";
}

/** What happens to an account: its transactions, those to it, and its requests on L1. */
export type AccountEvent = TransactionEvent | RequestEvent;
export type RollupEvent = BlockEvent | AccountEvent;

/** What is listened to, as the stream names it. */
export type EventSubject =
  | { readonly subscribe: "blocks" }
  | { readonly subscribe: "transaction"; readonly hash: string }
  | { readonly subscribe: "account"; readonly account: number | string };

/** Where events come from: a WebSocket, or questions that are asked again and again. */
export interface EventSource<T = RollupEvent> {
  /** The next event; it waits for one. */
  next(): Promise<T>;
  /** Ends the source; a wait for an event ends with ABORTED. */
  close(): void;
}

/** What a receipt says now. */
export function toTransactionEvent(receipt: TransactionReceipt): TransactionEvent {
  return { event: "transaction", ...omit(receipt, "accountId", "nonce") };
}

/** Whether nothing more happens to a transaction, but by a reorg of L1. */
export function isFinal({ status }: AccountEvent): boolean {
  return status === "executed" || status === "rejected";
}

/** Whether an event says the same as the one before. */
export function saysTheSame(event: AccountEvent, before: AccountEvent | undefined): boolean {
  return (
    before?.status === event.status &&
    before.blockNumber === event.blockNumber &&
    before.slotIndex === event.slotIndex
  );
}

/**
 * Whether an event is beyond the one before. Any other one may be older and have come late, or L1
 * has taken a stage back: the receipt has the answer.
 */
export function isBeyond(event: AccountEvent, before: AccountEvent | undefined): boolean {
  if (before === undefined) return true;
  if (event.status !== before.status) return rankOf(event) > rankOf(before);
  return before.blockNumber === undefined && event.blockNumber !== undefined;
}

function rankOf({ status }: AccountEvent): number {
  return status === "rejected" ? STAGES.length : STAGES.indexOf(status);
}
