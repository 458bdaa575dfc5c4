/**
 * What L1 says beside the blocks: tokens, requests, open payouts. A restore reads it together with
 * the blocks, in one pass over the logs; an exit reads only the missing L1 blocks, those before a
 * checkpoint and those mined since.
 */
import type { RollupClient } from "../l1/client.ts";
import { providerOf } from "../l1/events.ts";
import { readSideEvents } from "../l1/history.ts";
import { mapBounded, REQUESTS_MAX } from "../l1/requests.ts";
import { readToken } from "../l1/tokens.ts";
import type { Dated, QueuedRequest, SideEvent, Token } from "../l1/types.ts";

/** The side events of a range of L1 blocks, both ends included. */
export interface L1History {
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly events: readonly Dated<SideEvent>[];
}

/** A history of nothing, which is complete up to the L1 block before `fromBlock`. */
export function emptyHistory(fromBlock: number): L1History {
  return { fromBlock: 0, toBlock: fromBlock - 1, events: [] };
}

/** A history of nothing, without the L1 blocks before `fromBlock`. */
export function partialHistory(fromBlock: number): L1History {
  return { fromBlock, toBlock: fromBlock - 1, events: [] };
}

/** The history up to an L1 block. */
export function cutHistory(history: L1History, toBlock: number): L1History {
  const { fromBlock, events } = history;
  return {
    fromBlock: Math.min(fromBlock, toBlock + 1),
    toBlock,
    events: events.filter(({ l1Block }) => l1Block.number <= toBlock),
  };
}

/** The history with the events of the L1 blocks after it. */
export function extendHistory(
  { fromBlock, events }: L1History,
  later: readonly Dated<SideEvent>[],
  toBlock: number,
): L1History {
  return { fromBlock, toBlock, events: [...events, ...later] };
}

/**
 * Drops what no exit can need any more, so that a history stays short: requests that are served,
 * and counts of open payouts that later ones replace.
 *
 * @param nextRequestId - No executed block serves this request or a later one.
 * @param finalBlock - The last L1 block that L1 does not reorg.
 */
export function compactHistory(
  history: L1History,
  nextRequestId: number,
  finalBlock: number,
): L1History {
  const { events } = history;
  const lastCounts = new Map<number, SideEvent>();
  for (const { l1Block, event } of events) {
    const isFinal = l1Block.number <= finalBlock;
    if (isFinal && event.type === "payoutsOpen") lastCounts.set(event.blockNumber, event);
  }
  const kept = events.filter(({ l1Block, event }) => {
    if (l1Block.number > finalBlock || event.type === "tokenListed") return true;
    if (event.type === "requestAdded") return event.request.requestId >= nextRequestId;
    return event.open > 0 && lastCounts.get(event.blockNumber) === event;
  });
  return { ...history, events: kept };
}

/**
 * Reads the L1 blocks that a history lacks, from the deployment to the latest.
 *
 * @param l1 - A client of the rollup.
 * @param known - What was read already, such as the history of a restore; default: nothing.
 * @returns The history from the deployment to the latest L1 block.
 * @throws L1_LOGS_REFUSED, L1_REQUEST_FAILED
 *
 * @example
 * const { history } = await restoreRollup(createRestoreSource(client));
 * await client.depositEth(alice.address, 5n);
 * const { toBlock } = await completeHistory(client, history);
 * toBlock - history.toBlock; // 1
 */
export async function completeHistory(
  { contract, deploymentBlock }: Pick<RollupClient, "contract" | "deploymentBlock">,
  known: L1History = emptyHistory(deploymentBlock),
): Promise<L1History> {
  const latest = await providerOf(contract).getBlockNumber();
  const before = { fromBlock: deploymentBlock, toBlock: known.fromBlock - 1 };
  const after = { fromBlock: known.toBlock + 1, toBlock: latest };
  const earlier = await readSideEvents(contract, before);
  const later = await readSideEvents(contract, after);
  const events = [...earlier, ...known.events, ...later];
  return { fromBlock: 0, toBlock: Math.max(known.toBlock, latest), events };
}

/**
 * Lists the requests of a history.
 *
 * @param history - From {@link completeHistory}, for all requests that may still be open.
 * @returns Deposits and full exits, in the order of the queue. A history of a restore lacks those
 * that final blocks have served.
 *
 * @example
 * await client.depositEth(alice.address, 5n);
 * requestsOf(await completeHistory(client)).at(-1).amount; // 5n
 */
export function requestsOf({ events }: L1History): QueuedRequest[] {
  return events.flatMap(({ event }) => (event.type === "requestAdded" ? [event.request] : []));
}

/**
 * Reads the tokens of a history from their contracts.
 *
 * @param l1 - A client of the rollup.
 * @param history - From {@link completeHistory}.
 * @returns The tokens with address, symbol and decimals, ascending by id; ETH first.
 * @throws L1_REQUEST_FAILED
 *
 * @example
 * const tokens = await readTokens(client, await completeHistory(client));
 * tokens.map(({ symbol }) => symbol); // ["ETH"]
 */
export async function readTokens(
  { contract }: Pick<RollupClient, "contract">,
  { events }: L1History,
): Promise<Token[]> {
  const listed = events.flatMap(({ event }) => (event.type === "tokenListed" ? [event] : []));
  return mapBounded(listed, REQUESTS_MAX, ({ tokenId, token }) =>
    readToken(providerOf(contract), tokenId, token),
  );
}
