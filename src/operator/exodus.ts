/** What L1 says to an operator whose rollup has begun its exodus. */
import { isRollupError, type RollupError } from "../util/errors.ts";
import { operatorError } from "./errors.ts";

/** ROLLUP_IN_EXODUS, if that is why L1 has refused a call. */
export function toExodusError(error: unknown, rollupAddress: string): RollupError | undefined {
  if (!isRollupError(error) || error.code !== "L1_REVERTED") return undefined;
  if (error.facts["error"] !== "ExodusMode") return undefined;
  return operatorError({ code: "ROLLUP_IN_EXODUS", rollupAddress }, { cause: error });
}
