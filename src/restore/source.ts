/** What a restore needs of L1. Every call may fail; then the restore can be tried again. */
import type { RollupClient } from "../l1/client.ts";
import { type BlockRange, providerOf } from "../l1/events.ts";
import { readGenesis, readHistory } from "../l1/history.ts";
import { readProgress } from "../l1/progress.ts";
import type { Dated, L1BlockId, L1Genesis, L1Progress } from "../l1/types.ts";
import { isRollupError } from "../util/errors.ts";
import { restoreError } from "./errors.ts";

export interface RestoreSource {
  readonly chainId: bigint;
  /** Checksummed. */
  readonly rollupAddress: string;
  readGenesis(): Promise<L1Genesis>;
  /** Everything that happened to the rollup in a range of L1 blocks, in order. */
  readHistory(range: BlockRange): Promise<readonly Dated[]>;
  latestBlock(): Promise<L1BlockId>;
  /** Undefined if L1 has no block of this number. */
  blockHash(l1BlockNumber: number): Promise<string | undefined>;
  /** Hash under which the contract keeps a block of the rollup, 0x-hex. */
  storedBlockHash(blockNumber: number): Promise<string>;
  /** How far blocks have come at the end of an L1 block, see `src/l1/progress.ts`. */
  readProgress(fromBlockNumber: number, l1BlockNumber: number): Promise<L1Progress>;
  /** First request that no executed block serves, at the end of an L1 block. */
  readFirstOpenRequest(l1BlockNumber: number): Promise<number>;
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
    readHistory: (range) => readHistory(contract, range),
    latestBlock: async () => {
      const latest = (await provider.getBlock("latest"))!;
      return { number: latest.number, hash: latest.hash! };
    },
    blockHash: async (l1BlockNumber) => (await provider.getBlock(l1BlockNumber))?.hash ?? undefined,
    storedBlockHash: (blockNumber) => contract.storedBlockHash(blockNumber),
    readProgress: (from, l1BlockNumber) => readProgress(contract, from, l1BlockNumber),
    readFirstOpenRequest: async (l1BlockNumber) =>
      Number((await contract.priorityQueue({ blockTag: l1BlockNumber })).firstOpen),
  };
}

/** The same source, whose failures say how the restore continues. @throws RESTORE_INTERRUPTED */
export function namingFailures(source: RestoreSource, file: string | undefined): RestoreSource {
  const named = <A extends unknown[], R>(read: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      try {
        return await read.apply(source, args);
      } catch (cause) {
        if (isRollupError(cause) && cause.code !== "L1_REQUEST_FAILED") throw cause;
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw restoreError({ code: "RESTORE_INTERRUPTED", reason, file }, { cause });
      }
    };
  };
  return {
    chainId: source.chainId,
    rollupAddress: source.rollupAddress,
    readGenesis: named(source.readGenesis),
    readHistory: named(source.readHistory),
    latestBlock: named(source.latestBlock),
    blockHash: named(source.blockHash),
    storedBlockHash: named(source.storedBlockHash),
    readProgress: named(source.readProgress),
    readFirstOpenRequest: named(source.readFirstOpenRequest),
  };
}
