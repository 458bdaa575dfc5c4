/** What an evaluation may take. */
import { circomError } from "../errors.ts";

/** Maximum statements that an evaluation runs. */
export const STEPS_MAX = 50_000_000;
/** Maximum signals of a circuit whose witness is computed. */
const SIGNALS_MAX = 20_000_000;

/** @throws EVALUATION_TOO_LARGE */
export function assertSteps(steps: number, max: number): void {
  if (steps > max) throw circomError({ code: "EVALUATION_TOO_LARGE", what: "statements", max });
}

/** @throws EVALUATION_TOO_LARGE */
export function assertSignals(signals: number): void {
  const max = SIGNALS_MAX;
  if (signals > max) throw circomError({ code: "EVALUATION_TOO_LARGE", what: "signals", max });
}
