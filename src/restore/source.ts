/** What a restore needs of L1. Every call may fail; the restore can then be tried again. */
import type { RollupClient } from "../l1/client.ts";
import { type BlockRange, providerOf } from "../l1/events.ts";
import { readBlockEvents, readGenesis } from "../l1/history.ts";
import type { DatedBlockEvent, L1BlockId, L1Genesis } from "../l1/types.ts";

export interface RestoreSource {
  readonly chainId: bigint;
  /** Checksummed. */
  readonly rollupAddress: string;
  readGenesis(): Promise<L1Genesis>;
  /** All that has happened to blocks of the rollup in a range of L1 blocks, in order. */
  readBlockEvents(range: BlockRange): Promise<readonly DatedBlockEvent[]>;
  latestBlock(): Promise<L1BlockId>;
  /** Undefined if L1 has no block of this number. */
  blockHash(l1BlockNumber: number): Promise<string | undefined>;
  /** Hash under which the contract keeps a block of the rollup, 0x-hex. */
  storedBlockHash(blockNumber: number): Promise<string>;
}

/** The source over a node of L1, which must keep old transactions. */
export function createRestoreSource({
  contract,
  chainId,
  rollupAddress,
  deploymentBlock,
}: RollupClient): RestoreSource {
  const provider = providerOf(contract);
  return {
    chainId,
    rollupAddress,
    readGenesis: async () => {
      const toBlock = await provider.getBlockNumber();
      return readGenesis(contract, { fromBlock: deploymentBlock, toBlock });
    },
    readBlockEvents: (range) => readBlockEvents(contract, range),
    latestBlock: async () => {
      const latest = (await provider.getBlock("latest"))!;
      return { number: latest.number, hash: latest.hash! };
    },
    blockHash: async (l1BlockNumber) => (await provider.getBlock(l1BlockNumber))?.hash ?? undefined,
    storedBlockHash: (blockNumber) => contract.storedBlockHash(blockNumber),
  };
}
