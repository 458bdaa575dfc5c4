/** How far the rollup's blocks have come, by the contract itself. */
import type { Rollup } from "./generated/rollup.ts";
import { mapBounded, REQUESTS_MAX } from "./requests.ts";
import type { L1Progress } from "./types.ts";

/**
 * Reads block counts and hashes of stored blocks.
 *
 * @param fromBlockNumber - First rollup block whose hash is read; hashes of all blocks that are not
 * executed are read in any case.
 * @param l1BlockNumber - L1 block whose state is read.
 */
export async function readProgress(
  contract: Rollup,
  fromBlockNumber: number,
  l1BlockNumber: number,
): Promise<L1Progress> {
  const at = { blockTag: l1BlockNumber };
  const counts = await contract.blockCounts(at);
  const [committed, proven, executed] = [counts.committed, counts.proven, counts.executed].map(
    Number,
  ) as [number, number, number];
  const firstBlockNumber = Math.min(fromBlockNumber, executed + 1);
  const length = Math.max(0, committed - firstBlockNumber + 1);
  const numbers = Array.from({ length }, (_, index) => firstBlockNumber + index);
  const storedBlockHashes = await mapBounded(numbers, REQUESTS_MAX, (blockNumber) =>
    contract.storedBlockHash(blockNumber, at),
  );
  return { committed, proven, executed, firstBlockNumber, storedBlockHashes };
}
