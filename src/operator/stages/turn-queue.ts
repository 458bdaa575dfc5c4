/** Who may send to L1, and rebuild what is not there. */

/** Those who take turns; what is nearer to its end comes first. */
const OWNERS = ["execute", "prove", "commit", "payOut", "other"] as const;
export type TurnOwner = (typeof OWNERS)[number];

interface Waiting {
  readonly owner: TurnOwner;
  readonly run: () => Promise<void>;
}

/**
 * Gives turns on L1: one at a time, as one account sends one transaction after the other. Whatever
 * is done in a turn finds nothing else on its way to L1, so it may rebuild blocks that are not
 * there.
 *
 * Turns go in rounds: nobody has a second one while somebody waits who has had none, so no stage
 * waits until another one has nothing left to do.
 */
export class TurnQueue {
  readonly #waiting: Waiting[] = [];
  /** Who has had a turn in this round. */
  readonly #served = new Set<TurnOwner>();
  #isTaken = false;

  /** Whether somebody has a turn. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Settles as the task does; a task that fails keeps nobody from the next turn. */
  run<T>(owner: TurnOwner, task: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => Promise.resolve().then(task).then(resolve, reject);
      this.#waiting.push({ owner, run });
      if (!this.#isTaken) void this.#giveTurns();
    });
  }

  async #giveTurns(): Promise<void> {
    this.#isTaken = true;
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      await next.run();
      // Whoever can go on at once with what this turn has done gets into the queue first.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isTaken = false;
  }

  #takeNext(): Waiting | undefined {
    if (this.#waiting.every(({ owner }) => this.#served.has(owner))) this.#served.clear();
    const owner = OWNERS.find((some) => {
      return !this.#served.has(some) && this.#waiting.some((waiting) => waiting.owner === some);
    });
    if (owner === undefined) return undefined;
    this.#served.add(owner);
    const index = this.#waiting.findIndex((waiting) => waiting.owner === owner);
    return this.#waiting.splice(index, 1)[0];
  }
}
