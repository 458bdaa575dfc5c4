/** Which subscriptions a change concerns, and what it says to them. */
import { toChecksumAddress } from "../l1/addresses.ts";
import type { Item } from "../operator/ledger/sequence.ts";
import type { Change } from "./event-feed.ts";

/** Names what a subscription is of; an item has several. */
export type Topic = string;

export const BLOCKS_TOPIC: Topic = "blocks";

export function transactionTopic(hash: string): Topic {
  return `transaction ${hash}`;
}

export function accountTopic(accountId: number): Topic {
  return `account ${accountId}`;
}

/** @param address - uint160. */
export function addressTopic(address: bigint): Topic {
  return `address ${toChecksumAddress(address)}`;
}

/** What subscribers of some topics are told. */
export interface TopicEvent {
  readonly topics: readonly Topic[];
  readonly event: { readonly [name: string]: unknown };
}

/** Everything that a change says, to whomever. */
export function* eventsOf(change: Change): Generator<TopicEvent> {
  switch (change.kind) {
    case "accepted":
      for (const item of change.items) yield itemEvent(item, { status: "accepted" });
      return;
    case "rejected":
      for (const receipt of change.receipts) {
        if (!("hash" in receipt)) continue;
        const topics = [transactionTopic(receipt.hash), accountTopic(receipt.accountId)];
        yield { topics, event: { event: "transaction", ...receipt } };
      }
      return;
    case "block": {
      const { blockNumber, status, items } = change;
      yield { topics: [BLOCKS_TOPIC], event: { event: "block", blockNumber, status } };
      const ofItems = status === "sealed" ? "accepted" : status;
      for (const [slotIndex, item] of items.entries()) {
        yield itemEvent(item, { status: ofItems, blockNumber, slotIndex });
      }
    }
  }
}

function itemEvent(item: Item, progress: { readonly [name: string]: unknown }): TopicEvent {
  if (item.kind === "request") {
    const { type, requestId } = item.request;
    const topics = [
      addressTopic(item.request.owner),
      ...("accountId" in item.request ? [accountTopic(item.request.accountId)] : []),
    ];
    return { topics, event: { event: "request", type, requestId, ...progress } };
  }
  const { hash, transaction } = item;
  const { type, accountId, nonce } = transaction;
  const topics = [
    transactionTopic(hash),
    accountTopic(accountId),
    ...("recipient" in transaction ? [addressTopic(transaction.recipient)] : []),
  ];
  return { topics, event: { event: "transaction", type, hash, accountId, nonce, ...progress } };
}
