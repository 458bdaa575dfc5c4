/**
 * The one error class of the project.
 *
 * Each module declares a union of facts, `{ code: "NONCE_MISMATCH"; expected: number; … }`,
 * registers for each code a sentence and a line that says how to fix it, and throws
 * `rollupError(facts)`. Callers compare `error.code`, never the message.
 */

/** What every member of a module's error union has: a code, and any facts worth showing. */
export interface ErrorFacts {
  readonly code: string;
  readonly [fact: string]: unknown;
}

/** How one code speaks to a person. */
export interface ErrorDescription<F extends ErrorFacts = ErrorFacts> {
  /** One sentence: what is wrong, with the offending values. */
  readonly message: (facts: F) => string;
  /** One line: what the reader can do about it. */
  readonly fix: string;
}

/** A table with exactly one description per code of the union `F`. */
export type ErrorTable<F extends ErrorFacts> = {
  readonly [C in F["code"]]: ErrorDescription<Extract<F, { code: C }>>;
};

const BRAND = "hardhat-zkrollup.RollupError";
const descriptions = new Map<string, ErrorDescription>();

/** An error with a stable `code`, the facts behind it and a line on how to fix it. */
export class RollupError<F extends ErrorFacts = ErrorFacts> extends Error {
  readonly code: F["code"];
  readonly facts: F;
  /** What is wrong; the message is the code and this sentence. */
  readonly sentence: string;
  readonly fix: string;
  /** Survives two loaded copies of the package, where `instanceof` does not. */
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

/** The words of one error: what is wrong, and the line on how to fix it. */
export interface ErrorText {
  readonly sentence: string;
  readonly fix: string;
}

export interface RollupErrorOptions {
  readonly cause?: unknown;
  /** For an error that was described elsewhere, as one that came over the wire. */
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
 * Registers the descriptions of one module's codes and returns the module's throw helper.
 *
 * @example
 * const stateError = defineErrors<StateErrorFacts>({ LEAF_OUT_OF_RANGE: { message: …, fix: … } });
 * throw stateError({ code: "LEAF_OUT_OF_RANGE", index, capacity });
 */
export function defineErrors<F extends ErrorFacts>(
  table: ErrorTable<F>,
): (facts: F, options?: { cause?: unknown }) => RollupError<F> {
  for (const [code, description] of Object.entries(table)) {
    descriptions.set(code, description as ErrorDescription);
  }
  return (facts, options) => new RollupError(facts, options);
}

/** Whether `error` is a {@link RollupError}, whichever copy of this package made it. */
export function isRollupError(error: unknown): error is RollupError {
  return error instanceof Error && "brand" in error && error.brand === BRAND;
}

/** All registered codes with their fix lines, for docs and the test that compares the two. */
export function listErrorCodes(): { code: string; fix: string }[] {
  return [...descriptions].map(([code, { fix }]) => ({ code, fix }));
}

/** Stops the program when an invariant is broken. Not for bad input: that gets a coded error. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${invariant}`);
}
