import { rpcError } from "../api/errors.ts";

/** Limits the tasks that run at a time and those that wait. */
export class Gate {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(runningMax: number, waitingMax: number) {
    this.#runningMax = runningMax;
    this.#waitingMax = waitingMax;
  }

  /** @throws RPC_BUSY, and what the task throws */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#runningMax) {
      const maximum = this.#waitingMax;
      if (this.#waiting.length >= maximum) {
        throw rpcError({ code: "RPC_BUSY", what: "waiting calls to L1", maximum });
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
