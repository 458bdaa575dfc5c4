/** What assertions about a rollup take. */
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

/** A handle of a wallet: of a transaction, of a batch, or of a request on L1. */
export interface Waitable {
  /**
   * Waits until a stage is reached.
   *
   * @param stage - `accepted`, `committed`, `proven` or `executed`.
   * @returns The receipt, or those of a batch.
   */
  wait(stage: Stage): Promise<{ readonly status: Status } | readonly { readonly status: Status }[]>;
}
