/** The priority queue on L1: open requests with their expiry, and those served last. */
import type { QueuedRequest } from "../../src/l1/types.ts";
import type { RequestReceipt } from "../../src/sdk.ts";
import { observeTime } from "./clock.ts";
import type { Connection } from "./connection.tsx";
import { openL1Client } from "./l1.ts";

/** A request as L1 and the node know it. */
export interface KnownRequest {
  readonly requestId: number;
  /** Unix second from which on anyone may begin the exodus; undefined if it is served. */
  readonly expiration: bigint | undefined;
  /** What the node says; null if it has not seen the request, or has forgotten it. */
  readonly receipt: RequestReceipt | null;
  /** What its event on L1 says; undefined if the event is further back than was looked. */
  readonly request: QueuedRequest | undefined;
  /** L1 transaction that has added it. */
  readonly transactionHash: string | undefined;
}

export interface Queue {
  readonly isExodus: boolean;
  /** Seconds that a request has. */
  readonly periodSeconds: number;
  readonly openCount: number;
  /** The oldest first; not more than are shown. */
  readonly open: readonly KnownRequest[];
  /** The latest first. */
  readonly served: readonly KnownRequest[];
}

/** Requests of each list at most. */
const SHOWN_MAX = 25;
/** L1 blocks in which events are looked for, at a time and in all. */
const WINDOW_BLOCKS = 5_000;
const WINDOWS_MAX = 10;

/**
 * Reads the queue.
 *
 * @throws L1_REQUEST_FAILED, L1_LOGS_REFUSED
 */
export async function readQueue(connection: Connection): Promise<Queue> {
  const { contract } = await openL1Client(connection);
  const [isExodus, period, { firstOpen, next }] = await Promise.all([
    contract.exodusMode(),
    contract.priorityExpirationSeconds(),
    contract.priorityQueue(),
  ]);
  const [first, end] = [Number(firstOpen), Number(next)];
  const shownEnd = Math.min(end, first + SHOWN_MAX);
  const start = Math.max(0, first - SHOWN_MAX);
  const ids = Array.from({ length: shownEnd - start }, (_, index) => start + index);
  const known = await readRequests(connection, ids, first);
  return {
    isExodus,
    periodSeconds: Number(period),
    openCount: end - first,
    open: known.filter(({ requestId }) => requestId >= first),
    served: known.filter(({ requestId }) => requestId < first).reverse(),
  };
}

/**
 * Reads one request.
 *
 * @returns Undefined if L1 has no request of this id.
 */
export async function readRequest(
  connection: Connection,
  requestId: number,
): Promise<KnownRequest | undefined> {
  const { contract } = await openL1Client(connection);
  const { firstOpen, next } = await contract.priorityQueue();
  if (BigInt(requestId) >= next) return undefined;
  return (await readRequests(connection, [requestId], Number(firstOpen)))[0];
}

async function readRequests(
  connection: Connection,
  ids: readonly number[],
  firstOpen: number,
): Promise<KnownRequest[]> {
  if (ids.length === 0) return [];
  const { contract } = await openL1Client(connection);
  const added = await readAdded(connection, ids[0]!);
  return Promise.all(
    ids.map(async (requestId) => {
      const [{ expiration }, receipt] = await Promise.all([
        contract.priorityRequest(requestId),
        connection.rollup.getPriorityRequest(requestId),
      ]);
      return {
        requestId,
        // L1 keeps the word of a served request, and zeros that of a cancelled one.
        expiration: requestId < firstOpen || expiration === 0n ? undefined : expiration,
        receipt,
        request: added.get(requestId)?.request,
        transactionHash: added.get(requestId)?.transactionHash,
      };
    }),
  );
}

type Added = Map<number, { readonly request: QueuedRequest; readonly transactionHash: string }>;

/** Looks for the events of requests, from the latest L1 block back to that of `firstId`. */
async function readAdded(connection: Connection, firstId: number): Promise<Added> {
  const client = await openL1Client(connection);
  const { readEvents, toQueuedRequest, providerOf } = await import("../../src/l1/events.ts");
  const latest = await providerOf(client.contract).getBlock("latest");
  observeTime(BigInt(latest?.timestamp ?? 0));
  const added: Added = new Map();
  let toBlock = latest?.number ?? 0;
  for (let looks = 0; looks < WINDOWS_MAX && toBlock >= client.deploymentBlock; looks++) {
    const fromBlock = Math.max(client.deploymentBlock, toBlock - WINDOW_BLOCKS + 1);
    const range = { fromBlock, toBlock };
    for (const event of await readEvents(client.contract, ["PriorityRequestAdded"], range)) {
      const request = toQueuedRequest(event);
      added.set(request.requestId, { request, transactionHash: event.transactionHash });
    }
    if (added.has(firstId)) break;
    toBlock = fromBlock - 1;
  }
  return added;
}
