/** Computes what L1 is shown of blocks. */
import type { BatchCrypto } from "../../kernel/batch.ts";
import type { StoredBlock } from "../../l1/types.ts";
import { RollupState } from "../../state/rollup-state.ts";
import { prepareBlock, type Prepared, type SealedBlock } from "../ledger/blocks.ts";

/**
 * Computes what L1 is shown of blocks that follow each other. The state trees are hashed first, all
 * together and in the threads of `crypto`.
 *
 * @param parent - The block before the first.
 * @param domain - Of the rollup's signatures, see `signingDomain`.
 */
export async function prepareBlocks(
  crypto: BatchCrypto,
  blocks: readonly SealedBlock[],
  parent: StoredBlock,
  domain: bigint,
): Promise<(SealedBlock & Prepared)[]> {
  const states = blocks.flatMap(({ applied }) => [applied.before, applied.state]);
  await RollupState.hashAll(states, crypto.hashMany);
  const prepared: (SealedBlock & Prepared)[] = [];
  let last = parent;
  for (const block of blocks) {
    const next = prepareBlock(block, last, domain);
    prepared.push(next);
    last = next.storedBlock;
  }
  return prepared;
}
