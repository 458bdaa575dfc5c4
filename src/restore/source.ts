/** L1 as a restore reads it. */
import type { RollupClient } from "../l1/client.ts";
import { type BlockRange, providerOf } from "../l1/events.ts";
import { readGenesis, readHistory } from "../l1/history.ts";
import { readProgress } from "../l1/progress.ts";
import type { Dated, L1BlockId, L1Genesis, L1Progress } from "../l1/types.ts";
import { isRollupError } from "../util/errors.ts";
import { restoreError } from "./errors.ts";

/** What a restore needs of L1. Every call may fail; then the restore can be tried again. */
export interface RestoreSource {
  /** Chain of the contract. */
  readonly chainId: bigint;
  /** Checksummed. */
  readonly rollupAddress: string;
  /** Returns the genesis of the rollup, as L1 has published it. */
  readGenesis(): Promise<L1Genesis>;
  /**
   * Returns everything that happened to the rollup in a range of L1 blocks, in order.
   *
   * @param range - The first and the last L1 block, both included.
   */
  readHistory(range: BlockRange): Promise<readonly Dated[]>;
  /** Returns the latest L1 block. */
  latestBlock(): Promise<L1BlockId>;
  /**
   * Returns the hash of an L1 block, 0x-hex; undefined if L1 has no block of this number.
   *
   * @param l1BlockNumber - Number of the L1 block.
   */
  blockHash(l1BlockNumber: number): Promise<string | undefined>;
  /**
   * Returns the hash under which the contract keeps a block of the rollup, 0x-hex.
   *
   * @param blockNumber - Number of the rollup's block; 0 is genesis.
   */
  storedBlockHash(blockNumber: number): Promise<string>;
  /**
   * Returns how far blocks have come.
   *
   * @param fromBlockNumber - First rollup block whose hash is read; hashes of all blocks that are
   * not executed are read in any case.
   * @param l1BlockNumber - L1 block at whose end the state is read.
   */
  readProgress(fromBlockNumber: number, l1BlockNumber: number): Promise<L1Progress>;
  /**
   * Returns the id of the first request that no executed block serves.
   *
   * @param l1BlockNumber - L1 block at whose end the state is read.
   */
  readFirstOpenRequest(l1BlockNumber: number): Promise<number>;
}

/**
 * Creates the source of a restore over a node of L1.
 *
 * @param client - A client of the rollup; its node must keep old transactions.
 * @returns The source, which reads only when it is asked.
 *
 * @example
 * const source = createRestoreSource(client);
 * (await source.readGenesis()).accountCapacity; // 64
 */
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
