/** What there is to measure: all that the command line has to know before it loads the rest. */

/** The last five take minutes. */
export const BENCH_SUITES = [
  "crypto",
  "constraints",
  "l1",
  "setup",
  "prover",
  "compile",
  "blocks",
  "sequencer",
] as const;
export type BenchSuite = (typeof BENCH_SUITES)[number];

/** Base-2 logarithms of how many constraints it sets up and proves. */
export const BENCH_POWERS = { min: 6, max: 20, default: 16 } as const;
/** What the sequencer is offered unless the command line says otherwise, and at most. */
export const BENCH_LOAD = {
  accounts: { default: 10_000, max: 1_000_000 },
  /** A little more than the 2,000 that are promised: the last of them take their time, too. */
  rate: { default: 2_100, max: 100_000 },
  seconds: { default: 60, max: 86_400 },
} as const;
