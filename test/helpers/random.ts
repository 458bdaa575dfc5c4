/**
 * Repeatable randomness for tests.
 *
 * Put `random.title` into the title of the suite, so that a failure names its seed; run again with
 * `ROLLUP_TEST_SEED=<seed>` to get the same values.
 */

import { randomBytes } from "node:crypto";
import { createSeededRandom, type Random } from "../../src/bench/random.ts";

export type { Random };

const DEFAULT_SEED = process.env["ROLLUP_TEST_SEED"] ?? randomBytes(4).toString("hex");

/** A generator of its own stream; all start from one seed per run unless one is given. */
export function createRandom(seed: string = DEFAULT_SEED): Random {
  return createSeededRandom(seed);
}
