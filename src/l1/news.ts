/** Reads what is new on L1 for a rollup, up to the latest block that counts. */
import type { Block, Provider } from "ethers";
import {
  providerOf,
  readEvents,
  toAuthorizationResets,
  toPubKeyAuthorization,
  toQueuedRequest,
} from "./events.ts";
import type { Rollup } from "./generated/rollup.ts";
import { mapBounded, REQUESTS_MAX } from "./requests.ts";
import { readToken } from "./tokens.ts";
import type { L1News, NewsTag } from "./types.ts";

const NEWS_EVENTS = [
  "PriorityRequestAdded",
  "TokenListed",
  "AuthPubKeyHashSet",
  "AuthResetStarted",
] as const;

/** Which news are read. */
export interface NewsRange {
  /** The first L1 block that is read. */
  readonly fromBlock: number;
  /** L1 block of the rollup's deployment, which always counts. */
  readonly deploymentBlock: number;
  /** The last one that counts. */
  readonly tag: NewsTag;
}

/**
 * Reads requests, tokens and consents up to the block that counts, and exodus and time at the
 * latest block: what stops the operator must not be known late.
 *
 * @throws L1_LOGS_REFUSED, L1_REQUEST_FAILED
 */
export async function readNews(
  contract: Rollup,
  { fromBlock, deploymentBlock, tag }: NewsRange,
): Promise<L1News> {
  const provider = providerOf(contract);
  const tip = (await provider.getBlock("latest"))!;
  // What counted once still does, although another node may not know it yet.
  const least = Math.min(tip.number, Math.max(fromBlock - 1, deploymentBlock));
  const last = tag === "latest" ? tip : await lastCounting(provider, tag, tip, least);
  const events = await readEvents(contract, NEWS_EVENTS, { fromBlock, toBlock: last.number });
  const listed = events.filter((event) => event.name === "TokenListed");
  const [counts, isExodusBegun] = await Promise.all([
    readCounts(contract, last.number, tag),
    contract.exodusMode({ blockTag: tip.number }),
  ]);
  const tokens = await mapBounded(listed, REQUESTS_MAX, ({ args: { tokenId, token } }) =>
    readToken(provider, Number(tokenId), token),
  );
  return {
    blockNumber: last.number,
    blockHash: last.hash!,
    tip: { number: tip.number, hash: tip.hash! },
    timestamp: BigInt(tip.timestamp),
    requests: events.filter((event) => event.name === "PriorityRequestAdded").map(toQueuedRequest),
    tokens,
    authorizations: events
      .filter((event) => event.name === "AuthPubKeyHashSet")
      .map(toPubKeyAuthorization),
    authorizationResets: toAuthorizationResets(events),
    isExodusBegun,
    ...counts,
  };
}

type Counts = Pick<L1News, "executed" | "requestCount" | "tokenCount">;

/** A rollup has ETH from the start. */
const BEFORE_DEPLOYMENT: Counts = { executed: 0, requestCount: 0, tokenCount: 1 };

/** Reads how much there is of everything at the end of an L1 block. */
async function readCounts(contract: Rollup, blockTag: number, tag: NewsTag): Promise<Counts> {
  const at = { blockTag };
  if (tag !== "latest") {
    const code = await providerOf(contract).getCode(await contract.getAddress(), blockTag);
    if (code === "0x") return BEFORE_DEPLOYMENT;
  }
  const [queue, tokenCount, counts] = await Promise.all([
    contract.priorityQueue(at),
    contract.tokenCount(at),
    contract.blockCounts(at),
  ]);
  return {
    executed: Number(counts.executed),
    requestCount: Number(queue.next),
    tokenCount: Number(tokenCount),
  };
}

/** Returns the block of a tag, or a later one that has counted before. */
async function lastCounting(
  provider: Provider,
  tag: NewsTag,
  tip: Block,
  least: number,
): Promise<Block> {
  const tagged = await provider.getBlock(tag);
  if (tagged !== null && tagged.number >= least && tagged.number <= tip.number) return tagged;
  // A node that has just started may have none.
  if (tagged !== null && tagged.number > tip.number) return tip;
  return (await provider.getBlock(least)) ?? tip;
}
