/** Arguments and results of the Rollup contract, in the types of this project. */
import type { Payout } from "../operations/rules.ts";
import type { PriorityRequest } from "../operations/to-operation.ts";

/** A committed block. L1 keeps only its hash, and later calls repeat the block. */
export interface StoredBlock {
  readonly blockNumber: number;
  /** Number of requests of the priority queue that the block serves. */
  readonly priorityRequests: number;
  /** Unix seconds. */
  readonly timestamp: bigint;
  /** bytes32, 0x-hex; zeros if the block has no payouts. */
  readonly payoutsHash: string;
  readonly stateRoot: bigint;
  /** Commitment to this and all earlier blocks: bytes32, 0x-hex. */
  readonly commitment: string;
}

/** A new block, an argument of `commitBlocks`. */
export interface CommitBlock {
  /** Unix seconds. */
  readonly timestamp: bigint;
  readonly feeAccountId: number;
  /** Id of the block's kind, uint32; see `blockKindId`. */
  readonly kind: number;
  readonly newStateRoot: bigint;
  readonly digest: bigint;
  readonly pubdata: Uint8Array;
  /** One per ChangePubKey of the block, in slot order, 0x-hex; see `authorization.ts`. */
  readonly authorizations: readonly string[];
}

/** A committed block, the preimage of its commitment, and its proof, for `proveBlocks`. */
export interface ProveBlock {
  /** Commitment of the previous block, bytes32, 0x-hex. */
  readonly parentCommitment: string;
  readonly storedBlock: StoredBlock;
  /** Id of the block's kind, uint32. */
  readonly kind: number;
  readonly digest: bigint;
  readonly z: bigint;
  readonly y: bigint;
  /** Eight words in the order of EIP-197. */
  readonly proof: readonly bigint[];
}

/** A proven block with its payouts, an argument of `executeBlocks`. */
export interface ExecuteBlock {
  readonly storedBlock: StoredBlock;
  /** All payouts in slot order, without amounts of 0; empty to leave them to `payOut`. */
  readonly payouts: readonly Payout[];
}

/**
 * Result of `openPayouts` for a block whose payouts are all open and not counted.
 */
export const PAYOUTS_NOT_COUNTED = 2 ** 32 - 1;

/** An account's balance of a token in the last executed state, an argument of `performExit`. */
export interface ExitClaim {
  readonly accountId: number;
  readonly tokenId: number;
  /** L1 owner of the account, uint160. */
  readonly owner: bigint;
  /** The whole balance, in the token's smallest unit. */
  readonly amount: bigint;
}

/** A deposit of the priority queue, an argument of `cancelDeposits`. */
export type QueuedDeposit = Extract<QueuedRequest, { readonly type: "deposit" }>;

/** A block of L1; another hash at its number means a reorg. */
export interface L1BlockId {
  readonly number: number;
  /** 0x-hex. */
  readonly hash: string;
}

/** An event of a rollup block on L1. */
export type BlockEvent =
  | ({ readonly type: "committed" } & Pick<BlockOnL1, "storedBlock" | "commitBlock">)
  /** All blocks up to this number are proven. */
  | { readonly type: "proven"; readonly provenBlocks: number }
  | { readonly type: "executed"; readonly blockNumber: number }
  /** The last block that remains committed has this number. */
  | { readonly type: "reverted"; readonly committedBlocks: number };

/** An event that changes no block of the rollup: an exit needs it, a state does not. */
export type SideEvent =
  | { readonly type: "tokenListed"; readonly tokenId: number; readonly token: string }
  | { readonly type: "requestAdded"; readonly request: QueuedRequest }
  /** How many payouts of an executed block are unmade; PAYOUTS_NOT_COUNTED if all are. */
  | { readonly type: "payoutsOpen"; readonly blockNumber: number; readonly open: number };

/** An event, and the L1 block in which it happened. */
export interface Dated<E extends BlockEvent | SideEvent = BlockEvent | SideEvent> {
  readonly l1Block: L1BlockId;
  readonly event: E;
}

/** The genesis of a rollup, as L1 publishes it. */
export interface L1Genesis {
  readonly storedBlock: StoredBlock;
  /** L1 owner of the fee account, uint160. */
  readonly feeAccountAddress: bigint;
  readonly accountCapacity: number;
  readonly tokenCapacity: number;
  readonly l1Block: L1BlockId;
}

