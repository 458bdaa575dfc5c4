/** What events change for those who follow a rollup, as plain data. Pure. */
import { type BlockRecord, numberOf } from "./ledger/blocks.ts";
import type { LedgerEvent } from "./ledger/events.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { latestView } from "./ledger/queries.ts";
import type { TransactionReceipt } from "./ledger/receipts.ts";
import type { Item } from "./ledger/sequence.ts";

/** Something that clients may want to know. */
export type Change =
  /** A block was sealed, or has another status; after a reorg perhaps an earlier one. */
  | {
      readonly kind: "block";
      readonly blockNumber: number;
      readonly status: BlockRecord["status"];
      readonly items: readonly Item[];
    }
  | { readonly kind: "accepted"; readonly items: readonly Item[] }
  | { readonly kind: "rejected"; readonly receipts: readonly TransactionReceipt[] };

/** What is said of an item: a transaction, or a request from L1. */
export type ToldItem =
  | {
      readonly hash: string;
      readonly type: string;
      readonly accountId: number;
      readonly nonce: number;
      /** Owner of the account that it is for, uint160. */
      readonly recipient?: bigint;
    }
  | {
      readonly requestId: number;
      readonly type: string;
      readonly owner: bigint;
      readonly accountId?: number;
    };

/** A change as a store keeps it: what a block holds is asked for when somebody wants to know. */
export type KeptChange =
  | Omit<Extract<Change, { kind: "block" }>, "items">
  | { readonly kind: "accepted"; readonly items: readonly ToldItem[] }
  | Extract<Change, { kind: "rejected" }>;

/** Changes that a store has kept, for clients that were away. They are numbered from 1. */
export interface ChangeLog {
  /** Eight hex digits; others after the ledger was replaced, as the numbers begin again then. */
  readonly epoch: string;
  /** Number of the last change that was appended; it may not be on the disk yet. */
  readonly last: number;
  /**
   * Reads some of the changes after a number.
   *
   * @returns The next ones in order, none after the last; undefined if they are not kept any more.
   */
  read(after: number): Promise<readonly KeptChange[] | undefined>;
}

/** Lists what some events have changed. @param events - What leads from one ledger to the other. */
export function changesOf(
  events: readonly LedgerEvent[],
  { before, after }: { readonly before: Ledger; readonly after: Ledger },
): Change[] {
  const { nextRequestId } = latestView(before);
  return [
    ...events.flatMap((event) => acceptedBy(event, nextRequestId)),
    ...rejections(before, after),
    ...blockChanges(before, after),
  ];
}

function acceptedBy(event: LedgerEvent, nextRequestId: number): Change[] {
  if (event.type === "batchAccepted") return [{ kind: "accepted", items: event.batch }];
  if (event.type !== "newsTaken") return [];
  const items = event.news.requests
    .filter(({ requestId }) => requestId >= nextRequestId)
    .map((request): Item => ({ kind: "request", request }));
  return items.length === 0 ? [] : [{ kind: "accepted", items }];
}

function rejections(before: Ledger, { receipts }: Ledger): Change[] {
  if (receipts.finalCount === before.receipts.finalCount) return [];
  const rejected = receipts
    .finalSince(before.receipts.finalCount)
    .filter((receipt) => receipt.status === "rejected" && "hash" in receipt);
  if (rejected.length === 0) return [];
  return [{ kind: "rejected", receipts: rejected as TransactionReceipt[] }];
}

function blockChanges(before: Ledger, { blocks }: Ledger): Change[] {
  if (blocks === before.blocks) return [];
  const known = new Map(before.blocks.map((block) => [numberOf(block), block]));
  return blocks.flatMap((block): Change[] => {
    const { status, items } = block;
    const blockNumber = numberOf(block);
    const earlier = known.get(blockNumber);
    const isSame = earlier?.status === status && earlier.items === items;
    return isSame ? [] : [{ kind: "block", blockNumber, status, items }];
  });
}

export function toToldItem(item: Item): ToldItem {
  if (item.kind === "request") {
    const { type, requestId, owner } = item.request;
    const account = "accountId" in item.request && { accountId: item.request.accountId };
    return { requestId, type, owner, ...account };
  }
  const { hash, transaction } = item;
  const { type, accountId, nonce } = transaction;
  const recipient = "recipient" in transaction && { recipient: transaction.recipient };
  return { hash, type, accountId, nonce, ...recipient };
}

export function toKeptChange(change: Change): KeptChange {
  switch (change.kind) {
    case "block": {
      const { kind, blockNumber, status } = change;
      return { kind, blockNumber, status };
    }
    case "accepted":
      return { kind: "accepted", items: change.items.map(toToldItem) };
    case "rejected":
      return change;
  }
}
