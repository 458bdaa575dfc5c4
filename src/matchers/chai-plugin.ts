/** The assertions about a rollup as matchers of Chai. */
import type { Stage } from "../protocol/stages.ts";
import { createChaiToolkit } from "../testing/chai-toolkit.ts";
import { checkL2Balances, checkReached, checkRejectedWith } from "./checks.ts";
import { checkEmittedOnL1, type EventArguments } from "./emitted.ts";
import type { Balances, L1Emitter, L2Holder } from "./subjects.ts";

/**
 * Adds the matchers for rollups to Chai: `chai.use(rollupMatchers)`. `hardhat-zkrollup/chai` does
 * so when it is imported, and so does the first rollup of `connection.rollup`.
 *
 * @param chai - Passed by `use`.
 * @param utils - Passed by `use`.
 *
 * @example
 * const pay = () => alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
 * await expect(pay).to.changeL2Balances([alice, bob], "ETH", [-5n, 5n]);
 */
export function rollupMatchers(chai: Chai.ChaiStatic, utils: Chai.ChaiUtils): void {
  const { method, check } = createChaiToolkit(chai, utils);
  method("rejectedWithCode", (assertion, code: string, facts?: Readonly<Record<string, unknown>>) =>
    check(assertion, (subject) => checkRejectedWith(subject, code, facts)),
  );
  method(
    "changeL2Balance",
    (assertion, holder: L2Holder, token: Balances["token"], change: bigint) =>
      check(assertion, (action) => checkL2Balances(action, [holder], { token, changes: [change] })),
  );
  method(
    "changeL2Balances",
    (assertion, holders: L2Holder[], token: Balances["token"], changes: bigint[]) =>
      check(assertion, (action) => checkL2Balances(action, holders, { token, changes })),
  );
  method("reach", (assertion, stage: Stage) =>
    check(assertion, (subject) => checkReached(subject, stage)),
  );
  method("emitOnL1", (assertion, rollup: L1Emitter, event: string, values?: EventArguments) =>
    check(assertion, (subject) => checkEmittedOnL1(subject, rollup, event, values)),
  );
}
