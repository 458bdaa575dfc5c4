/**
 * The one error class of the project.
 *
 * Each module declares a union of facts, `{ code: "NONCE_MISMATCH"; expected: number; … }`,
 * registers for each code a sentence and a line that says how to fix it, and throws
 * `rollupError(facts)`. Callers compare `error.code`, never the message.
 */

/** Base of every member of a module's error union: a code, and the facts worth showing. */
export interface ErrorFacts {
  readonly code: string;
  readonly [fact: string]: unknown;
}

/** The texts of one code, for people. */
export interface ErrorDescription<F extends ErrorFacts = ErrorFacts> {
  /** Returns one sentence that says what is wrong, with the offending values. */
  readonly message: (facts: F) => string;
  /** One line that says how to fix it. */
  readonly fix: string;
}

/** One description for each code of the union `F`. */
export type ErrorTable<F extends ErrorFacts> = {
  readonly [C in F["code"]]: ErrorDescription<Extract<F, { code: C }>>;
};

const BRAND = "hardhat-zkrollup.RollupError";
const descriptions = new Map<string, ErrorDescription>();

/**
 * An error with a stable `code`, the facts behind it and a line on how to fix it.
 *
 * Compare `code`, not the message. Test with {@link isRollupError}, not with `instanceof`.
 *
 * @example
 * const account = { accountId: 2 ** 20, capacity: accountCapacity(PRESETS.dev) };
 * const error = new RollupError({ code: "ACCOUNT_ID_OUT_OF_RANGE", ...account });
 * error.facts.capacity; // 4096
 * error.message.startsWith("ACCOUNT_ID_OUT_OF_RANGE: "); // true
 */
export class RollupError<F extends ErrorFacts = ErrorFacts> extends Error {
  /** Stable name of the failure, in docs/errors.md. */
  readonly code: F["code"];
  /** The code, with the values that the sentence is made of. */
  readonly facts: F;
  /** Says what is wrong; `message` is the code and this sentence. */
  readonly sentence: string;
  /** One line that says how to fix it. */
  readonly fix: string;
  /** Identifies the class across two loaded copies of the package, where `instanceof` fails. */
  readonly brand: string = BRAND;

  constructor(facts: F, { text = describe(facts), cause }: RollupErrorOptions = {}) {
    super(`${facts.code}: ${text.sentence}`, cause === undefined ? {} : { cause });
    this.name = "RollupError";
    this.code = facts.code;
    this.facts = facts;
    this.sentence = text.sentence;
    this.fix = text.fix;
  }
}

/** The sentence and the fix line of one error. */
export interface ErrorText {
  readonly sentence: string;
  readonly fix: string;
}

export interface RollupErrorOptions {
  readonly cause?: unknown;
  /** Replaces the registered texts, for an error that another process has described. */
  readonly text?: ErrorText;
}

function describe(facts: ErrorFacts): ErrorText {
  const description = descriptions.get(facts.code);
  if (description === undefined) {
    throw new Error(`No description is registered for the error code ${facts.code}`);
  }
  return { sentence: description.message(facts), fix: description.fix };
}

/**
 * Registers the descriptions of one module's codes.
 *
 * @returns A function that creates an error from its facts; the caller throws it.
 *
 * @example
 * ```text
 * const stateError = defineErrors<StateErrorFacts>({ LEAF_OUT_OF_RANGE: { message: …, fix: … } });
 * throw stateError({ code: "LEAF_OUT_OF_RANGE", index, capacity });
 * ```
 */
export function defineErrors<F extends ErrorFacts>(
  table: ErrorTable<F>,
): (facts: F, options?: { cause?: unknown }) => RollupError<F> {
  for (const [code, description] of Object.entries(table)) {
    descriptions.set(code, description as ErrorDescription);
  }
  return (facts, options) => new RollupError(facts, options);
}

/**
 * Returns whether `error` is a {@link RollupError} of any loaded copy of this package.
 *
 * @param error - Anything that was thrown.
 * @returns True if `error` has `code`, `facts`, `sentence` and `fix`.
 *
 * @example
 * const error = await alice
 *   .transfer({ to: bob.address, token: "ETH", amount: ethers.parseEther("11") })
 *   .catch((thrown) => thrown);
 * isRollupError(error) && error.code; // "INSUFFICIENT_BALANCE"
 */
export function isRollupError(error: unknown): error is RollupError {
  return error instanceof Error && "brand" in error && error.brand === BRAND;
}

/** Lists all registered codes with their fix lines, for docs/errors.md and its test. */
export function listErrorCodes(): { code: string; fix: string }[] {
  return [...descriptions].map(([code, { fix }]) => ({ code, fix }));
}

/** Throws a plain `Error` if an invariant is broken. Bad input gets a coded error instead. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${invariant}`);
}
