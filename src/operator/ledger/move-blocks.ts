/** How blocks pass their stages, and leave the memory. Pure. */
import type { L1BlockCounts } from "../../l1/types.ts";
import { assert } from "../../util/errors.ts";
import {
  type BlockRecord,
  hasPayouts,
  isCommitted,
  isExecuted,
  isPrepared,
  isProven,
  isSealed,
  isWithProof,
  kindOf,
  numberOf,
  type Prepared,
  toExecuteBlock,
  withoutProof,
} from "./blocks.ts";
import { isUsedUp } from "./consent.ts";
import type { BlocksMoved, BlocksPrepared, ProofMade } from "./events.ts";
import { countKinds } from "./kinds.ts";
import { withoutKeyFacts } from "./l1-view.ts";
import type { Ledger } from "./ledger.ts";
import { promisesAfter } from "./promises.ts";
import { blockOf, indexOfBlock, slotOf } from "./queries.ts";

export function prepareBlocks(ledger: Ledger, { blocks: prepared }: BlocksPrepared): Ledger {
  return prepared.reduce(
    (next, facts) =>
      updateBlock(next, facts.storedBlock.blockNumber, (block) => {
        assert(isSealed(block), "a block is prepared before it is on L1");
        return { ...block, ...facts };
      }),
    ledger,
  );
}

export function moveBlocks(
  ledger: Ledger,
  { type, blockNumbers, transaction }: BlocksMoved,
): Ledger {
  const blocks = ledger.blocks.slice();
  for (const blockNumber of blockNumbers) {
    const index = indexOfBlock(ledger, blockNumber);
    const block = blocks[index];
    assert(block !== undefined && isPrepared(block), "what moves on L1 was prepared");
    blocks[index] = movedBlock(block, type, transaction);
  }
  return withBlocks(ledger, blocks);
}

function movedBlock(
  block: BlockRecord & Prepared,
  type: BlocksMoved["type"],
  transaction: BlocksMoved["transaction"],
): BlockRecord {
  switch (type) {
    case "blocksCommitted":
      assert(isSealed(block), "a block is committed once");
      return { ...block, status: "committed", commit: transaction };
    case "blocksProven": {
      assert(isCommitted(block), "a block is proven after it was committed");
      // The traces of the slots have done their work, and would fill the memory.
      const applied = { ...block.applied, slots: [], fees: [] };
      return { ...block, status: "proven", applied, prove: transaction };
    }
    case "blocksExecuted":
      assert(isProven(block), "a block is executed after it was proven");
      return { ...block, status: "executed", execute: transaction };
  }
}

/** Keeps a proof if the block still has the same commitment, at any stage; otherwise drops it. */
export function addProof(ledger: Ledger, { blockNumber, commitment, proof }: ProofMade): Ledger {
  const block = blockOf(ledger, blockNumber);
  if (block === undefined || !isPrepared(block)) return ledger;
  if (block.storedBlock.commitment !== commitment) return ledger;
  return updateBlock(ledger, blockNumber, () => ({ ...block, proof }));
}

export function dropProof(ledger: Ledger, blockNumber: number): Ledger {
  return updateBlock(ledger, blockNumber, (block) =>
    isWithProof(block) ? withoutProof(block) : block,
  );
}

function updateBlock(
  ledger: Ledger,
  blockNumber: number,
  update: (block: BlockRecord) => BlockRecord,
): Ledger {
  const block = blockOf(ledger, blockNumber);
  assert(block !== undefined, "a block that changes is known");
  const blocks = ledger.blocks.with(indexOfBlock(ledger, blockNumber), update(block));
  return { ...ledger, blocks };
}

/**
 * Takes over blocks of the same numbers, and notes what those that are newly executed pay. After a
 * reorg they take the place of others that had been executed under their numbers.
 */
export function withBlocks(ledger: Ledger, blocks: readonly BlockRecord[]): Ledger {
  const { executed } = ledger.progress;
  const added = blocks.filter(isExecuted).filter((block) => numberOf(block) > executed);
  const numbers = new Set(added.map(numberOf));
  const others = ledger.unpaid.filter(({ storedBlock }) => !numbers.has(storedBlock.blockNumber));
  const unpaid =
    added.length > 0 ? [...others, ...added.filter(hasPayouts).map(toExecuteBlock)] : ledger.unpaid;
  return { ...ledger, blocks, unpaid, progress: countBlocks(blocks, ledger) };
}

function countBlocks(blocks: readonly BlockRecord[], { start }: Ledger): L1BlockCounts {
  const lastOf = (hasCome: (block: BlockRecord) => boolean) => {
    const last = blocks.findLast(hasCome);
    return last === undefined ? start.storedBlock.blockNumber : numberOf(last);
  };
  return {
    committed: lastOf((block) => !isSealed(block)),
    proven: lastOf((block) => isProven(block) || isExecuted(block)),
    executed: lastOf(isExecuted),
  };
}

export function forgetBlocks(ledger: Ledger, upTo: number): Ledger {
  const { blocks, l1History, start } = ledger;
  const count = indexOfBlock(ledger, upTo) + 1;
  const forgotten = blocks.slice(0, count).filter(isExecuted);
  assert(count > 0 && forgotten.length === count, "only what is executed is forgotten");
  const receipts = forgotten.reduce(
    (book, { items }) =>
      book.withFinalBlock(items, (blockNumber, slot) => slotOf(ledger, blockNumber, slot)),
    ledger.receipts,
  );
  const { applied, storedBlock } = forgotten.at(-1)!;
  const served = forgotten.reduce((sum, block) => sum + block.storedBlock.priorityRequests, 0);
  const nextRequestId = start.nextRequestId + served;
  const { state } = applied;
  return {
    ...ledger,
    start: { state, storedBlock, nextRequestId },
    blocks: blocks.slice(count),
    forgottenKinds: countKinds(ledger.forgottenKinds, forgotten.map(kindOf)),
    l1History: withoutKeyFacts(l1History, (fact) => isUsedUp(state, fact)),
    receipts,
    promises: promisesAfter(ledger, upTo),
  };
}
