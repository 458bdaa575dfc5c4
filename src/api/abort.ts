/** Ends of work that its caller does not want any more. */
import { rpcError } from "./errors.ts";

/** An `AbortSignal`, in browsers and in Node. */
export interface Abort {
  /** Whether the work is not wanted any more. */
  readonly aborted: boolean;
  /** Why, as the caller of `abort` says. */
  readonly reason?: unknown;
  /**
   * Calls a listener when the work is not wanted any more.
   *
   * @param type - "abort".
   * @param listener - The listener.
   */
  addEventListener(type: "abort", listener: () => void): void;
  /**
   * Calls a listener no more.
   *
   * @param type - "abort".
   * @param listener - The listener.
   */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** @throws ABORTED, with the reason of the signal as its cause */
export function assertWanted(signal: Abort | undefined): void {
  if (signal?.aborted === true) throw rpcError({ code: "ABORTED" }, { cause: signal.reason });
}

/** Calls a listener at the abort, or at once after it. @returns Calls it no more. */
export function onAbort(signal: Abort | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) listener();
  else signal.addEventListener("abort", listener);
  return () => signal.removeEventListener("abort", listener);
}

/** Waits for a promise, or until it is not wanted. @throws ABORTED, and as the promise */
export async function untilAbort<T>(work: Promise<T>, signal: Abort | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = onAbort(signal, () => reject(rpcError({ code: "ABORTED" }, { cause: signal.reason })));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop();
  }
}

/** The longest time of a timer; with a longer one it would fire at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

/** Waits for some time, or until it is not wanted. @throws ABORTED */
export async function pause(ms: number, signal?: Abort): Promise<void> {
  assertWanted(signal);
  let stop = () => {};
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, TIMER_MS_MAX));
    stop = onAbort(signal, () => {
      clearTimeout(timer);
      resolve();
    });
  });
  stop();
  assertWanted(signal);
}
