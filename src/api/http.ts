/** JSON-RPC over HTTP, by the `fetch` of the platform, with limits of time and bytes. */
import { z } from "zod";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { type Abort, assertWanted, onAbort, TIMER_MS_MAX } from "./abort.ts";
import type { AbortableRequest } from "./client.ts";
import { rpcError } from "./errors.ts";
import { isRpcMethod, RPC_METHODS } from "./methods.ts";

/** How a node is asked over HTTP. */
export interface HttpOptions {
  /** Milliseconds for an answer; ten times as many for a call that waits for a block. */
  readonly timeoutMs: number;
  /** Further headers of each request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** More than a node answers at most. */
const ANSWER_BYTES_MAX = 16 << 20;
const WAIT_FACTOR = 10;
const TOO_MANY_REQUESTS = 429;

/** An error as the node has answered it. */
class NodeAnswer extends Error {
  readonly code: number;
  readonly data: unknown;
  /** From the header `retry-after`; 0 without one. */
  readonly retryAfterMs: number;

  constructor({ code, message, data }: z.output<typeof errorSchema>, retryAfterMs: number) {
    super(message);
    this.code = code;
    this.data = data;
    this.retryAfterMs = retryAfterMs;
  }
}

const errorSchema = z.object({ code: z.number(), message: z.string(), data: z.unknown() });
const answerSchema = z.union([
  z.object({ error: errorSchema }),
  z.object({ result: z.unknown() }).refine((answer) => "result" in answer),
]);

/**
 * Creates a transport over HTTP. Errors do not contain the URL, which may contain a key.
 *
 * @param url - Of the node, http or https.
 * @returns A request that rejects with the node's error, or with CONNECTION_FAILED,
 * CONNECTION_TIMEOUT, RPC_ANSWER_INVALID, RPC_ANSWER_TOO_LARGE or ABORTED.
 */
export function createHttpRequest(
  url: string,
  { timeoutMs, headers = {} }: HttpOptions,
): AbortableRequest {
  return async (method, params, signal) => {
    assertWanted(signal);
    const waits = isRpcMethod(method) && RPC_METHODS[method].waits;
    const limitMs = Math.min(waits ? WAIT_FACTOR * timeoutMs : timeoutMs, TIMER_MS_MAX);
    const ending = new AbortController();
    const end = (error: RollupError) => ending.abort(error);
    const late = () => end(rpcError({ code: "CONNECTION_TIMEOUT", method, milliseconds: limitMs }));
    const timer = setTimeout(late, limitMs);
    const stop = onAbort(signal, () => end(toAborted(signal)));
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        signal: ending.signal,
        redirect: "error",
      });
      return readAnswer(method, response, await readText(method, response));
    } catch (error) {
      if (error instanceof NodeAnswer || isRollupError(error)) throw error;
      if (isRollupError(ending.signal.reason)) throw ending.signal.reason;
      const reason = reasonOf(error);
      throw rpcError({ code: "CONNECTION_FAILED", method, reason }, { cause: error });
    } finally {
      clearTimeout(timer);
      stop();
      // What was not read of a refused answer is not wanted.
      ending.abort();
    }
  };
}

function toAborted(signal: Abort | undefined): RollupError {
  return rpcError({ code: "ABORTED" }, { cause: signal?.reason });
}

/** Reads a body, at most as long as the limit. */
async function readText(method: string, { body }: Response): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  const reader = body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > ANSWER_BYTES_MAX) {
      throw rpcError({ code: "RPC_ANSWER_TOO_LARGE", method, maximumBytes: ANSWER_BYTES_MAX });
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}

function readAnswer(method: string, { status, headers }: Response, text: string): unknown {
  const retryAfterMs = readRetryAfter(headers.get("retry-after"), status);
  const { data: answer } = answerSchema.safeParse(parseJson(text));
  if (answer === undefined) {
    const error = rpcError({ code: "RPC_ANSWER_INVALID", method, status });
    throw Object.assign(error, { retryAfterMs });
  }
  if ("error" in answer) throw new NodeAnswer(answer.error, retryAfterMs);
  return answer.result;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds or a date; a second for a client that has too many requests and gets no time. */
function readRetryAfter(header: string | null, status: number): number {
  if (header === null) return status === TOO_MANY_REQUESTS ? 1_000 : 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : 1_000 * seconds;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

/** The code of the system's error, which names no address; `fetch` hides it in the cause. */
function reasonOf(error: unknown): string {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if ("code" in inner && typeof inner.code === "string") return inner.code;
  }
  return "no connection";
}
