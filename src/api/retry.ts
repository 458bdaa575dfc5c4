/** Retries of calls that a node did not answer, or was too busy for. */
import { isRollupError } from "../util/errors.ts";
import { type Abort, pause } from "./abort.ts";
import type { AbortableRequest } from "./client.ts";
import { fromJsonRpcError } from "./error-transport.ts";
import { isRpcMethod } from "./methods.ts";

const PAUSE_MS = 250;
const PAUSE_MS_MAX = 8_000;
/** A node that asks for more patience than this is not waited for. */
const RETRY_AFTER_MS_MAX = 30_000;
/** Refusals that change nothing, and that pass by themselves. */
const TRANSIENT = [
  "CONNECTION_FAILED",
  "CONNECTION_TIMEOUT",
  "RPC_RATE_LIMITED",
  "RPC_BUSY",
  "OPERATOR_STARTING",
  "SUBMISSIONS_WAITING",
];
/** Status codes of a gateway whose node is away for a moment, or that limits its clients. */
const TRANSIENT_STATUSES = [408, 425, 429, 500, 502, 503, 504];

/**
 * Whether a call may be sent again when nobody knows if the node has got it. Reads may; so may
 * submissions, because the same signed transaction again gets the same receipt.
 */
function isRepeatable(method: string): boolean {
  return isRpcMethod(method) && method !== "rollup_processBlocks";
}

/** Time that the node asks for; undefined if the error is not one that passes. */
function patienceOf(error: unknown): number | undefined {
  const coded = fromJsonRpcError(error);
  if (coded === undefined) return undefined;
  const { code, facts } = coded;
  if (code === "RPC_ANSWER_INVALID") {
    return TRANSIENT_STATUSES.includes(facts["status"] as number)
      ? retryAfterMsOf(error)
      : undefined;
  }
  if (!TRANSIENT.includes(code)) return undefined;
  const { retryAfterSeconds } = facts;
  const named = typeof retryAfterSeconds === "number" ? 1_000 * retryAfterSeconds : 0;
  return Math.max(named, retryAfterMsOf(error));
}

/** Whether an error passes by itself: the node is away, busy, or behind a gateway that says so. */
export function isTransient(error: unknown): boolean {
  return patienceOf(error) !== undefined;
}

/** What an HTTP transport has read of `retry-after`. */
function retryAfterMsOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("retryAfterMs" in error)) {
    const cause = isRollupError(error) ? error.cause : undefined;
    return cause === undefined ? 0 : retryAfterMsOf(cause);
  }
  return typeof error.retryAfterMs === "number" ? error.retryAfterMs : 0;
}

/**
 * Sends calls again that had no answer. The pauses double, with a random part, so that many clients
 * do not come back together.
 *
 * @param retries - How often at most; 0 for never.
 */
export function withRetries(request: AbortableRequest, retries: number): AbortableRequest {
  return async (method, params, signal?: Abort) => {
    for (let failures = 0; ; failures++) {
      try {
        return await request(method, params, signal);
      } catch (error) {
        const patienceMs = isRepeatable(method) ? patienceOf(error) : undefined;
        const isOver = failures >= retries || patienceMs === undefined;
        if (isOver || !(patienceMs <= RETRY_AFTER_MS_MAX)) throw error;
        const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** failures);
        await pause(Math.max(pauseMs * (0.5 + Math.random() / 2), patienceMs), signal);
      }
    }
  };
}
