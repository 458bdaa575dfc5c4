import type { Clock } from "./clock.ts";

/** Those who wait until something has changed. */
export class Waiters {
  readonly #clock: Clock;
  readonly #wakes = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something may have changed. */
  wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }

  /**
   * Waits until something holds.
   *
   * @param isDone - Asked at first, and whenever something may have changed. What it throws ends
   * the waiting.
   * @param limitMs - Waits no longer, whether it holds or not.
   */
  async until(isDone: () => boolean, limitMs: number): Promise<void> {
    const endMs = this.#clock.nowMs() + limitMs;
    while (!isDone() && this.#clock.nowMs() < endMs) {
      await this.#nextChange(endMs - this.#clock.nowMs());
    }
  }

  #nextChange(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#wakes.delete(wake);
        resolve();
      };
      const cancel = this.#clock.after(limitMs, wake);
      this.#wakes.add(wake);
    });
  }
}
