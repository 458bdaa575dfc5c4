/** Work that outlasts a node that is away. */
import { type Abort, pause } from "../api/abort.ts";
import { type RpcClient, untilOf } from "../api/client.ts";
import { isTransient } from "../api/retry.ts";
import { isRollupError } from "../util/errors.ts";

const PAUSE_MS = 500;
const PAUSE_MS_MAX = 30_000;

/**
 * Makes a client whose calls are repeated until the node answers.
 *
 * @param signal - Ends its calls with ABORTED.
 */
export function persistentClient(client: RpcClient, signal: Abort): RpcClient {
  const ending = untilOf(client, signal);
  return {
    call: (method, ...params) => persistently(() => ending.call(method, ...params), signal),
  };
}

/** @throws ABORTED, and what does not pass */
async function persistently<T>(ask: () => Promise<T>, signal: Abort): Promise<T> {
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
