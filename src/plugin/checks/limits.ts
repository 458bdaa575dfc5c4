/** Defaults and limits of the options of checks, for the definitions of the tasks. */

/** The range of an option, and its value if it is not given. */
export interface OptionRange {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** The largest seed of fast-check, a 32-bit integer with a sign. */
const SEED = { min: -1, max: 2 ** 31 - 1, default: -1 };

/** Seconds for the check of a circuit, and for tests of it, which may take long. */
export const CHECK_TIME_S = 60;
export const TESTS_TIME_S = 3_600;

export const CHECK_LIMITS = {
  samples: { min: 0, max: 10_000, default: 40 },
  seed: SEED,
  /** 0 stands for {@link CHECK_TIME_S} or {@link TESTS_TIME_S}. */
  time: { min: 0, max: 86_400, default: 0 },
} as const satisfies Record<string, OptionRange>;

export const FUZZ_LIMITS = {
  runs: { min: 1, max: 100_000_000, default: 1_000 },
  seed: SEED,
  time: { min: 1, max: 86_400, default: 600 },
} as const satisfies Record<string, OptionRange>;
