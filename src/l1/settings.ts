/** How an account sends. */
import type { Budget, SpendingBook } from "./budget.ts";
import type { FeeLimits } from "./fees.ts";
import type { L1Journal } from "./journal.ts";
import { REQUEST_LIMITS, type RequestLimits } from "./requests.ts";

/** Limits of waiting for L1. */
export interface Patience extends RequestLimits {
  /** Time after which a transaction is sent again, with the same nonce and higher fees. */
  readonly resendAfterMs: number;
  /** Maximum sends of a transaction. */
  readonly sendsMax: number;
  /** Maximum ratio of raised fees to those that L1 suggests at the time; an integer. */
  readonly feeFactorMax: number;
  /** Time between two reports of a transaction that is not mined. */
  readonly reportEachMs: number;
}

/** Resends after five Ethereum blocks, and in the end with nearly ten times the first fees. */
export const DEFAULT_PATIENCE: Patience = {
  ...REQUEST_LIMITS,
  resendAfterMs: 60_000,
  sendsMax: 11,
  feeFactorMax: 20,
  reportEachMs: 5_000,
};

/** What an operator's account needs beyond patience. */
export interface SendingSettings {
  /**
   * Where transactions are written down before they are sent. All clients of the account then send
   * one transaction at a time. Default: an operator's in memory, a user's nowhere.
   */
  readonly journal?: L1Journal;
  /** Limits of the price of gas. */
  readonly feeLimits?: FeeLimits;
  /** Limits of what an operator's transactions cost in all. */
  readonly budget?: Budget;
  /** Keeps what was spent. Default: the memory of this process. */
  readonly spending?: SpendingBook;
  /**
   * Asked when the budget is spent or gas costs more than the limit: whether a request on L1 would
   * expire. Then the budget does not hold, and the limit of the price is a higher one. Default:
   * that of the oldest open request, for an operator's transactions of a rollup.
   */
  readonly isUrgent?: () => Promise<boolean>;
  /**
   * Checks right before each transaction is sent that this process may still send, and throws if
   * not; see `Held.assertHeld` of a lease. What was written down before is left to the next leader.
   */
  readonly assertMaySend?: () => void;
  /** Receives what happens to transactions. It must not throw. */
  readonly onEvent?: (event: SendingEvent) => void;
}

/** Something that happened to a transaction of an account. */
export type SendingEvent =
  | {
      /** A version was sent; `sends` is 1 for the first, and more for the same nonce again. */
      readonly type: "sent";
      readonly purpose: string;
      readonly nonce: number;
      /** 0x-hex; empty if it is not known. */
      readonly hash: string;
      readonly sends: number;
      /** Maximum price of a unit of gas, in wei. */
      readonly gasPriceMaxWei: bigint;
    }
  | {
      readonly type: "mined";
      readonly purpose: string;
      readonly nonce: number;
      readonly hash: string;
      readonly gasUsed: bigint;
      readonly costWei: bigint;
    }
  | {
      /**
       * A process before this one had sent it, or was about to. `mined`: by one of its versions;
       * `displaced`: another transaction has used its nonce; `unknown`: one of both.
       */
      readonly type: "settled";
      readonly purpose: string;
      readonly nonce: number;
      readonly outcome: "mined" | "displaced" | "unknown";
      /** Hash of the mined version, if it is one of its own. */
      readonly hash?: string;
    }
  | {
      /** It is not mined yet, at regular times. */
      readonly type: "waiting";
      readonly purpose: string;
      /** First nonce that is waited for. */
      readonly nonce: number;
      /** Hash of the last version, 0x-hex; empty if it is not known. */
      readonly hash: string;
      /** How often this process has sent it. */
      readonly sends: number;
      readonly waitedMs: number;
      /** Whether a process before this one has sent it, or somebody else. */
      readonly isInherited: boolean;
    }
  | {
      /** Its price may exceed the limit, because requests would expire. */
      readonly type: "feeLimitExceeded";
      readonly purpose: string;
      /** Price of a unit of gas that L1 asks for, in wei. */
      readonly neededWei: bigint;
      readonly limitWei: bigint;
    }
  | {
      /** It is sent although the budget is spent, because requests would expire. */
      readonly type: "budgetExceeded";
      readonly purpose: string;
      readonly spentWei: bigint;
      readonly budgetWei: bigint;
      readonly hours: number;
    };
