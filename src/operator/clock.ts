/** Time as the operator sees it, so that tests can hold it in their hands. */
export interface Clock {
  /** Returns the milliseconds since any fixed moment. */
  nowMs(): number;
  /**
   * Calls back once after a delay.
   *
   * @param delayMs - Milliseconds, from 0.
   * @param callback - What is called.
   * @returns Cancels the call.
   */
  after(delayMs: number, callback: () => void): () => void;
}

/** The time of this process. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    // What waits for the operator, a server or a call, keeps the process alive; the operator alone
    // does not, so a test or script that leaves it open ends all the same.
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
