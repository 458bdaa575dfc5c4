/** What the operator tells about a transaction or a request from L1. */
import type { TransactionType } from "../protocol/signing.ts";
import type { Status } from "../protocol/stages.ts";

/** Why an accepted transaction did not make it into a block after all. */
export interface Rejection {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

interface Progress {
  readonly status: Status;
  /** Set once the operation stands in a sealed block. */
  readonly blockNumber?: number;
  readonly slotIndex?: number;
  /** Set if and only if the status is `rejected`. */
  readonly rejection?: Rejection;
}

/** Of a signed L2 transaction. */
export interface TransactionReceipt extends Progress {
  readonly type: TransactionType;
  /** keccak256 of signing domain, signed words and public key, 0x-hex. */
  readonly hash: string;
  readonly accountId: number;
  readonly nonce: number;
}

/** Of a deposit or a full exit that was asked for on L1. */
export interface RequestReceipt extends Progress {
  readonly type: "deposit" | "fullExit";
  /** Place in the priority queue of the contract. */
  readonly requestId: number;
}
