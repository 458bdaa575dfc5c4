/** Work that may take too long. */

/** What calls back later; a `Clock` satisfies it. */
export interface Timers {
  /** Calls back once after a delay in milliseconds. @returns Cancels the call. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Timers that keep the process alive. */
const systemTimers: Timers = {
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Resolves as the work does, or rejects after a time; a later result is ignored.
 *
 * @param limitMs - Milliseconds; Infinity for no limit.
 * @param late - Makes the error after that time.
 * @param timers - Default: those of the system, which keep the process alive.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  limitMs: number,
  late = () => new Error(`no answer within ${limitMs} ms`),
  timers = systemTimers,
): Promise<T> {
  if (limitMs === Infinity) return work;
  let cancel = () => {};
  const deadline = new Promise<never>((_, reject) => {
    cancel = timers.after(limitMs, () => reject(late()));
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    cancel();
  }
}

/** Resolves when the work settles, or after `limitMs` if it does not. Never rejects. */
export async function settledWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  await withDeadline(settled, limitMs).catch(() => undefined);
}
