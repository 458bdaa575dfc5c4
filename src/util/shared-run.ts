/**
 * Shares runs of a task between concurrent callers: at most one run is active and one waits.
 *
 * A caller never gets the result of a run that started before its call, because that run may have
 * missed what the caller has just changed. It shares the next run with all callers until it starts.
 *
 * @returns A function that returns the result of the next run.
 */
export function shareRuns<T>(task: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    next = undefined;
    const run = task();
    const ended = run
      .catch(() => undefined)
      .then(() => {
        if (running === ended) running = undefined;
      });
    running = ended;
    return run;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start);
    return next;
  };
}
