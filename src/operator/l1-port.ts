/**
 * What the operator needs of L1. `src/l1` implements it over ethers; tests implement it in memory.
 * Every call may fail; the operator then keeps its state and can try again.
 */
import type { Payout } from "../ops/rules.ts";
import type { PriorityRequest } from "../ops/to-operation.ts";

/** A committed block as L1 keeps it (only its hash) and asks for it again in later calls. */
export interface StoredBlock {
  readonly blockNumber: number;
  readonly priorityRequests: number;
  /** Unix seconds. */
  readonly timestamp: bigint;
  /** bytes32, 0x-hex. */
  readonly payoutsHash: string;
  readonly stateRoot: bigint;
  /** bytes32, 0x-hex. */
  readonly commitment: string;
}

/** A new block as `commitBlocks` takes it. */
export interface CommitBlock {
  readonly timestamp: bigint;
  readonly feeAccountId: number;
  readonly slots: number;
  readonly newStateRoot: bigint;
  readonly digest: bigint;
  readonly pubdata: Uint8Array;
  /** One per ChangePubKey of the block, in slot order, 0x-hex. */
  readonly authorizations: readonly string[];
}

/** A committed block, what its commitment was made of, and its proof, as `proveBlocks` takes it. */
export interface ProveBlock {
  readonly storedBlock: StoredBlock;
  readonly slots: number;
  readonly feeAccountId: number;
  readonly oldStateRoot: bigint;
  readonly digest: bigint;
  readonly z: bigint;
  readonly y: bigint;
  /** Eight words in the order of EIP-197. */
  readonly proof: readonly bigint[];
}

export interface ExecuteBlock {
  readonly storedBlock: StoredBlock;
  /** In slot order, without those of 0. */
  readonly payouts: readonly Payout[];
}

/** A mined L1 transaction of the operator. */
export interface L1Transaction {
  readonly hash: string;
  /** Of the whole transaction, however many blocks it carries. */
  readonly gasUsed: bigint;
}

/** What the contract says about itself before the operator starts. */
export interface L1Deployment {
  /** 0x-hex, see `PROTOCOL_DIGEST`. */
  readonly protocolDigest: string;
  readonly accountCapacity: number;
  readonly tokenCapacity: number;
  /** The last committed block; that of genesis on a fresh rollup. */
  readonly lastBlock: StoredBlock;
}

/** A listed token. */
export interface Token {
  readonly id: number;
  /** Checksummed; the zero address for ETH. */
  readonly address: string;
  readonly symbol: string;
  readonly decimals: number;
}

/** An entry of the priority queue. */
export type QueuedRequest = PriorityRequest & {
  /** Place in the queue, counting from 0. */
  readonly requestId: number;
};

/** An owner has authorised a signing key on L1 (`AuthPubKeyHashSet`). */
export interface PubKeyAuthorization {
  /** uint160. */
  readonly owner: bigint;
  readonly nonce: number;
  readonly pubKeyHash: bigint;
}

/** What has happened on L1 from one block to the latest. */
export interface L1News {
  /** The latest L1 block that this answer covers. */
  readonly blockNumber: number;
  /** Unix seconds of that block: the operator's only clock for block timestamps. */
  readonly timestamp: bigint;
  readonly requests: readonly QueuedRequest[];
  readonly tokens: readonly Token[];
  readonly authorizations: readonly PubKeyAuthorization[];
}

export interface L1Port {
  readonly chainId: bigint;
  /** Address of the Rollup contract, checksummed. */
  readonly rollupAddress: string;
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
