/**
 * What the operator needs of L1. `src/l1` implements it over ethers; tests implement it in memory.
 * Every call may fail; the operator then keeps its state and can try again.
 */
import type {
  CommitBlock,
  ExecuteBlock,
  L1Deployment,
  L1News,
  L1Progress,
  L1Standing,
  L1Transaction,
  ProveBlock,
  StoredBlock,
} from "../l1/types.ts";

export interface L1Port {
  readonly chainId: bigint;
  /** Address of the Rollup contract, checksummed. */
  readonly rollupAddress: string;
  /** L1 block of its deployment: where its events start. */
  readonly deploymentBlock: number;
  readDeployment(): Promise<L1Deployment>;
  /** Events of the blocks from `fromBlock` (included) to the latest. */
  readNews(fromBlock: number): Promise<L1News>;
  /** Hash of an L1 block, 0x-hex; undefined if there is none of this number. */
  readBlockHash(blockNumber: number): Promise<string | undefined>;
  /** As at the end of an L1 block; see `src/l1/progress.ts`. */
  readProgress(fromBlockNumber: number, l1BlockNumber: number): Promise<L1Progress>;
  /** As at the end of an L1 block. */
  readStanding(l1BlockNumber: number): Promise<L1Standing>;
  /** A committed block of the rollup, of any validator. */
  readStoredBlock(blockNumber: number): Promise<StoredBlock>;
  /** Whether a committed block was sent by the account that sends this port's transactions. */
  isOwnCommit(blockNumber: number): Promise<boolean>;
  /** Whether there is a contract at an address. @param address - uint160. */
  hasCode(address: bigint): Promise<boolean>;
  /**
   * How many payouts of a block are still to be made: 0 also if it is not executed, and
   * PAYOUTS_NOT_COUNTED if L1 has not counted them.
   *
   * @param l1BlockNumber - L1 block at whose end the question is asked; default: the latest.
   */
  readOpenPayouts(blockNumber: number, l1BlockNumber?: number): Promise<number>;
  /** Resolves when mined. @returns The new blocks as L1 has stored them, in order. */
  commitBlocks(
    last: StoredBlock,
    blocks: readonly CommitBlock[],
  ): Promise<{ transaction: L1Transaction; storedBlocks: readonly StoredBlock[] }>;
  proveBlocks(blocks: readonly ProveBlock[]): Promise<L1Transaction>;
  /** Finalizes all blocks, and makes their payouts as far as gas reaches; the others stay open. */
  executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction>;
  /** Makes open payouts of an executed block, as far as gas reaches. */
  payOut(block: ExecuteBlock): Promise<L1Transaction>;
  /** @param blocks - Newest first. */
  revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction>;
}
