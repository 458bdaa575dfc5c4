/** Work that outlasts a node that is away. */
import { type Abort, pause } from "../api/abort.ts";
import { isTransient } from "../api/retry.ts";
import { isRollupError } from "../util/errors.ts";

const PAUSE_MS = 500;
const PAUSE_MS_MAX = 30_000;

/** Asks until the node answers. @throws ABORTED, and what does not pass */
export async function persistently<T>(
  ask: () => Promise<T>,
  signal: Abort | undefined,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      // A node that stops may be started again.
      const isStopped = isRollupError(error) && error.code === "OPERATOR_STOPPED";
      if (!isStopped && !isTransient(error)) throw error;
      await pause(Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** failures), signal);
    }
  }
}
