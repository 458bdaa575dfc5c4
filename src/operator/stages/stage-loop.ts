import type { FailureLog } from "../failure-log.ts";

/** Takes turns of a stage in the background, whenever it is woken, until it has nothing to do. */
export class StageLoop {
  readonly #turn: () => Promise<boolean>;
  readonly #failures: FailureLog;
  #isWoken = false;
  #running: Promise<void> | undefined;

  /**
   * @param turn - Says whether it has done anything, and so something may be left to do.
   * @param failures - Nobody waits for a turn: what fails is logged, and tried again when woken.
   */
  constructor(turn: () => Promise<boolean>, failures: FailureLog) {
    this.#turn = turn;
    this.#failures = failures;
  }

  /** Something may have become ready. */
  wake(): void {
    this.#isWoken = true;
    this.#running ??= this.#run();
  }

  /** Resolves when no turn is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isWoken) {
      this.#isWoken = false;
      try {
        if (!(await this.#turn())) continue;
        this.#failures.clear();
        this.#isWoken = true;
      } catch (error) {
        this.#failures.record(error);
      }
    }
    // At once after the last look at the flag: whoever wakes it later finds no run, and starts one.
    this.#running = undefined;
  }
}
