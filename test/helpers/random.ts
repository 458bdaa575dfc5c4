/**
 * Reproducible randomness for tests.
 *
 * Put `random.title` into the title of the suite, so that a failure names its seed; a run with
 * `ROLLUP_TEST_SEED=<seed>` gets the same values.
 */

import { randomBytes } from "node:crypto";
import { createSeededRandom, type Random } from "../../src/bench/random.ts";

export type { Random };

const DEFAULT_SEED = process.env["ROLLUP_TEST_SEED"] ?? randomBytes(4).toString("hex");

/** Creates a generator with its own stream. @param seed - Default: one seed per run. */
export function createRandom(seed: string = DEFAULT_SEED): Random {
  return createSeededRandom(seed);
}
