/** Blocks on L1 that an operator before this one has committed with the same key. */
import { revertBlocksFrom } from "../revert.ts";
import type { StageParts } from "./stage.ts";

/**
 * Maximum number of reverts of a predecessor before a block of the operator is executed: a dead
 * predecessor commits nothing more, and the operator must not fight one that lives.
 */
const REVERTS_MAX = 3;

export class Predecessors {
  readonly #parts: StageParts;
  #reverts = 0;

  constructor(parts: StageParts) {
    this.#parts = parts;
  }

  /**
   * Reverts blocks that a predecessor has committed: without their signatures nobody can prove
   * them. Blocks of rivals stay, because they may be about to prove them.
   */
  async revert(): Promise<void> {
    const { l1, follower, logger, l1Limits } = this.#parts;
    const { unknownBlock: first, progress } = follower;
    if (first === undefined || progress === undefined || first <= progress.proven) return;
    if (follower.ban !== undefined || this.#reverts >= REVERTS_MAX) return;
    const { committed } = progress;
    for (let number = first; number <= committed; number++) {
      if (!(await l1.isOwnCommit(number))) return;
    }
    await revertBlocksFrom(l1, first, progress, l1Limits);
    this.#reverts++;
    const fields = { step: "revert", fromBlockNumber: first, toBlockNumber: committed };
    logger.info(
      `revert: block ${first} to ${committed}, which a predecessor has committed`,
      fields,
    );
    await follower.follow();
  }

  /** A block of the operator's own is executed: no predecessor is alive. */
  noteExecuted(): void {
    this.#reverts = 0;
  }
}
