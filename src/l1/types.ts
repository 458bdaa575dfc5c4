/** What goes to and comes from the Rollup contract, in the types of this project. */
import type { Payout } from "../operations/rules.ts";
import type { PriorityRequest } from "../operations/to-operation.ts";

/** A committed block as L1 keeps it (only its hash) and asks for it again in later calls. */
export interface StoredBlock {
  readonly blockNumber: number;
  /** Requests of the priority queue that the block serves. */
  readonly priorityRequests: number;
  /** Unix seconds. */
  readonly timestamp: bigint;
  /** bytes32, 0x-hex; zeros if the block pays nothing out. */
  readonly payoutsHash: string;
  readonly stateRoot: bigint;
  /** Of this block and all before it, bytes32, 0x-hex. */
  readonly commitment: string;
}

/** A new block as `commitBlocks` takes it. */
export interface CommitBlock {
  /** Unix seconds. */
  readonly timestamp: bigint;
  readonly feeAccountId: number;
  readonly slots: number;
  readonly newStateRoot: bigint;
  readonly digest: bigint;
  readonly pubdata: Uint8Array;
  /** One per ChangePubKey of the block, in slot order, 0x-hex; see `authorization.ts`. */
  readonly authorizations: readonly string[];
}

/** A committed block, what its commitment was made of, and its proof, for `proveBlocks`. */
export interface ProveBlock {
  /** Commitment of the block before, bytes32, 0x-hex. */
  readonly parentCommitment: string;
  readonly storedBlock: StoredBlock;
  readonly slots: number;
  readonly digest: bigint;
  readonly z: bigint;
  readonly y: bigint;
  /** Eight words in the order of EIP-197. */
  readonly proof: readonly bigint[];
}

/** A proven block with what it pays out, as `executeBlocks` takes it. */
export interface ExecuteBlock {
  readonly storedBlock: StoredBlock;
  /** In slot order, without those of 0; none at all, if they are left to `payOut`. */
  readonly payouts: readonly Payout[];
}

/**
 * What `openPayouts` answers of a block whose payouts are all open, and which nobody has counted.
 */
export const PAYOUTS_NOT_COUNTED = 2 ** 32 - 1;

/** What an account holds of a token in the last executed state, as `performExit` takes it. */
export interface ExitClaim {
  readonly accountId: number;
  readonly tokenId: number;
  /** L1 owner of the account, uint160. */
  readonly owner: bigint;
  /** The whole balance, in the token's smallest unit. */
  readonly amount: bigint;
}

/** A deposit of the priority queue, as `cancelDeposits` takes it. */
export type QueuedDeposit = Extract<QueuedRequest, { readonly type: "deposit" }>;

/** A block of L1: with another hash at its number, L1 tells another story from there on. */
export interface L1BlockId {
  readonly number: number;
  /** 0x-hex. */
  readonly hash: string;
}

/** Something that has happened to a block of the rollup on L1. */
export type BlockEvent =
  | ({ readonly type: "committed" } & Pick<CommittedBlock, "storedBlock" | "commitBlock">)
  /** All blocks up to this number are proven. */
  | { readonly type: "proven"; readonly provenBlocks: number }
  | { readonly type: "executed"; readonly blockNumber: number }
  /** What remains is numbered up to this. */
  | { readonly type: "reverted"; readonly committedBlocks: number };

/** A {@link BlockEvent}, and the L1 block in which it happened. */
export interface DatedBlockEvent {
  readonly l1Block: L1BlockId;
  readonly event: BlockEvent;
}

/** How a rollup starts, from what L1 publishes of it. */
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
  /** Of the whole transaction, however many blocks it carries. */
  readonly gasUsed: bigint;
}

/** What the contract says about itself. */
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

/** What an owner authorises a signing key for: an authorisation for one counts for no other. */
export interface AuthorizationPlace {
  /** uint160. */
  readonly owner: bigint;
  readonly accountId: number;
  readonly nonce: number;
}

/** An owner has authorised a signing key on L1. */
export interface PubKeyAuthorization extends AuthorizationPlace {
  readonly pubKeyHash: bigint;
}

/** An owner has announced that it will replace what it has authorised. */
export interface AuthorizationReset extends AuthorizationPlace {
  /** Unix seconds: from then on it can, for {@link AUTH_RESET_WINDOW_SECONDS}. */
  readonly availableAt: bigint;
}

/** As `authResetWindowSeconds` of the contract. */
export const AUTH_RESET_WINDOW_SECONDS = 24n * 60n * 60n;

/** What has happened on L1 from one block to the latest. */
export interface L1News {
  /** The latest L1 block that this answer covers. */
  readonly blockNumber: number;
  /** Of that block, 0x-hex: when L1 has another one in its place, the answer holds no more. */
  readonly blockHash: string;
  /** Unix seconds of that block. */
  readonly timestamp: bigint;
  readonly requests: readonly QueuedRequest[];
  readonly tokens: readonly Token[];
  readonly authorizations: readonly PubKeyAuthorization[];
  /** What was announced and has not been made among these blocks. */
  readonly authorizationResets: readonly AuthorizationReset[];
  /** Whether the exodus has begun among these blocks; there is no way back from it. */
  readonly isExodusBegun: boolean;
  /** Requests and tokens of the contract at the end of that block: events can be missing. */
  readonly requestCount: number;
  readonly tokenCount: number;
}

/** Number of the last block that is committed, proven, executed; 0 is genesis. */
export interface L1BlockCounts {
  readonly committed: number;
  readonly proven: number;
  readonly executed: number;
}

/** How far the rollup's blocks have come on L1. */
export interface L1Progress extends L1BlockCounts {
  /** At most `executed + 1`. */
  readonly firstBlockNumber: number;
  /** Of the blocks from there to the last that is committed, 0x-hex; see `hashStoredBlock`. */
  readonly storedBlockHashes: readonly string[];
}

/** What the contract makes of the operator, and of the code that it was built with. */
export interface L1Standing {
  /** Whether blocks may be committed by whoever sends the operator's transactions. */
  readonly isValidator: boolean;
  /** 0x-hex, see `PROTOCOL_DIGEST`; an upgrade of the contract may change it. */
  readonly protocolDigest: string;
}

/** A block as it was committed: with it and its predecessors the L2 state can be rebuilt. */
export interface CommittedBlock {
  readonly storedBlock: StoredBlock;
  /** Undefined if nobody can read it from the transaction. */
  readonly commitBlock: CommitBlock | undefined;
  /** Of the L1 transaction that committed it, 0x-hex. */
  readonly transactionHash: string;
}
