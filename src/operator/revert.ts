/** Reverts committed blocks on L1. */
import { L1_LIMITS, revertCost } from "../l1/gas.ts";
import type { L1BlockCounts } from "../l1/types.ts";
import { takeWithin } from "./ledger/budget.ts";
import { operatorError } from "./errors.ts";
import type { L1Port } from "./l1-port.ts";

/** Maximum number of blocks that one L1 transaction reverts. */
const BLOCKS_MAX = 64;

/**
 * Reverts blocks on L1, the last first, no matter who has committed them.
 *
 * @param fromBlockNumber - The first block that goes.
 * @throws BLOCKS_NOT_REVERTIBLE, L1_REVERTED; the blocks reverted until then stay reverted.
 */
export async function revertBlocksFrom(
  l1: Pick<L1Port, "readStoredBlock" | "revertBlocks">,
  fromBlockNumber: number,
  { committed, executed }: L1BlockCounts,
  limits = L1_LIMITS,
): Promise<void> {
  if (fromBlockNumber <= executed || fromBlockNumber > committed) {
    const facts = { blockNumber: fromBlockNumber, executed, committed };
    throw operatorError({ code: "BLOCKS_NOT_REVERTIBLE", ...facts });
  }
  const costOf = ({ length }: readonly number[]) => revertCost(length);
  for (let last = committed; last >= fromBlockNumber;) {
    const length = last - fromBlockNumber + 1;
    const newestFirst = Array.from({ length }, (_, index) => last - index);
    const numbers = takeWithin(newestFirst, BLOCKS_MAX, costOf, limits);
    const blocks = await Promise.all(numbers.map((number) => l1.readStoredBlock(number)));
    await l1.revertBlocks(blocks);
    last -= numbers.length;
  }
}
