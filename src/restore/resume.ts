/** Makes a rollup that has lost its operator ready for another one. */
import { executeCost, L1_LIMITS, type L1Cost, type L1Limits, revertCost } from "../l1/gas.ts";
import type { ExecuteBlock, L1Transaction, StoredBlock } from "../l1/types.ts";
import type { StateAtBlock } from "./chain.ts";
import type { RestoredRollup } from "./restore.ts";

/** What a validator does on L1; a `RollupClient` satisfies it. */
export interface ValidatorPort {
  /**
   * Finalizes all blocks; payouts without enough gas stay open, see `findOpenPayouts`.
   *
   * @param blocks - Proven blocks, in order.
   * @returns The mined L1 transaction.
   */
  executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction>;
  /**
   * Reverts committed blocks.
   *
   * @param blocks - Newest first.
   * @returns The mined L1 transaction.
   */
  revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction>;
}

/**
 * Executes the proven blocks and reverts those that are only committed: a proof needs the
 * signatures of the transactions, which are not on L1. The requests of reverted blocks stay in the
 * queue; their transactions must be sent again.
 *
 * L1's limits may demand several L1 transactions. After a failure, restore and call again: what is
 * executed or reverted stays so.
 *
 * @param l1 - A client whose signer is a validator.
 * @param restored - From {@link restoreRollup}, of the latest L1 block.
 * @param limits - Of one L1 transaction; default: those of Ethereum.
 * @returns The start of the new operator.
 * @throws L1_REVERTED, and the other codes of sending, see {@link RollupClient}
 *
 * @example
 * const restored = await restoreRollup(createRestoreSource(client));
 * const { storedBlock, state } = await prepareStart(client, restored);
 * storedBlock.stateRoot === state.root; // true
 */
export async function prepareStart(
  l1: ValidatorPort,
  { executed, pending, faulty }: RestoredRollup,
  limits: L1Limits = L1_LIMITS,
): Promise<StateAtBlock> {
  const proven = pending.filter(({ status }) => status === "proven");
  const unproven = [...pending.slice(proven.length), ...faulty];
  const costOfExecution = (blocks: readonly ExecuteBlock[]) =>
    executeCost(blocks.map(({ payouts }) => payouts.length));
  for (const blocks of splitWithin(proven, costOfExecution, limits)) {
    const isTooLarge = costOfExecution(blocks).bytes > limits.bytesMax;
    // A block that is finalized without its payouts fits whatever its size.
    await l1.executeBlocks(isTooLarge ? blocks.map(withoutPayouts) : blocks);
  }
  const newestFirst = unproven.map(({ storedBlock }) => storedBlock).toReversed();
  for (const blocks of splitWithin(newestFirst, ({ length }) => revertCost(length), limits)) {
    await l1.revertBlocks(blocks);
  }
  return proven.at(-1) ?? executed;
}

function withoutPayouts({ storedBlock }: ExecuteBlock): ExecuteBlock {
  return { storedBlock, payouts: [] };
}

/** Lists that make up the whole, each within what one L1 transaction takes, or of one element. */
function splitWithin<T>(
  elements: readonly T[],
  costOf: (some: readonly T[]) => L1Cost,
  { gasMax, bytesMax }: L1Limits,
): T[][] {
  const lists: T[][] = [];
  for (const element of elements) {
    const last = lists.at(-1);
    const { gas, bytes } = costOf([...(last ?? []), element]);
    if (last !== undefined && gas <= gasMax && bytes <= bytesMax) last.push(element);
    else lists.push([element]);
  }
  return lists;
}
