/** Holds what was restored against what the contract says of itself at the same L1 block. */
import { hashStoredBlock } from "../l1/stored-block.ts";
import { type Chain, lastExecuted } from "./chain.ts";
import type { RestoreSource } from "./source.ts";

/**
 * Every fact of the result that events, or a checkpoint, could have been wrong about: how many
 * blocks there are of each kind, the hash of each that an operator or an exit continues from, and
 * which requests are served.
 *
 * @returns The first difference; undefined if there is none.
 */
export async function findDifference(
  source: RestoreSource,
  chain: Chain,
  l1BlockNumber: number,
): Promise<string | undefined> {
  const executed = lastExecuted(chain);
  const { blockNumber } = executed.storedBlock;
  const pending = chain.blocks.filter(({ storedBlock }) => storedBlock.blockNumber > blockNumber);
  const proven = pending.filter(({ status }) => status === "proven");
  const [progress, firstOpen] = await Promise.all([
    source.readProgress(blockNumber, l1BlockNumber),
    source.readFirstOpenRequest(l1BlockNumber),
  ]);
  const numbers: [what: string, restored: number, onL1: number][] = [
    ["executed blocks", blockNumber, progress.executed],
    ["proven blocks", blockNumber + proven.length, progress.proven],
    ["committed blocks", blockNumber + pending.length, progress.committed],
    ["executed requests", executed.nextRequestId, firstOpen],
  ];
  const differing = numbers.find(([, restored, onL1]) => restored !== onL1);
  if (differing !== undefined) return `${differing[0]} ${differing[1]}, on L1 ${differing[2]}`;
  const blocks = [executed, ...pending].map(({ storedBlock }) => storedBlock);
  const wrong = blocks.find((block) => {
    const index = block.blockNumber - progress.firstBlockNumber;
    return progress.storedBlockHashes[index] !== hashStoredBlock(block);
  });
  return wrong && `block ${wrong.blockNumber} has another hash`;
}
