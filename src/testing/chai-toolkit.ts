/** How matchers of Chai are made of verdicts. */
import type { Verdict } from "./verdict.ts";

/** An assertion that can be awaited. */
export type Awaitable = Chai.Assertion &
  Chai.AssertionPrototype & { then?: PromiseLike<void>["then"] };

/** Functions that define matchers. */
export interface ChaiToolkit {
  method(name: string, run: (assertion: Awaitable, ...args: never[]) => unknown): void;
  property(name: string, run: (assertion: Awaitable) => unknown): void;
  /** Judges the subject, after the matchers before it, once the assertion is awaited. */
  check(assertion: Awaitable, find: (subject: unknown) => Promise<Verdict>): void;
  judge(assertion: Awaitable, verdict: Verdict): void;
  /** Sets a flag, or returns it. */
  flag(assertion: Awaitable, name: string, value?: unknown): unknown;
}

/** A promise of the matchers before, which the next one awaits. */
const PENDING = "zkrollup.pending";

/**
 * Matchers change the assertion itself instead of returning another one, because chai-as-promised,
 * which Hardhat's matchers use, drops what matchers return.
 */
export function createChaiToolkit(
  { Assertion: { prototype } }: Chai.ChaiStatic,
  { flag: useFlag, addMethod, addProperty }: Chai.ChaiUtils,
): ChaiToolkit {
  const flag: ChaiToolkit["flag"] = (assertion, ...args) => useFlag(assertion, ...args) as unknown;
  const isNegated = (assertion: Awaitable) => flag(assertion, "negate") === true;
  const judgeAs = (assertion: Awaitable, verdict: Verdict, negate: boolean): void => {
    const { isMet, message, negated, expected, actual } = verdict;
    const text = negate ? negated : message;
    const isGood = isMet !== negate;
    // `assert` negates by the flag of the moment, which a later `not` in the chain may have set.
    assertion.assert(isGood !== isNegated(assertion), text, text, expected, actual, false);
  };
  return {
    flag,
    method: (name, run) =>
      addMethod(prototype, name, function (this: Awaitable, ...args: unknown[]) {
        run(this, ...(args as never[]));
        return this;
      }),
    property: (name, run) =>
      addProperty(prototype, name, function (this: Awaitable) {
        run(this);
        return this;
      }),
    check: (assertion, find) => {
      const subject: unknown = assertion._obj;
      const before = flag(assertion, PENDING) as Promise<void> | undefined;
      const negate = isNegated(assertion);
      const work = async () => judgeAs(assertion, await find(subject), negate);
      const pending = before === undefined ? work() : before.then(work);
      flag(assertion, PENDING, pending);
      assertion.then = pending.then.bind(pending);
    },
    judge: (assertion, verdict) => judgeAs(assertion, verdict, isNegated(assertion)),
  };
}
