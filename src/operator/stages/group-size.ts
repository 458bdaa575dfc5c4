/** Maximum blocks of one L1 transaction: fewer after L1 has refused a group for its size. */
export class GroupSize {
  /** The configured maximum. */
  readonly max: number;
  #now: number;

  constructor(max: number) {
    this.max = max;
    this.#now = max;
  }

  get now(): number {
    return this.#now;
  }

  /**
   * Halves the size for the next attempt.
   *
   * @param length - Of the refused group.
   * @returns False if a group of one was refused.
   */
  halve(length: number): boolean {
    if (length < 2) return false;
    this.#now = Math.ceil(length / 2);
    return true;
  }

  /** Doubles the size after a success, up to the maximum. */
  grow(): void {
    this.#now = Math.min(2 * this.#now, this.max);
  }
}
