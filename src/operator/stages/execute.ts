/** The third stage: proven blocks become final. */
import { executeCost } from "../../l1/gas.ts";
import type { ExecuteBlock } from "../../l1/types.ts";
import { isProven, toExecuteBlock } from "../ledger/blocks.ts";
import { isWithin, takeWithin } from "../ledger/budget.ts";
import type { GroupSize } from "./group-size.ts";
import type { Predecessors } from "./predecessors.ts";
import { refusalOf } from "./refusals.ts";
import { assertNotBanned, nextBlocks, runStep, type StageParts } from "./stage.ts";

export class ExecuteStage {
  readonly #parts: StageParts;
  readonly #size: GroupSize;
  readonly #predecessors: Predecessors;

  constructor(parts: StageParts, size: GroupSize, predecessors: Predecessors) {
    this.#parts = parts;
    this.#size = size;
    this.#predecessors = predecessors;
  }

  get isDue(): boolean {
    const { proven, executed } = this.#parts.log.ledger.progress;
    return proven > executed;
  }

  /**
   * Executes proven blocks with one transaction. Payouts that the gas does not cover stay open and
   * hold up no other block.
   *
   * @returns Whether there was something to do.
   * @throws BLOCK_STEP_FAILED, and what bars the operator from L1
   */
  async turn(): Promise<boolean> {
    const { log, follower, l1Limits } = this.#parts;
    const blocks = takeWithin(
      nextBlocks(log.ledger, isProven, this.#size.now),
      this.#size.now,
      (some) => executeCost(some.map(({ applied }) => applied.payouts.length)),
      l1Limits,
    );
    if (blocks.length === 0) return false;
    assertNotBanned(follower);
    const whole = blocks.map(toExecuteBlock);
    const finalizeOnly = whole.map((block) => ({ ...block, payouts: [] }));
    const payoutCounts = whole.map(({ payouts }) => payouts.length);
    const fits = isWithin({ ...executeCost(payoutCounts), gas: 0 }, l1Limits);
    try {
      await this.#execute(fits ? whole : finalizeOnly);
    } catch (error) {
      if (refusalOf((error as Error).cause)?.kind !== "size") throw error;
      if (this.#size.halve(blocks.length)) return true;
      await this.#execute(finalizeOnly);
    }
    this.#size.grow();
    this.#predecessors.noteExecuted();
    return true;
  }

  async #execute(blocks: readonly ExecuteBlock[]): Promise<void> {
    const { l1, log } = this.#parts;
    const blockNumbers = blocks.map(({ storedBlock }) => storedBlock.blockNumber);
    await runStep(this.#parts, "execute", blockNumbers, async () => {
      const transaction = await l1.executeBlocks(blocks);
      log.record([{ type: "blocksExecuted", blockNumbers, transaction }]);
      return transaction;
    });
  }
}
