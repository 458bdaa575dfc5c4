/** Defaults and limits of the options of rollup:profile, for the definition of the task. */
import type { OptionRange } from "../checks/limits.ts";

export const PROFILE_LIMITS = {
  limit: { min: 1, max: 100_000, default: 12 },
} as const satisfies Record<string, OptionRange>;

/** Name of the file of a baseline in the project's folder. */
export const BASELINE_FILE = "circuit-baseline.json";

/** Maximum tolerance in percent. */
export const TOLERANCE_MAX = 100;
