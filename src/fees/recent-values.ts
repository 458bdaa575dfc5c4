/** A value that changes, with what it was in the recent past. */

interface Entry {
  readonly sinceMs: number;
  readonly value: bigint;
}

/** Keeps the values that were in force within a window of time. */
export class RecentValues {
  readonly #windowMs: number;
  /** Oldest first; each is in force until the next. */
  #entries: readonly Entry[] = [];

  /** @param windowMs - How long a value counts after another has replaced it. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** The value in force, if there has been one. */
  get latest(): bigint | undefined {
    return this.#entries.at(-1)?.value;
  }

  /** Puts a value into force. @param nowMs - Not before earlier calls. */
  add(value: bigint, nowMs: number): void {
    if (value === this.latest) return;
    this.#entries = [...this.#inWindow(nowMs), { sinceMs: nowMs, value }];
  }

  /** The lowest value of the window. */
  lowest(nowMs: number): bigint | undefined {
    return this.#best(nowMs, (one, other) => one < other);
  }

  /** The highest value of the window. */
  highest(nowMs: number): bigint | undefined {
    return this.#best(nowMs, (one, other) => one > other);
  }

  #best(nowMs: number, isBetter: (one: bigint, other: bigint) => boolean): bigint | undefined {
    const values = this.#inWindow(nowMs).map(({ value }) => value);
    const [first, ...others] = values;
    return others.reduce((best, value) => (isBetter(value, best!) ? value : best), first);
  }

  #inWindow(nowMs: number): readonly Entry[] {
    const start = nowMs - this.#windowMs;
    // An entry ended when the next one began.
    return this.#entries.filter((_, index) => {
      const next = this.#entries[index + 1];
      return next === undefined || next.sinceMs >= start;
    });
  }
}
