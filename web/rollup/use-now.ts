/** A clock for components. */
import { useEffect, useState } from "preact/hooks";

/**
 * The time now; renders again as it passes.
 *
 * @param everyMs - Milliseconds between two looks.
 * @returns Milliseconds since 1970.
 */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
