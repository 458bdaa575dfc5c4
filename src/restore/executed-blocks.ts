/** The executed blocks of a rollup one by one, each with all that L1 has of it. */
import type { CommitBlock, StoredBlock } from "../l1/types.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { type Preset, PRESETS } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { assert } from "../util/errors.ts";
import { type Chain, followEvent, isFaulty, rebase } from "./chain.ts";
import { currentChain, isSideEvent } from "./journal.ts";
import { openGenesis, presetOf, type RestoreProgress } from "./restore.ts";
import { namingFailures, type RestoreSource } from "./source.ts";

const L1_BLOCKS_PER_STEP = 2_000;

/** An executed block. */
export interface ExecutedOnL1 {
  /** The block before, as L1 has stored it. */
  readonly parent: StoredBlock;
  readonly storedBlock: StoredBlock;
  /** The block as of the calldata of its commit. */
  readonly committed: CommitBlock;
  /** By slot. */
  readonly operations: readonly PublicOperation[];
  /** The state after the block. */
  readonly state: RollupState;
}

export interface ExecutedBlocksOptions {
  /** Presets that the rollup may have; default: those of this package. */
  readonly presets?: readonly Preset[];
  /** Receives the progress after each step. */
  readonly onProgress?: (progress: RestoreProgress) => void;
}

/**
 * Reads the executed blocks from the first on, up to the latest L1 block at the start. A reorg
 * meanwhile is not followed: what is made of the blocks is for L1 to judge.
 *
 * @throws as `restoreRollup`, but RESTORE_DISAGREES and those of checkpoints
 */
export async function* readExecutedBlocks(
  rawSource: RestoreSource,
  { presets = Object.values(PRESETS), onProgress }: ExecutedBlocksOptions = {},
): AsyncGenerator<ExecutedOnL1> {
  const source = namingFailures(rawSource, undefined);
  const genesis = await source.readGenesis();
  const start = await openGenesis(source, presetOf(genesis, presets), genesis);
  const latest = await source.latestBlock();
  let chain = currentChain(start);
  const committed = new Map<number, CommitBlock>();
  for (let from = start.l1Block.number + 1; from <= latest.number; from += L1_BLOCKS_PER_STEP) {
    const toBlock = Math.min(from + L1_BLOCKS_PER_STEP - 1, latest.number);
    for (const { event } of await source.readHistory({ fromBlock: from, toBlock })) {
      if (isSideEvent(event)) continue;
      chain = followEvent(chain, event);
      if (event.type === "committed" && event.commitBlock !== undefined) {
        committed.set(event.storedBlock.blockNumber, event.commitBlock);
      }
      if (event.type !== "executed") continue;
      yield executedBlock(chain, event.blockNumber, committed);
      chain = rebase(chain, event.blockNumber);
      committed.delete(event.blockNumber);
    }
    const { blockNumber } = chain.base.storedBlock;
    onProgress?.({ l1Block: toBlock, latestL1Block: latest.number, blockNumber });
  }
}

function executedBlock(
  { base, blocks }: Chain,
  blockNumber: number,
  commits: ReadonlyMap<number, CommitBlock>,
): ExecutedOnL1 {
  const [block] = blocks;
  const committed = commits.get(blockNumber);
  assert(block?.storedBlock.blockNumber === blockNumber, "blocks are executed in order");
  assert(!isFaulty(block) && committed !== undefined, "what is executed was applied");
  const { storedBlock, operations, state } = block;
  return { parent: base.storedBlock, storedBlock, committed, operations, state };
}
