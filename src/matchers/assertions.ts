/** The assertions about a rollup in the style of `node:assert`. */
import { AssertionError } from "node:assert";
import type { Stage } from "../protocol/stages.ts";
import { checkL2Balances, checkReached, checkRejectedWith } from "./checks.ts";
import { checkEmittedOnL1, type EventArguments } from "./emitted.ts";
import type { Balances, L1Emitter, L2Action, L2Holder, Waitable } from "./subjects.ts";
import type { Verdict } from "../testing/verdict.ts";

/**
 * Assertions about a rollup, its wallets and transactions. Each returns a promise, which the test
 * awaits, and throws an AssertionError if it does not hold.
 */
export interface RollupAssertions {
  /**
   * Some work fails with a code.
   *
   * @param work - A promise, or a function that is called.
   * @param code - Such as `INSUFFICIENT_BALANCE`.
   * @param facts - Facts that the error must have, such as `{ accountId: 3 }`.
   * @throws AssertionError
   */
  rejectedWithCode(
    work: PromiseLike<unknown> | (() => unknown),
    code: string,
    facts?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  /**
   * An action changes a balance on L2, fees included.
   *
   * @param action - Called between two looks at the balance.
   * @param holder - A wallet.
   * @param token - Symbol, L1 address or id.
   * @param change - In the token's smallest unit, signed.
   * @throws AssertionError; TOKEN_UNKNOWN, and what the action throws
   */
  changesL2Balance(
    action: L2Action,
    holder: L2Holder,
    token: Balances["token"],
    change: bigint,
  ): Promise<void>;
  /**
   * As {@link RollupAssertions.changesL2Balance}, of several wallets.
   *
   * @param action - Called between two looks at the balances.
   * @param holders - Wallets.
   * @param balances - The token, and a change for each wallet.
   * @throws AssertionError; TOKEN_UNKNOWN, and what the action throws
   */
  changesL2Balances(
    action: L2Action,
    holders: readonly L2Holder[],
    balances: Balances,
  ): Promise<void>;
  /**
   * A transaction or a request reaches a stage: waits until it has, or is rejected.
   *
   * @param handle - Of a wallet, with or without `await`.
   * @param stage - `accepted`, `committed`, `proven` or `executed`.
   * @throws AssertionError with the reason of the rejection
   */
  reaches(handle: Waitable | PromiseLike<Waitable>, stage: Stage): Promise<void>;
  /**
   * The rollup's contract emits an event on L1 for a transaction or a request: in the L1
   * transactions that commit, prove and execute its block, or in the request's own. Waits until it
   * is executed.
   *
   * @param handle - Of a wallet, with or without `await`.
   * @param rollup - `connection.rollup`.
   * @param event - Name of an event of the contract, such as `PayoutSent`.
   * @param values - Arguments that the event must have, by name; default: any.
   * @throws AssertionError; ASSERTION_SUBJECT for a name that the contract does not have
   */
  emitsOnL1(
    handle: Waitable | PromiseLike<Waitable>,
    rollup: L1Emitter,
    event: string,
    values?: EventArguments,
  ): Promise<void>;
}

function judge(operator: string, verdict: Verdict): void {
  const { isMet, message, actual, expected } = verdict;
  if (!isMet) throw new AssertionError({ message, actual, expected, operator });
}

/**
 * Assertions about a rollup for any test runner, which throw the AssertionError of `node:assert`.
 *
 * @example
 * const pay = () => alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
 * await rollupAssert.changesL2Balance(pay, bob, "ETH", 5n);
 * const tooMuch = alice.transfer({ to: bob.address, token: "ETH", amount: 10n ** 20n });
 * await rollupAssert.rejectedWithCode(tooMuch, "INSUFFICIENT_BALANCE");
 * await rollupAssert.reaches(pay(), "executed");
 */
export const rollupAssert: RollupAssertions = {
  rejectedWithCode: async (work, code, facts) =>
    judge("rejectedWithCode", await checkRejectedWith(work, code, facts)),
  changesL2Balance: async (action, holder, token, change) =>
    judge(
      "changesL2Balance",
      await checkL2Balances(action, [holder], { token, changes: [change] }),
    ),
  changesL2Balances: async (action, holders, balances) =>
    judge("changesL2Balances", await checkL2Balances(action, holders, balances)),
  reaches: async (handle, stage) => judge("reaches", await checkReached(handle, stage)),
  emitsOnL1: async (handle, rollup, event, values) =>
    judge("emitsOnL1", await checkEmittedOnL1(handle, rollup, event, values)),
};
