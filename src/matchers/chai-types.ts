/**
 * Augments Chai's types with the matchers for rollups; it exports nothing of its own.
 *
 * It imports nothing of Chai, so that projects without Chai can load it, too.
 */
import type { Stage } from "../protocol/stages.ts";
import type { EventArguments } from "./emitted.ts";
import type { Balances, L1Emitter, L2Holder } from "./subjects.ts";

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- @types/chai has this namespace
  namespace Chai {
    interface Assertion {
      /**
       * A promise, or a function that is called, fails with a code, as of a refused transaction.
       *
       * @param facts - Facts that the error must have.
       *
       * @example
       * const tooMuch = alice.transfer({ to: bob.address, token: "ETH", amount: 10n ** 20n });
       * await expect(tooMuch).to.be.rejectedWithCode("INSUFFICIENT_BALANCE");
       */
      rejectedWithCode(code: string, facts?: Readonly<Record<string, unknown>>): RollupAssertion;
      /**
       * A function changes a wallet's balance on L2, fees included. It must be a function: a
       * promise would have begun before the first look at the balance.
       *
       * @param holder - A wallet.
       * @param token - Symbol, L1 address or id.
       * @param change - In the token's smallest unit, signed.
       *
       * @example
       * const pay = () => alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
       * await expect(pay).to.changeL2Balance(bob, "ETH", 5n);
       */
      changeL2Balance(holder: L2Holder, token: Balances["token"], change: bigint): RollupAssertion;
      /**
       * As {@link Assertion.changeL2Balance}, of several wallets.
       *
       * @example
       * const pay = () => alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
       * await expect(pay).to.changeL2Balances([alice, bob], "ETH", [-5n, 5n]);
       */
      changeL2Balances(
        holders: readonly L2Holder[],
        token: Balances["token"],
        changes: readonly bigint[],
      ): RollupAssertion;
      /**
       * A transaction or a request reaches a stage: waits until it has, or is rejected.
       *
       * @example
       * const transfer = alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
       * await expect(transfer).to.reach("executed");
       */
      reach(stage: Stage): RollupAssertion;
      /**
       * The rollup's contract emits an event on L1 for a transaction or a request: in the L1
       * transactions that commit, prove and execute its block, or in the request's own. Waits until
       * it is executed.
       *
       * @param rollup - `connection.rollup`.
       * @param event - Name of an event of the contract.
       * @param values - Arguments that the event must have, by name; default: any.
       *
       * @example
       * const withdrawal = alice.withdraw({ to: bob.address, token: "ETH", amount: 5n });
       * const paid = { recipient: bob.address, amount: 5n };
       * await expect(withdrawal).to.emitOnL1(rollup, "PayoutSent", paid);
       */
      emitOnL1(rollup: L1Emitter, event: string, values?: EventArguments): RollupAssertion;
    }

    /** An assertion about a rollup, to be awaited. */
    interface RollupAssertion extends Assertion, PromiseLike<void> {}
  }
}
