/** Answers that are asked for again whenever a block reaches a stage. */
import { useEffect, useRef } from "preact/hooks";
import { useConnection } from "./connection.tsx";
import { type Answer, useAnswer } from "./use-answer.ts";

interface Asking {
  isAsking: boolean;
  /** Whether something has happened since the question. */
  isStale: boolean;
  refresh: () => void;
}

/**
 * As `useAnswer`, and asks again once its subscription stands, and after each event of a block.
 * Events during a question lead to one more question, so a busy rollup neither floods the node nor
 * starves the page.
 */
export function useLiveAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
): Answer<T> {
  const { rollup } = useConnection();
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
  useEffect(() => {
    let isShown = true;
    const listener = () => {
      if (state.current.isAsking) state.current.isStale = true;
      else state.current.refresh();
    };
    const standing = rollup.on("block", listener);
    void standing.then((stop) => {
      // What has happened between the answer and the subscription is in no event.
      if (isShown) listener();
      else stop();
    });
    return () => {
      isShown = false;
      void standing.then((stop) => stop());
    };
  }, [rollup]);
  return answer;
}
