/**
 * The life of a process: it ends at one of its calls to the outside, to a disk, to L1 or to a
 * prover. That call has its effect or not, nothing comes back from it, and no later call is made.
 */

export interface Death {
  /** Number of the call from 1: among all calls from now on, or among those of a name. */
  readonly at: number;
  /** Name of a call; default: any. */
  readonly call?: string;
  /** Whether that call still has its effect. */
  readonly when: "before" | "after";
}

export class Life {
  /** Names of the calls so far. */
  readonly calls: string[] = [];
  /** Resolves at the end. */
  readonly ended: Promise<void>;
  readonly #underWay = new Set<Promise<unknown>>();
  #death: (Death & { left: number }) | undefined;
  #end: () => void = () => undefined;
  #isOver = false;

  /** @param death - Default: none, until {@link Life.endAt}. */
  constructor(death?: Death) {
    this.ended = new Promise((resolve) => (this.#end = resolve));
    if (death !== undefined) this.endAt(death);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Ends it at one of the calls from now on. */
  endAt(death: Death): void {
    this.#death = { ...death, left: death.at };
  }

  /** It does not end at any call. */
  spare(): void {
    this.#death = undefined;
  }

  /** Ends it now. */
  end(): void {
    this.#isOver = true;
    this.#end();
  }

  /** Makes a call to the outside, which is never answered once it is over. */
  async outside<T>(name: string, call: () => Promise<T>): Promise<T> {
    if (this.#isOver) return noAnswer();
    this.calls.push(name);
    const isLast = this.#isLast(name);
    if (isLast && this.#death?.when === "before") {
      this.end();
      return noAnswer();
    }
    try {
      return await this.#begin(call);
    } finally {
      if (isLast) this.end();
      // Nobody lives to see an answer or an error.
      if (this.isOver) await noAnswer();
    }
  }

  /** Makes something that consists of calls to the outside; it does not begin once it is over. */
  async compound<T>(action: () => Promise<T>): Promise<T> {
    return this.#isOver ? noAnswer() : action();
  }

  #begin<T>(call: () => Promise<T>): Promise<T> {
    const made = call();
    this.#underWay.add(made);
    const forget = () => this.#underWay.delete(made);
    made.then(forget, forget);
    return made;
  }

  /** Waits until the calls that have begun have had their effect. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  #isLast(name: string): boolean {
    const death = this.#death;
    if (death === undefined || (death.call !== undefined && death.call !== name)) return false;
    return --death.left === 0;
  }
}

function noAnswer(): Promise<never> {
  return new Promise(() => undefined);
}
