/** What assertions about a rollup find. */
import { STAGES, hasReached, type Stage } from "../protocol/stages.ts";
import type { Balances, L2Action, L2Holder, Waitable } from "./subjects.ts";
import { testingError } from "../testing/errors.ts";
import type { Verdict } from "../testing/verdict.ts";

/**
 * Whether some work fails with a code, and with these facts among its own.
 *
 * @param subject - A promise, or a function that is called.
 * @param code - Such as `INSUFFICIENT_BALANCE`; also of a revert whose error has this name.
 */
export async function checkRejectedWith(
  subject: unknown,
  code: string,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<Verdict> {
  const outcome = await outcomeOf(subject);
  const actual = "error" in outcome ? describeError(outcome.error) : "nothing: it has succeeded";
  const differences = "error" in outcome ? differencesOf(outcome.error, facts) : [];
  const isMet = "error" in outcome && codeOf(outcome.error) === code && differences.length === 0;
  const wanted = [code, ...Object.entries(facts).map(([name, value]) => `${name} ${show(value)}`)];
  const text = `expected ${wanted.join(", ")}`;
  const reason = differences.length > 0 ? `${actual}, with ${differences.join(", ")}` : actual;
  return {
    isMet,
    message: `${text}, but got ${reason}`,
    negated: `expected anything but ${wanted.join(", ")}`,
    expected: code,
    actual: "error" in outcome ? codeOf(outcome.error) : undefined,
  };
}

async function outcomeOf(subject: unknown): Promise<{ readonly error: unknown } | object> {
  try {
    await (typeof subject === "function" ? (subject as () => unknown)() : subject);
    return {};
  } catch (error) {
    return { error };
  }
}

function codeOf(error: unknown): string | undefined {
  const { code } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

function describeError(error: unknown): string {
  const { message } = error as { message?: unknown };
  const text = typeof message === "string" ? message : String(error);
  const code = codeOf(error);
  return code === undefined || text.startsWith(code) ? text : `${code}: ${text}`;
}

function differencesOf(error: unknown, facts: Readonly<Record<string, unknown>>): string[] {
  const { facts: given = {} } = error as { facts?: Readonly<Record<string, unknown>> };
  return Object.entries(facts)
    .filter(([name, value]) => given[name] !== value)
    .map(([name]) => `${name} ${show(given[name])}`);
}

/**
 * Whether an action changes balances on L2 by these amounts, with fees.
 *
 * @param action - Called between two looks at the balances; a promise would have begun before.
 * @param holders - Wallets, each with `getBalance`.
 * @param changes - For each holder, in the token's smallest unit, signed.
 * @throws ASSERTION_SUBJECT, and what the action throws
 */
export async function checkL2Balances(
  action: unknown,
  holders: readonly L2Holder[],
  { token, changes }: Balances,
): Promise<Verdict> {
  if (typeof action !== "function") {
    const facts = { assertion: "changeL2Balances", expected: "a function", actual: show(action) };
    throw testingError({ code: "ASSERTION_SUBJECT", ...facts });
  }
  const read = () => Promise.all(holders.map((holder) => holder.getBalance(token)));
  const before = await read();
  await (action as L2Action)();
  const after = await read();
  const actual = after.map((balance, index) => balance - before[index]!);
  const wrong = actual.flatMap((change, index) =>
    change === changes[index]
      ? []
      : [`${nameOf(holders[index]!)} by ${change} instead of ${changes[index]}`],
  );
  const symbol = String(token);
  return {
    isMet: wrong.length === 0,
    message: `expected other changes of ${symbol} on L2: ${wrong.join("; ")}`,
    negated: `expected ${symbol} on L2 not to change by ${actual.join(", ")}`,
    expected: changes,
    actual,
  };
}

function nameOf(holder: L2Holder): string {
  return holder.address ?? "the holder";
}

/**
 * Whether a transaction or a request reaches a stage: waits until it has, or is rejected.
 *
 * @param subject - A handle of a wallet, with or without `await`.
 */
export async function checkReached(subject: unknown, stage: Stage): Promise<Verdict> {
  if (!STAGES.includes(stage)) {
    const facts = { expected: `one of ${STAGES.join(", ")}`, actual: show(stage) };
    throw testingError({ code: "ASSERTION_SUBJECT", assertion: "reach", ...facts });
  }
  const handle = await handleOf(subject, "reach");
  const outcome = await handle.wait(stage).then(
    (receipt) => ({ statuses: [receipt].flat().map(({ status }) => status) }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome) {
    const actual = describeError(outcome.error);
    return {
      isMet: false,
      message: `expected it to be ${stage}, but it failed with ${actual}`,
      negated: "",
      expected: stage,
      actual,
    };
  }
  const { statuses } = outcome;
  return {
    isMet: statuses.every((status) => status !== "rejected" && hasReached(status, stage)),
    message: `expected it to be ${stage}, but it is ${statuses.join(", ")}`,
    negated: `expected it not to be ${stage}, but it is`,
    expected: stage,
    actual: statuses,
  };
}

/** @throws ASSERTION_SUBJECT */
export async function handleOf(subject: unknown, assertion: string): Promise<Waitable> {
  const handle = (await subject) as Partial<Waitable> | null | undefined;
  if (typeof handle?.wait === "function") return handle as Waitable;
  const facts = { expected: "a handle of a wallet", actual: show(handle) };
  throw testingError({ code: "ASSERTION_SUBJECT", assertion, ...facts });
}

function show(value: unknown): string {
  return typeof value === "object" && value !== null
    ? `an object with ${Object.keys(value).slice(0, 4).join(", ") || "nothing"}`
    : String(value);
}
