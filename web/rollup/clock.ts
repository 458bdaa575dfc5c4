/** The time of the rollup's chain, which on a devnet runs ahead of the visitor's clock. */
let aheadMs = 0;

/** Learns from a moment of the chain that has passed. @param seconds - Unix seconds. */
export function observeTime(seconds: bigint): void {
  aheadMs = Math.max(aheadMs, 1_000 * Number(seconds) - Date.now());
}

/** Milliseconds since 1970, never before a moment that was observed. */
export function chainNowMs(): number {
  return Date.now() + aheadMs;
}
