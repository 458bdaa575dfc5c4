/** Which subscriptions a change concerns, and what it says to them. */
import { toChecksumAddress } from "../l1/addresses.ts";
import { type ToldItem, toToldItem } from "../operator/changes.ts";
import type { Item } from "../operator/ledger/sequence.ts";
import type { ToldChange } from "./event-feed.ts";

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
export function* eventsOf(change: ToldChange): Generator<TopicEvent> {
  switch (change.kind) {
    case "accepted":
      for (const item of change.items) yield itemEvent(item, { status: "accepted" });
      return;
    case "rejected":
      for (const receipt of change.receipts) {
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

function itemEvent(
  item: Item | ToldItem,
  progress: { readonly [name: string]: unknown },
): TopicEvent {
  const told = "kind" in item ? toToldItem(item) : item;
  if ("requestId" in told) {
    const { type, requestId, owner, accountId } = told;
    const topics = [addressTopic(owner)];
    if (accountId !== undefined) topics.push(accountTopic(accountId));
    return { topics, event: { event: "request", type, requestId, ...progress } };
  }
  const { hash, type, accountId, nonce, recipient } = told;
  const topics = [transactionTopic(hash), accountTopic(accountId)];
  if (recipient !== undefined) topics.push(addressTopic(recipient));
  return { topics, event: { event: "transaction", type, hash, accountId, nonce, ...progress } };
}
