/** How long nothing has moved on L1. */
import type { Clock } from "./clock.ts";
import { type BlockRecord, isPrepared } from "./ledger/blocks.ts";

/**
 * Blocks move when the oldest one that waits comes to another stage, or when a block is proven for
 * the first time. What is only added at the end is no movement: it waits for the same.
 */
export class StallWatch {
  readonly #clock: Clock;
  #oldest = "";
  /** The last block that has ever had a proof. */
  #proved = 0;
  #movedAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#movedAtMs = clock.nowMs();
  }

  /**
   * To be called when L1 has answered.
   *
   * @param waiting - Sealed blocks that are not executed, oldest first.
   */
  observe(waiting: readonly BlockRecord[]): void {
    const [oldest] = waiting;
    const hasProof = (block: BlockRecord) => isPrepared(block) && block.proof !== undefined;
    const proved = waiting.findLast(hasProof)?.applied.block.blockNumber ?? 0;
    const name = oldest === undefined ? "" : `${oldest.applied.block.blockNumber} ${oldest.status}`;
    if (oldest !== undefined && name === this.#oldest && proved <= this.#proved) return;
    this.#oldest = name;
    this.#proved = Math.max(this.#proved, proved);
    this.#movedAtMs = this.#clock.nowMs();
  }

  get stallMs(): number {
    return this.#clock.nowMs() - this.#movedAtMs;
  }
}
