/** The assertions as matchers of Chai. */
import type { Circuit } from "../circom/circuit.ts";
import type { InputValues } from "../circom/witness-inputs.ts";
import {
  checkConstraintCount,
  checkProvenBy,
  checkVerifiedOnChain,
  type CountLimits,
} from "./circuit-checks.ts";
import { requireCircuit } from "./subjects.ts";
import type { Verdict } from "./verdict.ts";
import {
  checkOutputs,
  checkRefused,
  checkSatisfied,
  checkSignals,
  type RefusedBy,
} from "./witness-checks.ts";

/** Flags that the matchers set on assertions. */
const STRICT = "zkrollup.strict";
/** A promise of the matchers before, which the next one awaits. */
const PENDING = "zkrollup.pending";

/** An assertion that can be awaited. */
type Awaitable = Chai.Assertion & Chai.AssertionPrototype & { then?: PromiseLike<void>["then"] };

/**
 * Adds the matchers: `chai.use(circuitMatchers)`.
 *
 * They change the assertion itself instead of returning another one, because chai-as-promised,
 * which Hardhat's matchers use, drops what matchers return.
 */
export function circuitMatchers({ Assertion }: Chai.ChaiStatic, utils: Chai.ChaiUtils): void {
  const { prototype } = Assertion;
  const method = (name: string, run: (assertion: Awaitable, ...args: never[]) => unknown): void =>
    utils.addMethod(prototype, name, function (this: Awaitable, ...args: unknown[]) {
      run(this, ...(args as never[]));
      return this;
    });
  const property = (name: string, run: (assertion: Awaitable) => unknown): void =>
    utils.addProperty(prototype, name, function (this: Awaitable) {
      run(this);
      return this;
    });
  const check = (assertion: Awaitable, find: (subject: unknown) => Promise<Verdict>): void => {
    const subject: unknown = assertion._obj;
    const before = utils.flag(assertion, PENDING) as Promise<void> | undefined;
    const isNegated = utils.flag(assertion, "negate") === true;
    const work = async () => judge(assertion, await find(subject), isNegated);
    const pending = before === undefined ? work() : before.then(work);
    utils.flag(assertion, PENDING, pending);
    assertion.then = pending.then.bind(pending);
  };
  const judge = (assertion: Awaitable, verdict: Verdict, isNegated: boolean): void => {
    const { isMet, message, negated, expected, actual } = verdict;
    const text = isNegated ? negated : message;
    const isGood = isMet !== isNegated;
    // `assert` negates by the flag of the moment, which a later `not` in the chain may have set.
    const passes = utils.flag(assertion, "negate") === true ? !isGood : isGood;
    assertion.assert(passes, text, text, expected, actual, false);
  };

  property("strict", (assertion) => utils.flag(assertion, STRICT, true));
  method("witnessInputs", (assertion, inputs: InputValues) => {
    const computed = requireCircuit<Circuit>("witnessInputs", assertion._obj).witness(inputs);
    utils.flag(assertion, "object", computed);
    assertion.then = (...handlers) => computed.then(() => undefined).then(...handlers);
  });
  method("witnessOutputs", (assertion, expected: Readonly<Record<string, unknown>>) => {
    const isStrict = utils.flag(assertion, STRICT) === true;
    check(assertion, (subject) => checkOutputs(subject, expected, { isStrict }));
  });
  method("witnessSignals", (assertion, expected: Readonly<Record<string, unknown>>) =>
    check(assertion, (subject) => checkSignals(subject, expected)),
  );
  property("satisfied", (assertion) => check(assertion, checkSatisfied));
  method("refused", (assertion, by?: RefusedBy) =>
    check(assertion, (subject) => checkRefused(subject, by)),
  );
  method("constraintCount", (assertion, limits: CountLimits) => {
    const isNegated = utils.flag(assertion, "negate") === true;
    judge(assertion, checkConstraintCount(assertion._obj, limits), isNegated);
  });
  property("constraints", (assertion) => {
    const { name, stats } = requireCircuit("constraints", assertion._obj);
    utils.flag(assertion, "object", stats.constraints);
    utils.flag(assertion, "message", `constraints of circuit ${name}`);
  });
  method("provenBy", (assertion, circuit: object) =>
    check(assertion, (subject) => checkProvenBy(subject, circuit)),
  );
  method("verifiedOnChain", (assertion, contract: object) =>
    check(assertion, (subject) => checkVerifiedOnChain(subject, contract)),
  );
}
