/** What the operator knows of L1, as a value that grows with each piece of news. */
import { ZeroAddress } from "ethers";
import type {
  AuthorizationPlace,
  L1News,
  PubKeyAuthorization,
  QueuedRequest,
  Token,
} from "../../l1/types.ts";
import { ETH_TOKEN_ID } from "../../protocol/constants.ts";
import { assert } from "../../util/errors.ts";
import { PersistentMap } from "../../util/persistent-map.ts";

/** A key that an owner has authorized, and from when on it can be replaced at any moment. */
export interface KeyFact extends PubKeyAuthorization {
  /** Unix seconds; missing if no reset has been announced. */
  readonly resetAvailableAt?: bigint;
}

export interface L1View {
  /** First L1 block that has not been read. */
  readonly nextBlock: number;
  /** Hash of the last one that has, 0x-hex. */
  readonly blockHash?: string;
  /** Unix seconds of the latest L1 block, which may be later than that one. */
  readonly timestamp: bigint;
  /**
   * Number of the last block that L1 had executed by then and whose hash there was compared with
   * the operator's. Blocks up to there need no second check without a reorg.
   */
  readonly confirmed: number;
  /** The first request of the priority queue that has not been taken. */
  readonly nextRequestId: number;
  /** Ascending by id. */
  readonly tokens: readonly Token[];
  /** By owner, account and nonce. */
  readonly keyFacts: PersistentMap<string, KeyFact>;
  /** No block can be committed, proven or executed any more. */
  readonly isInExodus: boolean;
}

const ETH: Token = { id: ETH_TOKEN_ID, address: ZeroAddress, symbol: "ETH", decimals: 18 };

/**
 * Before anything has been read.
 *
 * @param confirmed - Number of an executed block.
 * @param nextRequestId - The first request that no block up to that one serves.
 */
export function unreadL1(
  deploymentBlock: number,
  confirmed: number,
  nextRequestId: number,
): L1View {
  return {
    nextBlock: deploymentBlock,
    timestamp: 0n,
    confirmed,
    nextRequestId,
    tokens: [ETH],
    keyFacts: PersistentMap.empty(),
    isInExodus: false,
  };
}

/**
 * Adds news to a view. News that overlap with what is known add nothing twice.
 *
 * @param confirmed - See {@link L1View}.
 * @returns The new view, and the requests that are new, in order.
 */
export function readNews(
  view: L1View,
  news: L1News,
  confirmed: number,
): { view: L1View; requests: readonly QueuedRequest[] } {
  const requests = news.requests.filter(({ requestId }) => requestId >= view.nextRequestId);
  for (const [index, { requestId }] of requests.entries()) {
    assert(requestId === view.nextRequestId + index, "L1 numbers its requests without gaps");
  }
  const tokens = news.tokens.filter(({ id }) => view.tokens.every((known) => known.id !== id));
  return {
    requests,
    view: {
      nextBlock: news.blockNumber + 1,
      blockHash: news.blockHash,
      timestamp: news.timestamp,
      confirmed,
      nextRequestId: view.nextRequestId + requests.length,
      tokens: [...view.tokens, ...tokens],
      keyFacts: addKeyFacts(view.keyFacts, news),
      isInExodus: news.isExodusBegun,
    },
  };
}

/** Views without facts that can authorize nothing any more. */
export function withoutKeyFacts(
  views: readonly L1View[],
  isUseless: (fact: KeyFact) => boolean,
): L1View[] {
  // Views that follow each other mostly share their facts, and go on to do so.
  const known = new Map<L1View["keyFacts"], L1View["keyFacts"]>();
  return views.map((view) => {
    const kept = known.get(view.keyFacts) ?? filterFacts(view.keyFacts, isUseless);
    known.set(view.keyFacts, kept);
    return kept === view.keyFacts ? view : { ...view, keyFacts: kept };
  });
}

/** What an owner has last authorized for an account and a nonce, or undefined. */
export function findKeyFact({ keyFacts }: L1View, place: AuthorizationPlace): KeyFact | undefined {
  return keyFacts.get(keyOf(place));
}

function keyOf({ owner, accountId, nonce }: AuthorizationPlace): string {
  return `${owner} ${accountId} ${nonce}`;
}

function addKeyFacts(
  facts: L1View["keyFacts"],
  { authorizations, authorizationResets }: L1News,
): L1View["keyFacts"] {
  let next = facts;
  for (const fact of authorizations) next = next.set(keyOf(fact), fact);
  for (const { availableAt, ...place } of authorizationResets) {
    const fact = next.get(keyOf(place));
    if (fact === undefined) continue;
    next = next.set(keyOf(place), { ...fact, resetAvailableAt: availableAt });
  }
  return next;
}

function filterFacts(
  facts: L1View["keyFacts"],
  isUseless: (fact: KeyFact) => boolean,
): L1View["keyFacts"] {
  const useless = [...facts.entries()].filter(([, fact]) => isUseless(fact));
  return useless.reduce((kept, [key]) => kept.delete(key), facts);
}
