/** Seconds of L1's time in which a promised transaction is due by default. */
export const DEFAULT_DUE_SECONDS = 24 * 60 * 60;
