/** Blocks on L1 that an operator before this one has committed with the same key. */
import { revertBlocksFrom } from "../revert.ts";
import type { StageParts } from "./stage.ts";

/**
 * How often blocks of a predecessor are taken back before one of its own is executed: a predecessor
 * that is dead commits nothing more, and one that lives must not be fought.
 */
const TAKE_BACKS_MAX = 3;

export class Predecessors {
  readonly #parts: StageParts;
  #takeBacks = 0;

  constructor(parts: StageParts) {
    this.#parts = parts;
  }

  /**
   * Takes back blocks that a predecessor has committed, which nobody can prove any more. Blocks of
   * others stay: whoever has committed them may be about to prove them.
   */
  async takeBack(): Promise<void> {
    const { l1, follower, logger, l1Limits } = this.#parts;
    const { unknownBlock: first, progress } = follower;
    if (first === undefined || progress === undefined || first <= progress.proven) return;
    if (follower.ban !== undefined || this.#takeBacks >= TAKE_BACKS_MAX) return;
    const { committed } = progress;
    for (let number = first; number <= committed; number++) {
      if (!(await l1.isOwnCommit(number))) return;
    }
    await revertBlocksFrom(l1, first, progress, l1Limits);
    this.#takeBacks++;
    logger.info(`revert: block ${first} to ${committed}, which a predecessor has committed`);
    await follower.follow();
  }

  /** A block of the operator's own is executed: no predecessor is alive. */
  noteExecuted(): void {
    this.#takeBacks = 0;
  }
}
