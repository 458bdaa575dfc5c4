/**
 * The events read from L1 with their L1 blocks, so that a reorg can be followed. A journal is a
 * value.
 */
import type { BlockEvent, Dated, L1BlockId, SideEvent } from "../l1/types.ts";
import { type Chain, followEvent, isFaulty, rebase, type StateAtBlock } from "./chain.ts";
import {
  compactHistory,
  cutHistory,
  extendHistory,
  type L1History,
  partialHistory,
} from "./history.ts";

interface Entry extends Dated<BlockEvent> {
  /** The chain after the event. */
  readonly chain: Chain;
}

export interface Journal {
  readonly base: StateAtBlock;
  /** In which L1 block the base was executed; for genesis, the one before the rollup started. */
  readonly baseL1Block: L1BlockId;
  /** What has happened to later blocks than the base, in order. */
  readonly entries: readonly Entry[];
  /** The last L1 block that has been read. */
  readonly l1Block: L1BlockId;
  /** What L1 says beside the blocks; without the L1 blocks up to a loaded checkpoint. */
  readonly history: L1History;
}

/** A journal in which nothing has happened since the base. */
export function openJournal(
  base: StateAtBlock,
  baseL1Block: L1BlockId,
  history = partialHistory(baseL1Block.number + 1),
): Journal {
  return { base, baseL1Block, entries: [], l1Block: baseL1Block, history };
}

export function currentChain({ base, entries }: Journal): Chain {
  return entries.at(-1)?.chain ?? { base, blocks: [] };
}

/**
 * Adds the events up to an L1 block.
 *
 * @throws RESTORE_ROOT_MISMATCH, RESTORE_BLOCK_INVALID of a block that L1 takes for proven
 */
export function record(journal: Journal, events: readonly Dated[], l1Block: L1BlockId): Journal {
  const entries = [...journal.entries];
  const side: Dated<SideEvent>[] = [];
  let chain = currentChain(journal);
  for (const { l1Block, event } of events) {
    if (isSideEvent(event)) {
      side.push({ l1Block, event });
      continue;
    }
    chain = followEvent(chain, event);
    entries.push({ l1Block, event, chain });
  }
  const history = extendHistory(journal.history, side, l1Block.number);
  return { ...journal, entries, l1Block, history };
}

export function isSideEvent(event: BlockEvent | SideEvent): event is SideEvent {
  const { type } = event;
  return type === "tokenListed" || type === "requestAdded" || type === "payoutsOpen";
}

/** L1 blocks that the journal can return to, newest first. */
export function waypoints({ entries, baseL1Block }: Journal): L1BlockId[] {
  const later = entries.filter(({ l1Block }) => l1Block.number > baseL1Block.number);
  const numbers = new Map(later.map(({ l1Block }) => [l1Block.number, l1Block]));
  return [...[...numbers.values()].reverse(), baseL1Block];
}

/** Drops all events after a waypoint. */
export function goBack(journal: Journal, l1Block: L1BlockId): Journal {
  const entries = journal.entries.filter((entry) => entry.l1Block.number <= l1Block.number);
  return { ...journal, entries, l1Block, history: cutHistory(journal.history, l1Block.number) };
}

/**
 * Forgets all from the L1 block on in which the first faulty block was committed: whether that is
 * the block's own fault or that of the journal, L1 can say.
 *
 * @returns Undefined if the journal starts later.
 */
export function beforeFaults(journal: Journal): Journal | undefined {
  const { entries, baseL1Block } = journal;
  const first = entries.find(({ chain }) => chain.blocks.some(isFaulty));
  if (first === undefined) return journal;
  if (first.l1Block.number <= baseL1Block.number) return undefined;
  const earlier = waypoints(journal).find(({ number }) => number < first.l1Block.number);
  return earlier && goBack(journal, earlier);
}

/**
 * Makes the last block that was executed by some L1 block the new base, so that a journal stays
 * short however long the history is.
 *
 * @param l1BlockNumber - No reorg reaches this L1 block.
 */
export function prune(journal: Journal, l1BlockNumber: number): Journal {
  const { entries } = journal;
  const last = entries.findLastIndex(
    ({ l1Block, event }) => event.type === "executed" && l1Block.number <= l1BlockNumber,
  );
  const executed = entries[last];
  if (executed === undefined || executed.event.type !== "executed") return journal;
  const { blockNumber } = executed.event;
  // Before its commit there may be reverted blocks of the same and higher numbers.
  const commit = entries.findLastIndex(
    ({ event }, index) => index < last && isCommitOf(event, blockNumber),
  );
  const { base } = rebase(executed.chain, blockNumber);
  const later = entries
    .slice(commit + 1)
    .filter(({ event }) => !("blockNumber" in event) || event.blockNumber > blockNumber)
    .map((entry) => ({ ...entry, chain: rebase(entry.chain, blockNumber) }));
  const baseL1Block = executed.l1Block;
  const history = compactHistory(journal.history, base.nextRequestId, baseL1Block.number);
  return { ...journal, base, baseL1Block, entries: later, history };
}

function isCommitOf(event: BlockEvent, blockNumber: number): boolean {
  return event.type === "committed" && event.storedBlock.blockNumber === blockNumber;
}
