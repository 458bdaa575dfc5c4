/**
 * Lets callers at the same time share one run of a task: at most one runs and one waits to run.
 *
 * A caller never gets the result of a run that began before its call: that one may have missed
 * what the caller means. It shares the next run with all who call until that begins.
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
