/**
 * What the operator needs of L1. `src/l1` implements it over ethers; tests implement it in memory.
 * Every call may fail; the operator then keeps its state and can try again.
 */
import type {
  CommitBlock,
  ExecuteBlock,
  L1Deployment,
  L1News,
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
  /** Resolves when mined. @returns The new blocks as L1 has stored them, in order. */
  commitBlocks(
    last: StoredBlock,
    blocks: readonly CommitBlock[],
  ): Promise<{ transaction: L1Transaction; storedBlocks: readonly StoredBlock[] }>;
  proveBlocks(blocks: readonly ProveBlock[]): Promise<L1Transaction>;
  executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction>;
}
