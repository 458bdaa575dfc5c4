/** Waits for a stage, over a node that is busy, away, or answers at once. */
import { type Abort, pause } from "../api/abort.ts";
import { isTransient } from "../api/retry.ts";
import { isRollupError } from "../util/errors.ts";

/** Pause before a wait that the operator was too busy for is asked again. */
const BUSY_PAUSE_MS = 500;
/** How long a node may be away during a wait: nodes are started again, and laptops sleep. */
const OUTAGE_MS_MAX = 600_000;
const OUTAGE_PAUSE_MS = 2_000;

/**
 * Asks until an answer is the wanted one. The node answers when it has it, or after a time limit of
 * its own; one that answers at once must not keep its clients busy.
 *
 * @throws ABORTED, and what does not pass
 */
export async function waitUntil<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  signal: Abort | undefined,
): Promise<T> {
  for (;;) {
    const startMs = performance.now();
    const answer = await patiently(ask, signal);
    if (isWanted(answer)) return answer;
    if (performance.now() - startMs < BUSY_PAUSE_MS) await pause(BUSY_PAUSE_MS, signal);
  }
}

/** Repeats a call while the operator is busy with other waits; and while it is away, for a time. */
async function patiently<T>(ask: () => Promise<T>, signal: Abort | undefined): Promise<T> {
  const endMs = performance.now() + OUTAGE_MS_MAX;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isBusy = isRollupError(error) && error.code === "RPC_BUSY";
      const isAway = isTransient(error) && performance.now() < endMs;
      if (!isBusy && !isAway) throw error;
      await pause(isBusy ? BUSY_PAUSE_MS : OUTAGE_PAUSE_MS, signal);
    }
  }
}
