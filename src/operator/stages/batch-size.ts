/** Blocks that one L1 transaction takes: fewer after L1 has refused one for its size. */
export class BatchSize {
  /** Whatever else would fit. */
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
   * Tries half as many the next time.
   *
   * @param length - Of what L1 has refused.
   * @returns False if there is nothing to halve.
   */
  halve(length: number): boolean {
    if (length < 2) return false;
    this.#now = Math.ceil(length / 2);
    return true;
  }

  /** What has gone well may be tried with more again. */
  grow(): void {
    this.#now = Math.min(2 * this.#now, this.max);
  }
}
