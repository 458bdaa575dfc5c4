/** Answers that are asked for again from time to time, where a change is in no event. */
import { useEffect } from "preact/hooks";
import { type Answer, useAnswer } from "./use-answer.ts";

/**
 * As `useAnswer`, and asks again a while after each answer.
 *
 * @param pauseMs - Milliseconds between an answer, or a failure, and the next question.
 */
export function usePolledAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
  pauseMs: number,
): Answer<T> {
  const asked = useAnswer(
    async (signal) => ({ answer: await ask(signal) }), // a new object each time
    dependencies,
  );
  const { value, error, refresh } = asked;
  useEffect(() => {
    if (value === undefined && error === undefined) return;
    const timer = setTimeout(refresh, pauseMs);
    return () => clearTimeout(timer);
  }, [value, error, refresh, pauseMs]);
  return { value: value?.answer, error, refresh };
}
