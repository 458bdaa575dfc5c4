/**
 * The rollup's blocks from the events of L1, applied one by one and compared with L1's state roots.
 * A chain is a value: after a reorg that drops an event, the chain before the event holds again.
 */
import { applyPublicBlock } from "../block/block.ts";
import { decodePubdata } from "../block/pubdata.ts";
import type { BlockEvent, CommitBlock, StoredBlock } from "../l1/types.ts";
import type { PublicOperation } from "../operations/operation.ts";
import type { Payout } from "../operations/rules.ts";
import { type BlockKind, blockKindOfId } from "../protocol/kinds.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { assert, isRollupError, type RollupError } from "../util/errors.ts";
import { restoreError } from "./errors.ts";

/** A block as L1 has stored it, and the state after it: an operator can start from there. */
export interface StateAtBlock {
  readonly storedBlock: StoredBlock;
  readonly state: RollupState;
  /** The first request of the priority queue that no block up to this one serves. */
  readonly nextRequestId: number;
}

/** A committed block whose public data leads to the state root that L1 has. */
export interface RestoredBlock extends StateAtBlock {
  readonly status: "committed" | "proven" | "executed";
  readonly operations: readonly PublicOperation[];
  readonly before: RollupState;
  readonly payouts: readonly Payout[];
}

/**
 * A block whose public data is unreadable or does not lead to its state root: its operator was
 * wrong or lied. A validator can revert it until it is executed, so a restore continues; no block
 * after it can be applied.
 */
export interface FaultyBlock {
  /** Proven only if the verifier, or this program, has a bug. */
  readonly status: "committed" | "proven";
  readonly storedBlock: StoredBlock;
  readonly fault: RollupError;
}

export interface Chain {
  /** An executed block, or genesis. */
  readonly base: StateAtBlock;
  /** Those after the base, in order. */
  readonly blocks: readonly (RestoredBlock | FaultyBlock)[];
}

/**
 * The chain after an event.
 *
 * @throws RESTORE_ROOT_MISMATCH, RESTORE_BLOCK_INVALID, RESTORE_BLOCK_UNREADABLE if L1 executes a
 * faulty block: then nobody knows the state that exits are proven against; RESTORE_EVENTS_MISSING
 */
export function followEvent(chain: Chain, event: BlockEvent): Chain {
  switch (event.type) {
    case "committed":
      return { ...chain, blocks: [...chain.blocks, restoreBlock(chain, event)] };
    case "reverted":
      return keepBlocks(chain, event.committedBlocks);
    case "proven":
      return setProven(chain, event.provenBlocks);
    case "executed":
      return setExecuted(chain, event.blockNumber);
  }
}

/** The last executed block, which only a reorg of L1 can undo. */
export function lastExecuted({ base, blocks }: Chain): StateAtBlock {
  return blocks.findLast(isExecuted) ?? base;
}

/** The same chain with a later base. @param blockNumber - Of an executed block. */
export function rebase(chain: Chain, blockNumber: number): Chain {
  const base = [chain.base, ...chain.blocks].find(
    ({ storedBlock }) => storedBlock.blockNumber === blockNumber,
  );
  assert(base !== undefined && "state" in base, "a base is a restored block");
  const { storedBlock, state, nextRequestId } = base;
  const blocks = chain.blocks.filter((block) => block.storedBlock.blockNumber > blockNumber);
  return { base: { storedBlock, state, nextRequestId }, blocks };
}

export function isFaulty(block: RestoredBlock | FaultyBlock): block is FaultyBlock {
  return "fault" in block;
}

function isExecuted(block: RestoredBlock | FaultyBlock): block is RestoredBlock {
  return block.status === "executed";
}

function keepBlocks(chain: Chain, lastBlockNumber: number): Chain {
  const blocks = chain.blocks.filter(
    ({ storedBlock }) => storedBlock.blockNumber <= lastBlockNumber,
  );
  return { ...chain, blocks };
}

