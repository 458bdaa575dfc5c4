/** A clock for components. */
import { useEffect, useState } from "preact/hooks";
import { chainNowMs } from "./clock.ts";

/**
 * The time of the chain now; renders again as it passes.
 *
 * @param everyMs - Milliseconds between two looks.
 * @returns Milliseconds since 1970.
 */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => chainNowMs());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(chainNowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
