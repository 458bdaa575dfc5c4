/** Work that the signal of a caller ends. */

import type { AbortListener } from "./types.ts";

/** A caller may give any reason, which is passed on as it is. */
function reasonOf({ reason }: AbortListener): Error {
  return reason as Error;
}

/**
 * Rejects with the reason of a signal as soon as it is aborted.
 *
 * @param abandon - Called then.
 */
export async function abortable<T>(
  signal: AbortListener | undefined,
  work: () => Promise<T>,
  abandon: () => void = () => undefined,
): Promise<T> {
  if (signal === undefined) return work();
  if (signal.aborted) throw signal.reason;
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      abandon();
      reject(reasonOf(signal));
    };
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
