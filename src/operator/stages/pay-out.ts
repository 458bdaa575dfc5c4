/** Makes the payouts that executed blocks have left open. */
import type { ExecuteBlock } from "../../l1/types.ts";
import type { Clock } from "../clock.ts";
import { UNPAID_MAX } from "../follower.ts";
import { runStep, type StageParts } from "./stage.ts";

/** Time before payouts that could not be made are tried again. */
const PAY_OUT_AGAIN_MS = 10 * 60 * 1000;

export class PayOutStage {
  readonly #parts: StageParts;
  readonly #clock: Clock;
  /** Number of open payouts at the last attempt, by block. */
  readonly #tried = new Map<number, { readonly open: number; readonly atMs: number }>();

  constructor(parts: StageParts, clock: Clock) {
    this.#parts = parts;
    this.#clock = clock;
  }

  get isDue(): boolean {
    return this.#parts.log.ledger.unpaid.length > 0;
  }

  /**
   * Makes open payouts of one executed block, as far as the gas of one transaction reaches.
   *
   * @returns Whether there was something to do.
   * @throws BLOCK_STEP_FAILED
   */
  async turn(): Promise<boolean> {
    const { l1, log } = this.#parts;
    if (log.ledger.unpaid.length === 0) this.#tried.clear();
    const next = await this.#next();
    if (next === undefined) return false;
    const { block, open } = next;
    const { blockNumber } = block.storedBlock;
    await runStep(this.#parts, "pay out", [blockNumber], () => l1.payOut(block));
    this.#tried.set(blockNumber, { open, atMs: this.#clock.nowMs() });
    return true;
  }

  /**
   * The oldest block with open payouts that are due: those that were tried in vain wait for a time.
   * After a reorg all blocks in memory are checked again, some at a time.
   */
  async #next(): Promise<{ block: ExecuteBlock; open: number } | undefined> {
    const { l1, log } = this.#parts;
    const nowMs = this.#clock.nowMs();
    const { unpaid } = log.ledger;
    for (let start = 0; start < unpaid.length; start += UNPAID_MAX) {
      const blocks = unpaid.slice(start, start + UNPAID_MAX);
      const counts = await Promise.all(
        blocks.map(({ storedBlock }) => l1.readOpenPayouts(storedBlock.blockNumber)),
      );
      for (const [index, block] of blocks.entries()) {
        const { blockNumber } = block.storedBlock;
        const open = counts[index]!;
        const tried = this.#tried.get(blockNumber);
        // A try that has paid something says nothing about the rest or about a reorg.
        if (tried?.open !== open) this.#tried.delete(blockNumber);
        else if (nowMs - tried.atMs < PAY_OUT_AGAIN_MS) continue;
        if (open > 0) return { block, open };
      }
    }
    return undefined;
  }
}
