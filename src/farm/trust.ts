/** Which workers are trusted: one that has given wrong proofs is not asked again. */

/** Wrong proofs after which a worker's answers are refused. */
export const WRONG_PROOFS_MAX = 3;
/** Workers whose wrong proofs are counted at a time; the oldest are forgotten. */
const WORKERS_MAX = 10_000;

export class Trust {
  readonly #wrong = new Map<string, number>();

  /** A worker has given a wrong proof. @returns How many it has given. */
  noteWrong(worker: string): number {
    const count = (this.#wrong.get(worker) ?? 0) + 1;
    this.#wrong.delete(worker);
    this.#wrong.set(worker, count);
    if (this.#wrong.size > WORKERS_MAX) this.#wrong.delete(this.#wrong.keys().next().value!);
    return count;
  }

  has(worker: string): boolean {
    return (this.#wrong.get(worker) ?? 0) < WRONG_PROOFS_MAX;
  }
}
