/** What has left the memory, and can still be asked for. */
import type { OperationName } from "../operations/table.ts";
import type { BlockSummary } from "./ledger/summary.ts";
import type { RequestReceipt, TransactionReceipt } from "./ledger/receipts.ts";

/** A slot of a block. */
export interface SlotPlace {
  readonly blockNumber: number;
  readonly slotIndex: number;
}

/** An operation of an executed block. */
export interface PastOperation extends SlotPlace {
  readonly type: OperationName;
  /** Of its block, Unix seconds. */
  readonly timestamp: bigint;
  /** Of the transaction that it was, if it was one. */
  readonly hash?: string;
  /** Of the L1 request that it was, if it was one. */
  readonly requestId?: number;
  /** All its fields by their names, without the signature. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A page of a list that begins with the newest. */
export interface HistoryPage {
  /** Where the page before has ended; default: it is the first. */
  readonly before?: SlotPlace;
  /** Entries at most, from 1. */
  readonly limit: number;
}

/**
 * Answers what the ledger does not know any more. Nothing in it changes: a block is there once it
 * has left the memory, which is after its execution.
 */
export interface History {
  /** @returns Undefined if the block has not left the memory, or came before the store. */
  block(blockNumber: number): Promise<BlockSummary | undefined>;
  /**
   * Lists blocks, the newest first.
   *
   * @param last - Number of the newest one.
   * @param limit - Blocks at most, from 1.
   */
  blocks(last: number, limit: number): Promise<readonly BlockSummary[]>;
  /**
   * @param last - Number of a block.
   * @returns Number of the first of those that are here up to that one without a gap; undefined if
   * that one is not here.
   */
  firstBlock(last: number): Promise<number | undefined>;
  /** @returns The operations of a block in the order of their slots; none if it is not here. */
  operations(blockNumber: number): Promise<readonly PastOperation[]>;
  /** @returns Undefined if the transaction is not in such a block and was not rejected. */
  receipt(hash: string): Promise<TransactionReceipt | undefined>;
  requestReceipt(requestId: number): Promise<RequestReceipt | undefined>;
  /** @returns What has touched an account, the newest first. */
  operationsOf(accountId: number, page: HistoryPage): Promise<readonly PastOperation[]>;
}
