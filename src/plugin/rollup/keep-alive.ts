/** Keeps the process alive during work; the operator's own timers do not. */

/** Any interval; the timer exists only for the event loop. */
const INTERVAL_MS = 60_000;

/** Keeps the process alive until `work` settles, also while it only waits for the operator. */
export async function keepAlive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, INTERVAL_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
