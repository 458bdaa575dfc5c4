/** Payouts that executed blocks have left open. */
import type { Clock } from "../clock.ts";
import { UNPAID_MAX } from "../follower.ts";
import { runStep, type StageParts } from "./stage.ts";

/** When payouts that could not be made are tried again. */
const PAY_OUT_AGAIN_MS = 10 * 60 * 1000;

export class PayOutStage {
  readonly #parts: StageParts;
  readonly #clock: Clock;
  /** Payouts that were open when they were last tried to be made, by block. */
  readonly #tried = new Map<number, { readonly open: number; readonly atMs: number }>();

  constructor(parts: StageParts, clock: Clock) {
    this.#parts = parts;
    this.#clock = clock;
  }

  get isDue(): boolean {
    return this.#parts.log.ledger.unpaid.length > 0;
  }

  /**
   * Makes open payouts of one executed block, as many as one transaction has gas for.
   *
   * @returns Whether there was something to do.
   * @throws BLOCK_STEP_FAILED
   */
  async turn(): Promise<boolean> {
    const { l1, log } = this.#parts;
    const nowMs = this.#clock.nowMs();
    const isPending = (number: number, open: number) => {
      const tried = this.#tried.get(number);
      return tried === undefined || open !== tried.open || nowMs - tried.atMs >= PAY_OUT_AGAIN_MS;
    };
    const unpaid = log.ledger.unpaid.slice(0, UNPAID_MAX);
    if (unpaid.length === 0) {
      this.#tried.clear();
      return false;
    }
    const numbers = unpaid.map(({ storedBlock }) => storedBlock.blockNumber);
    const counts = await Promise.all(numbers.map((number) => l1.readOpenPayouts(number)));
    const next = numbers.findIndex((number, index) => {
      return counts[index]! > 0 && isPending(number, counts[index]!);
    });
    if (next < 0) return false;
    const [block, number] = [unpaid[next]!, numbers[next]!];
    await runStep(this.#parts, "pay out", [number], async () => {
      await l1.payOut(block);
    });
    this.#tried.set(number, { open: counts[next]!, atMs: nowMs });
    return true;
  }
}
