/**
 * Stages of an operation, from the operator's answer to the payout on L1 (docs/operator.md).
 */

export const STAGES = ["accepted", "committed", "proven", "executed"] as const;
export type Stage = (typeof STAGES)[number];

/** A stage, or the end of an accepted transaction that the operator has rejected. */
export type Status = Stage | "rejected";

/**
 * Returns whether a status is at or beyond a stage.
 *
 * @param status - Status of a receipt or block; `rejected` has reached no stage.
 * @param stage - One of {@link STAGES}.
 *
 * @example
 * hasReached("proven", "committed"); // true
 * hasReached("rejected", "accepted"); // false
 */
export function hasReached(status: Status, stage: Stage): boolean {
  return status !== "rejected" && STAGES.indexOf(status) >= STAGES.indexOf(stage);
}
