/** Makes a rollup that has lost its operator ready for another one. */
import type { ExecuteBlock, L1Transaction, StoredBlock } from "../l1/types.ts";
import type { StateAtBlock } from "./chain.ts";
import type { RestoredRollup } from "./restore.ts";

/** What a validator does on L1; `RollupClient` is such. */
export interface ValidatorPort {
  executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction>;
  revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction>;
}

/**
 * Executes the blocks that are proven, and takes back those that are only committed: their proofs
 * need the signatures of their transactions, which are not on L1. No request of the priority queue
 * gets lost thereby; transactions that were in blocks taken back must be sent again.
 *
 * @returns Where the new operator starts.
 * @throws L1_REVERTED
 */
export async function settleBlocks(
  l1: ValidatorPort,
  { executed, pending, faulty }: RestoredRollup,
): Promise<StateAtBlock> {
  const proven = pending.filter(({ status }) => status === "proven");
  const unproven = [...pending.slice(proven.length), ...faulty];
  if (proven.length > 0) await l1.executeBlocks(proven);
  if (unproven.length > 0) {
    await l1.revertBlocks(unproven.map(({ storedBlock }) => storedBlock).toReversed());
  }
  return proven.at(-1) ?? executed;
}
