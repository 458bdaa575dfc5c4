/** What assertions about a rollup take. */
import type { BaseContract } from "ethers";
import type { Stage, Status } from "../protocol/stages.ts";
import type { TokenReference } from "../sdk/fee-params.ts";

/** A wallet, or whatever else has a balance on L2. */
export interface L2Holder {
  /** Named in messages. */
  readonly address?: string;
  /**
   * Returns the balance with everything accepted, in the token's smallest unit.
   *
   * @param token - Symbol, L1 address or id.
   */
  getBalance(token: TokenReference): Promise<bigint>;
}

/** Something that changes balances. */
export type L2Action = () => unknown;

/** Expected changes of balances. */
export interface Balances {
  /** Symbol, L1 address or id. */
  readonly token: TokenReference;
  /** For each holder, in the token's smallest unit, signed. */
  readonly changes: readonly bigint[];
}

/** A rollup with its contract on L1, such as `connection.rollup`. */
export interface L1Emitter {
  /** Knows the L1 transactions of each block. */
  readonly provider: {
    getBlock(blockNumber: number): Promise<L1Steps | null>;
  };
  readonly contracts: { readonly rollup: BaseContract };
}

/** The L1 transactions that moved a block, as far as they were sent. */
export interface L1Steps {
  readonly commit?: { readonly hash: string } | undefined;
  readonly prove?: { readonly hash: string } | undefined;
  readonly execute?: { readonly hash: string } | undefined;
}

/** What a receipt says that assertions use. */
export interface Placed {
  readonly status: Status;
  /** From 1 on; undefined before a block has it. */
  readonly blockNumber?: number | undefined;
}

/** A handle of a wallet: of a transaction, of a batch, or of a request on L1. */
export interface Waitable {
  /** Of a transaction on L2, or of a request on L1. */
  readonly hash?: string;
  /**
   * Waits until a stage is reached.
   *
   * @param stage - `accepted`, `committed`, `proven` or `executed`.
   * @returns The receipt, or those of a batch.
   */
  wait(stage: Stage): Promise<Placed | readonly Placed[]>;
}
