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

/** Who waits for which abort: a signal has one listener of ours, however many wait. */
const waiting = new WeakMap<Abort, Set<() => void>>();

/** Calls a listener at the abort, or at once after it. @returns Calls it no more. */
export function onAbort(signal: Abort | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  const all = waiting.get(signal) ?? listenTo(signal);
  const own = () => listener();
  all.add(own);
  return () => void all.delete(own);
}

/** Platforms warn of a signal with more than ten listeners. */
function listenTo(signal: Abort): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(signal, all);
  signal.addEventListener("abort", () => {
    for (const listener of [...all]) if (all.has(listener)) listener();
  });
  return all;
}

/** Some signals as one. */
export interface JoinedAborts {
  /** Is aborted with the first of them; undefined if there is none. */
  readonly signal: Abort | undefined;
  /** Listens to them no more. */
  stop(): void;
}

/** Joins signals. Call `stop` when the work is over. */
export function joinAborts(...signals: readonly (Abort | undefined)[]): JoinedAborts {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length < 2) return { signal: given[0], stop: () => undefined };
  const joined = new AbortController();
  const stops = given.map((signal) => onAbort(signal, () => joined.abort(signal.reason)));
  return {
    signal: joined.signal,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
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