/** A mined L1 transaction. */
export interface L1Transaction {
  readonly hash: string;
  readonly blockNumber: number;
  /** Gas of the whole transaction, which may contain several blocks. */
  readonly gasUsed: bigint;
  /** Fee of the whole transaction, in wei; undefined if L1 has not said it. */
  readonly feeWei?: bigint;
}

/** Protocol, capacities and last block of a contract. */
export interface L1Deployment {
  /** 0x-hex, see `PROTOCOL_DIGEST`. */
  readonly protocolDigest: string;
  readonly accountCapacity: number;
  readonly tokenCapacity: number;
  /** The last committed block; the genesis block on a new rollup. */
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

/** Scope of an owner's consent to a signing key: one account and nonce. */
export interface AuthorizationPlace {
  /** uint160. */
  readonly owner: bigint;
  readonly accountId: number;
  readonly nonce: number;
}

/** An owner's consent to a signing key, stored on L1. */
export interface PubKeyAuthorization extends AuthorizationPlace {
  readonly pubKeyHash: bigint;
}

/** An armed reset: the announced replacement of a consent that is stored on L1. */
export interface AuthorizationReset extends AuthorizationPlace {
  /** Unix seconds at which the reset is possible, for {@link AUTH_RESET_WINDOW_SECONDS}. */
  readonly availableAt: bigint;
}

/** Equals `authResetWindowSeconds` of the contract. */
export const AUTH_RESET_WINDOW_SECONDS = 24n * 60n * 60n;

/**
 * Which L1 blocks the operator takes deposits and other facts from: all, those that attestations
 * of most validators protect, or those that no reorg can replace.
 */
export type NewsTag = "latest" | "safe" | "finalized";

/** The events on L1 from one block to the latest that counts. */
export interface L1News {
  /** The latest L1 block that is included. */
  readonly blockNumber: number;
  /** Hash of that block, 0x-hex; a reorg that replaces it invalidates the news. */
  readonly blockHash: string;
  /** The latest L1 block, at whose end the progress of the rollup's blocks is read. */
  readonly tip: L1BlockId;
  /** Unix seconds of the latest L1 block. */
  readonly timestamp: bigint;
  /** Number of the last rollup block that was executed at the end of block `blockNumber`. */
  readonly executed: number;
  readonly requests: readonly QueuedRequest[];
  readonly tokens: readonly Token[];
  readonly authorizations: readonly PubKeyAuthorization[];
  /** Resets that these blocks have armed and not made. */
  readonly authorizationResets: readonly AuthorizationReset[];
  /** Whether the exodus has begun, also in blocks that do not count yet; it is permanent. */
  readonly isExodusBegun: boolean;
  /** Requests and tokens of the contract at the end of that block: events can be missing. */
  readonly requestCount: number;
  readonly tokenCount: number;
}

/** Numbers of the last committed, proven and executed blocks; 0 is genesis. */
export interface L1BlockCounts {
  readonly committed: number;
  readonly proven: number;
  readonly executed: number;
}

/** The progress of the rollup's blocks on L1. */
export interface L1Progress extends L1BlockCounts {
  /** Number of the first block in `storedBlockHashes`; at most `executed + 1`. */
  readonly firstBlockNumber: number;
  /** Hashes of the blocks from there to the last committed, 0x-hex; see `hashStoredBlock`. */
  readonly storedBlockHashes: readonly string[];
}

/** The standing of the operator's account and code with the contract. */
export interface L1Standing {
  /** Whether the operator's account is a validator. */
  readonly isValidator: boolean;
  /** 0x-hex, see `PROTOCOL_DIGEST`; an upgrade of the contract may change it. */
  readonly protocolDigest: string;
}

/** A committed block as L1 has it: with all earlier ones, its public data determine the state. */
export interface BlockOnL1 {
  readonly storedBlock: StoredBlock;
  /** Undefined if the transaction's calldata does not contain it. */
  readonly commitBlock: CommitBlock | undefined;
  /** Hash of the L1 transaction that committed it, 0x-hex. */
  readonly transactionHash: string;
}
