/** Answers that are asked for again when something has happened, and never given up for that. */
import { useCallback, useEffect, useRef } from "preact/hooks";
import { useConnection } from "./connection.tsx";
import { follow } from "./follow.ts";
import { type Answer, useAnswer } from "./use-answer.ts";

interface Asking {
  isAsking: boolean;
  /** Whether something has happened since the question. */
  isStale: boolean;
  refresh: () => void;
}

/**
 * As `useAnswer`, but a question that is under way is not given up: `refresh` asks after it, once,
 * however often it was called. So a busy rollup neither floods the node nor starves the page.
 */
export function useSteadyAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
): Answer<T> {
  const state = useRef<Asking>({ isAsking: false, isStale: false, refresh: () => {} });
  const answer = useAnswer(async (signal) => {
    Object.assign(state.current, { isAsking: true, isStale: false });
    try {
      return await ask(signal);
    } finally {
      if (!signal.aborted) {
        state.current.isAsking = false;
        if (state.current.isStale) setTimeout(() => state.current.refresh());
      }
    }
  }, dependencies);
  state.current.refresh = answer.refresh;
  const refresh = useCallback(() => {
    if (state.current.isAsking) state.current.isStale = true;
    else state.current.refresh();
  }, []);
  return { ...answer, refresh };
}

/** As `useSteadyAnswer`, and asks again whenever a block reaches a stage. */
export function useLiveAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
): Answer<T> {
  const { rollup } = useConnection();
  const answer = useSteadyAnswer(ask, dependencies);
  const { refresh } = answer;
  useEffect(() => follow(rollup, "blocks", refresh), [rollup, refresh]);
  return answer;
}
