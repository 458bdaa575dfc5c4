/** Which blocks have their proofs sent to L1 together: those that were waiting at the same time. */

export class ProofGroups {
  /** Numbers of the last blocks of the groups, ascending. */
  #ends: number[] = [];

  /**
   * Opens a group when the proof of its first block is started; does nothing within a group.
   *
   * @param blockNumber - Block whose proof is started.
   * @param last - Last block that waits with it, as far as one L1 transaction takes them.
   */
  open(blockNumber: number, last: number): void {
    const end = this.#ends.at(-1);
    if (end === undefined || end < blockNumber) this.#ends.push(last);
  }

  /** Forgets groups of earlier blocks. */
  startAt(blockNumber: number): void {
    this.#ends = this.#ends.filter((end) => end >= blockNumber);
  }

  /** Last block of the group of a block; before the block if it is in none. */
  endOf(blockNumber: number): number {
    return this.#ends.find((end) => end >= blockNumber) ?? blockNumber - 1;
  }
}
