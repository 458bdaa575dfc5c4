/** What L1 says about the blocks and requests that the operator knows. Pure. */
import { hashStoredBlock } from "../../l1/stored-block.ts";
import type { L1Progress, QueuedRequest, StoredBlock } from "../../l1/types.ts";
import {
  type BlockRecord,
  prepareBlock,
  type Prepared,
  isPrepared,
  isSealed,
  numberOf,
  type ProvenBlock,
} from "./blocks.ts";
import type { Item } from "./sequence.ts";

/**
 * Gives blocks the status that they have on L1: an earlier one after a reorg, or a later
 * one: a transaction that was given up may be mined, and anyone may prove a block. From the first
 * block on that L1 does not have, or has another of, all are only sealed.
 *
 * @param start - The block before the first, as L1 has stored it.
 * @param domain - Of the rollup's signatures, see `signingDomain`.
 */
export function withL1Status(
  blocks: readonly BlockRecord[],
  progress: L1Progress,
  start: StoredBlock,
  domain: bigint,
): BlockRecord[] {
  let parent = start;
  const onL1 = blocks.map((block) => {
    const known =
      isSealed(block) && isOnL1(block, progress) ? prepareBlock(block, parent, domain) : block;
    if (isPrepared(known)) parent = known.storedBlock;
    return known;
  });
  const firstMissing = onL1.findIndex((block) => !isSameOnL1(block, progress));
  const count = firstMissing < 0 ? onL1.length : firstMissing;
  return onL1.map((block, index) =>
    isPrepared(block)
      ? withStatus(block, index < count ? statusOnL1(block, progress) : "sealed")
      : block,
  );
}

/** Whether L1 has a block of this number. */
function isOnL1(block: BlockRecord, { committed }: L1Progress): boolean {
  return numberOf(block) <= committed;
}

function isSameOnL1(block: BlockRecord, progress: L1Progress): boolean {
  if (!isOnL1(block, progress) || !isPrepared(block)) return false;
  const { firstBlockNumber, storedBlockHashes } = progress;
  const index = numberOf(block) - firstBlockNumber;
  return index < 0 || storedBlockHashes[index] === hashStoredBlock(block.storedBlock);
}

type Status = BlockRecord["status"];

function withStatus(block: BlockRecord & Prepared, status: Status): BlockRecord {
  if (block.status === status) return block;
  const { items, applied, commitment, parentCommitment, storedBlock, proof } = block;
  const { commit, prove } = block as Partial<ProvenBlock>;
  const isCommitted = status !== "sealed";
  const isProven = status === "proven" || status === "executed";
  return {
    items,
    applied,
    commitment,
    parentCommitment,
    storedBlock,
    status,
    ...(proof !== undefined && { proof }),
    ...(isCommitted && commit !== undefined && { commit }),
    ...(isProven && prove !== undefined && { prove }),
  };
}

function statusOnL1(block: BlockRecord, { proven, executed }: L1Progress): Status {
  const blockNumber = numberOf(block);
  if (blockNumber <= executed) return "executed";
  return blockNumber <= proven ? "proven" : "committed";
}

/**
 * Whether L1 still has the request that an item is; true for every other item.
 *
 * @param requests - All that L1 has from `firstId` on. Requests before are beyond doubt.
 */
export function isStillQueued(
  item: Item,
  firstId: number,
  requests: readonly QueuedRequest[],
): boolean {
  if (item.kind !== "request" || item.request.requestId < firstId) return true;
  const queued = requests[item.request.requestId - firstId];
  return queued !== undefined && isSameRequest(item.request, queued);
}

function isSameRequest(one: QueuedRequest, other: QueuedRequest): boolean {
  const { type, owner, tokenId } = one;
  if (type !== other.type || owner !== other.owner || tokenId !== other.tokenId) return false;
  return type === "deposit"
    ? other.type === "deposit" && one.amount === other.amount
    : other.type === "fullExit" && one.accountId === other.accountId;
}

/**
 * Puts requests into the places where requests stand, in their order: an item that relies on an
 * earlier deposit finds it in its place or earlier, unless L1 has dropped it.
 *
 * @returns The items, without the places that are left over; requests that are left over come last.
 */
export function withRequests(items: readonly Item[], requests: readonly QueuedRequest[]): Item[] {
  const places = items.filter(({ kind }) => kind === "request").length;
  const queue = requests.map((request): Item => ({ kind: "request", request }));
  const placed = queue.slice(0, places);
  let next = 0;
  const replaced = items.flatMap((item) => {
    if (item.kind !== "request") return [item];
    const request = placed[next++];
    return request === undefined ? [] : [request];
  });
  return [...replaced, ...queue.slice(places)];
}