/** @param provenBlocks - Number of the last block that is proven. */
function setProven(chain: Chain, provenBlocks: number): Chain {
  const lastNumber = (chain.blocks.at(-1) ?? chain.base).storedBlock.blockNumber;
  assertFits(provenBlocks <= lastNumber, "a block is proven that is not committed");
  const blocks = chain.blocks.map((block) => {
    const { status, storedBlock } = block;
    if (status !== "committed" || storedBlock.blockNumber > provenBlocks) return block;
    return { ...block, status: "proven" as const };
  });
  return { ...chain, blocks };
}

function setExecuted(chain: Chain, blockNumber: number): Chain {
  const index = blockNumber - chain.base.storedBlock.blockNumber - 1;
  const block = chain.blocks[index];
  assertFits(block !== undefined, "a block is executed that is not committed");
  if (isFaulty(block)) throw block.fault;
  return { ...chain, blocks: chain.blocks.with(index, { ...block, status: "executed" }) };
}

function restoreBlock(
  { base, blocks }: Chain,
  { storedBlock, commitBlock }: Extract<BlockEvent, { type: "committed" }>,
): RestoredBlock | FaultyBlock {
  const parent = blocks.at(-1) ?? base;
  const { blockNumber } = storedBlock;
  assertFits(
    blockNumber === parent.storedBlock.blockNumber + 1,
    "a block is missing before another",
  );
  if ("fault" in parent) return { status: "committed", storedBlock, fault: parent.fault };
  try {
    const before = parent.state;
    if (commitBlock === undefined) {
      throw restoreError({ code: "RESTORE_BLOCK_UNREADABLE", blockNumber });
    }
    const { timestamp, feeAccountId, pubdata } = commitBlock;
    const kind = kindOf(blockNumber, commitBlock);
    const operations = decodePubdata(pubdata);
    const block = { blockNumber, timestamp, feeAccountId, kind, operations };
    const { state, payouts } = applyPublicBlock(before, block);
    assertRoot(storedBlock, state);
    const nextRequestId = parent.nextRequestId + storedBlock.priorityRequests;
    const after = { storedBlock, state, nextRequestId };
    return { status: "committed", ...after, operations, before, payouts };
  } catch (error) {
    return { status: "committed", storedBlock, fault: toFault(blockNumber, error) };
  }
}

/**
 * A node of L1 may keep events back, and a checkpoint may have lost some.
 *
 * @throws RESTORE_EVENTS_MISSING
 */
function assertFits(condition: boolean, reason: string): asserts condition {
  if (!condition) throw restoreError({ code: "RESTORE_EVENTS_MISSING", reason });
}

/** @throws RESTORE_ROOT_MISMATCH */
function assertRoot({ blockNumber, stateRoot }: StoredBlock, { root }: RollupState): void {
  if (root === stateRoot) return;
  throw restoreError({
    code: "RESTORE_ROOT_MISMATCH",
    blockNumber,
    expected: stateRoot,
    actual: root,
  });
}

/**
 * Returns the kind of a block. L1 accepts every id when a block is committed, but a block whose id
 * names no kind can never be proven, because no circuit has such a key.
 *
 * @throws RESTORE_BLOCK_INVALID
 */
function kindOf(blockNumber: number, { kind: id }: CommitBlock): BlockKind {
  const kind = blockKindOfId(id);
  if (kind !== undefined) return kind;
  throw restoreError({
    code: "RESTORE_BLOCK_INVALID",
    blockNumber,
    reason: `${id} is the id of no kind of blocks.`,
  });
}

const OWN_FAULTS: readonly string[] = [
  "RESTORE_BLOCK_INVALID",
  "RESTORE_BLOCK_UNREADABLE",
  "RESTORE_ROOT_MISMATCH",
];

function toFault(blockNumber: number, error: unknown): RollupError {
  if (!isRollupError(error)) throw error;
  if (OWN_FAULTS.includes(error.code)) return error;
  const facts = { blockNumber, reason: error.message };
  return restoreError({ code: "RESTORE_BLOCK_INVALID", ...facts }, { cause: error });
}
