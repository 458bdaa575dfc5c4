/** Answers of the node for components: loaded once, and again when something has happened. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Answer<T> {
  /** The last answer; stays while a newer one is on its way. */
  readonly value: T | undefined;
  /** Why the last question has no answer. */
  readonly error: unknown;
  /** Asks again. */
  readonly refresh: () => void;
}

/**
 * Asks when a component appears and whenever a dependency changes.
 *
 * @param ask - Gets a signal that is aborted when nobody waits for the answer any more.
 * @param dependencies - As of `useEffect`; another array forgets the value.
 */
export function useAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
): Answer<T> {
  const [state, setState] = useState<{ value?: T; error?: unknown; of: readonly unknown[] }>({
    of: dependencies,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    const abort = new AbortController();
    const use = (next: { value?: T; error?: unknown }) => {
      if (abort.signal.aborted) return;
      setState((before) => {
        const kept = isSame(before.of, dependencies) ? before : {};
        return { ...kept, error: undefined, ...next, of: dependencies };
      });
    };
    latest.current(abort.signal).then(
      (value) => use({ value }),
      (error: unknown) => use({ error }),
    );
    return () => abort.abort();
  }, [...dependencies, round]);
  const refresh = useCallback(() => setRound((count) => count + 1), []);
  const isCurrent = isSame(state.of, dependencies);
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : undefined,
    refresh,
  };
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}
