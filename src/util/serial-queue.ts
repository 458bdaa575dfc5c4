/** Runs asynchronous tasks one at a time, in the order of their submission. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs `task` after all earlier tasks.
   *
   * @returns The result or the error of the task; an error does not stop later tasks.
   */
  run<T>(task: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
