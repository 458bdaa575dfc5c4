/** What the operator knows of L1, as a value that grows with each piece of news. */
import { ZeroAddress } from "ethers";
import type {
  AuthorizationPlace,
  L1News,
  PubKeyAuthorization,
  QueuedRequest,
  Token,
} from "../l1/types.ts";
import { ETH_TOKEN_ID } from "../protocol/constants.ts";
import { assert } from "../util/errors.ts";

export interface L1View {
  /** First L1 block that has not been read. */
  readonly nextBlock: number;
  /** Hash of the last one that has, 0x-hex. */
  readonly blockHash?: string;
  /** Unix seconds of that one. */
  readonly timestamp: bigint;
  /**
   * Number of the last block that L1 had executed by then and whose hash there was compared with
   * the operator's. Blocks up to there need no second look while L1 has not gone back.
   */
  readonly confirmed: number;
  /** The first request of the priority queue that has not been taken. */
  readonly nextRequestId: number;
  /** Ascending by id. */
  readonly tokens: readonly Token[];
  readonly authorizations: readonly PubKeyAuthorization[];
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
    authorizations: [],
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
      authorizations: [...view.authorizations, ...news.authorizations],
      isInExodus: view.isInExodus || news.isExodusBegun,
    },
  };
}

/** The signing key that an owner has last authorised for an account and a nonce, or undefined. */
export function authorizedKey(
  view: L1View,
  { owner, accountId, nonce }: AuthorizationPlace,
): bigint | undefined {
  return view.authorizations.findLast(
    (authorization) =>
      authorization.owner === owner &&
      authorization.accountId === accountId &&
      authorization.nonce === nonce,
  )?.pubKeyHash;
}
