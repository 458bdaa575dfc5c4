/** Work that outlasts a node that is away. */
import { type Abort, pause } from "../api/abort.ts";
import { isRollupError } from "../util/errors.ts";

const PAUSE_MS = 500;
const PAUSE_MS_MAX = 30_000;
/** What passes by itself, if not soon. */
const PASSING = [
  "CONNECTION_FAILED",
  "CONNECTION_TIMEOUT",
  "RPC_ANSWER_INVALID",
  "RPC_RATE_LIMITED",
  "RPC_BUSY",
  "OPERATOR_STARTING",
  "OPERATOR_STOPPED",
];

/** Asks until the node answers. @throws ABORTED, and what does not pass */
export async function persistently<T>(
  ask: () => Promise<T>,
  signal: Abort | undefined,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (!isRollupError(error) || !PASSING.includes(error.code)) throw error;
      await pause(Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** failures), signal);
    }
  }
}
