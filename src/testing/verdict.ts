/** What an assertion finds; chai and `node:assert` throw their own errors of it. */
export interface Verdict {
  readonly isMet: boolean;
  /** Says what is wrong if it is not met. */
  readonly message: string;
  /** Says what is wrong if it is met, but was negated. */
  readonly negated: string;
  readonly expected: unknown;
  readonly actual: unknown;
}
