/** JSON-RPC over HTTP, one call per request, without retries: the caller sees every failure. */
import { isRollupError } from "../../src/util/errors.ts";

export async function callRpc(
  url: string,
  method: string,
  params: readonly unknown[] = [],
  timeoutMs = 30_000,
): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error !== undefined)
    throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.result;
}

/** The code of a refusal, or the name of another error. */
export function codeOf(error: unknown): string {
  if (isRollupError(error)) return error.code;
  const { data, name } = error as { data?: { code?: string }; name?: string };
  return data?.code ?? name ?? "unknown";
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Repeats a question until the answer is as wanted, or the time limit is reached.
 *
 * @returns The last answer, as wanted or not; undefined if there was none.
 */
export async function poll<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  limitMs: number,
  pauseMs = 300,
): Promise<T | undefined> {
  const endMs = Date.now() + limitMs;
  let answer: T | undefined;
  for (;;) {
    try {
      answer = await ask();
      if (isWanted(answer)) return answer;
    } catch {
      // The process may be down for a while.
    }
    if (Date.now() >= endMs) return answer;
    await sleep(pauseMs);
  }
}
