/** What there is to measure: all that the command line has to know before it loads the rest. */

/** The last two take minutes. */
export const BENCH_SUITES = ["crypto", "constraints", "l1", "setup", "prover"] as const;
export type BenchSuite = (typeof BENCH_SUITES)[number];

/** Base-2 logarithms of how many constraints it sets up and proves. */
export const BENCH_POWERS = { min: 6, max: 20, default: 16 } as const;
