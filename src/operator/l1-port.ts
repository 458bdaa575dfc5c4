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

/** L1 as the operator reads and writes it; a `RollupClient` with a signer satisfies it. */
export interface L1Port {
  /** Chain of the contract. */
  readonly chainId: bigint;
  /** Address of the Rollup contract, checksummed. */
  readonly rollupAddress: string;
  /** L1 block of its deployment: where its events start. */
  readonly deploymentBlock: number;
  /**
   * Which of several L1 nodes answers: what is read before and after a change is not of one state.
   * Missing if there is only one.
   */
  readonly source?: number;
  /** Returns protocol digest, capacities and last committed block of the contract. */
  readDeployment(): Promise<L1Deployment>;
  /**
   * Returns the events of L1 blocks up to the latest that counts, which may be some time behind
   * the latest of all.
   *
   * @param fromBlock - The first L1 block that is read.
   */
  readNews(fromBlock: number): Promise<L1News>;
  /**
   * Returns the hash of an L1 block, 0x-hex; undefined if there is none of this number.
   *
   * @param blockNumber - Number of the L1 block.
   */
  readBlockHash(blockNumber: number): Promise<string | undefined>;
  /**
   * Returns block counts and hashes of stored blocks.
   *
   * @param fromBlockNumber - First rollup block whose hash is read; hashes of all blocks that are
   * not executed are read in any case.
   * @param l1BlockNumber - L1 block at whose end the state is read.
   */
  readProgress(fromBlockNumber: number, l1BlockNumber: number): Promise<L1Progress>;
  /**
   * Returns whether the sender of transactions is a validator, and the contract's protocol digest.
   *
   * @param l1BlockNumber - L1 block at whose end the state is read.
   */
  readStanding(l1BlockNumber: number): Promise<L1Standing>;
  /**
   * Returns a committed block of the rollup, of any validator.
   *
   * @param blockNumber - Number of the block; 0 is genesis.
   */
  readStoredBlock(blockNumber: number): Promise<StoredBlock>;
  /**
   * Returns whether a committed block was sent by the account that sends this port's transactions.
   *
   * @param blockNumber - Number of the block, from 1.
   */
  isOwnCommit(blockNumber: number): Promise<boolean>;
  /**
   * Returns whether there is a contract at an address.
   *
   * @param address - L1 address, uint160.
   */
  hasCode(address: bigint): Promise<boolean>;
  /**
   * Returns how many payouts of a block are still to be made: 0 also if it is not executed, and
   * 2^32 - 1 if all are and L1 has not counted them.
   *
   * @param blockNumber - Number of the block, from 1.
   * @param l1BlockNumber - L1 block at whose end the question is asked; default: the latest.
   */
  readOpenPayouts(blockNumber: number, l1BlockNumber?: number): Promise<number>;
  /**
   * Commits blocks; resolves when the transaction is mined.
   *
   * @param last - The last committed block.
   * @param blocks - At least one, in order.
   * @returns The L1 transaction, and the new blocks as L1 has stored them, in order.
   */
  commitBlocks(
    last: StoredBlock,
    blocks: readonly CommitBlock[],
  ): Promise<{ transaction: L1Transaction; storedBlocks: readonly StoredBlock[] }>;
  /**
   * Proves committed blocks; resolves when the transaction is mined.
   *
   * @param blocks - At least one, in order.
   * @returns The L1 transaction.
   */
  proveBlocks(blocks: readonly ProveBlock[]): Promise<L1Transaction>;
  /**
   * Finalizes proven blocks, and makes their payouts as far as gas reaches; the others stay open.
   *
   * @param blocks - At least one, in order.
   * @returns The L1 transaction.
   */
  executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction>;
  /**
   * Makes open payouts of an executed block, as far as gas reaches.
   *
   * @param block - The block with all its payouts.
   * @returns The L1 transaction.
   */
  payOut(block: ExecuteBlock): Promise<L1Transaction>;
  /**
   * Reverts committed blocks.
   *
   * @param blocks - At least one, newest first.
   * @returns The L1 transaction.
   */
  revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction>;
}
