/** Limits how many tasks run at a time. */

/** Runs a task when it is its turn. @returns Its result or its error. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>;

/** Lets a number of tasks run at a time; others wait in the order of submission. */
export function createTurns(size: number): Turns {
  const waiting: (() => void)[] = [];
  let free = size;
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
