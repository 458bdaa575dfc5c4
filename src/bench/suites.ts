/** The benchmark suites and their parameters, for the command line to read without the suites. */

/** Names of the suites; those from `setup` on take long. */
export const BENCH_SUITES = [
  "crypto",
  "constraints",
  "l1",
  "shapes",
  "setup",
  "prover",
  "browser",
  "compile",
  "blocks",
  "sequencer",
  "farm",
  "state",
] as const;
export type BenchSuite = (typeof BENCH_SUITES)[number];

/** Base-2 logarithm of the number of constraints of the setup, prover and browser suites. */
export const BENCH_POWERS = { min: 6, max: 20, default: 16 } as const;
/** Rounds of the crypto suite, the best of which counts. */
export const BENCH_ROUNDS = { min: 1, max: 1_000, default: 15 } as const;
/** Workers of the farm suite, besides one alone. */
export const BENCH_WORKERS = { min: 2, max: 64, default: 8 } as const;
/** Defaults and limits of the sequencer's load. */
export const BENCH_LOAD = {
  accounts: { default: 10_000, max: 1_000_000 },
  /** Slightly more than the promised 2,000, because the last transfers take time as well. */
  rate: { default: 2_100, max: 100_000 },
  seconds: { default: 60, max: 86_400 },
} as const;
