/**
 * How far an operation has come, from the operator's answer to the payout on L1 (design section 6).
 */

export const STAGES = ["accepted", "committed", "proven", "executed"] as const;
export type Stage = (typeof STAGES)[number];

/** Stages, or the end of an accepted transaction that could not be included after all. */
export type Status = Stage | "rejected";

/** Whether a status is at or beyond a stage. `rejected` is beyond none. */
export function hasReached(status: Status, stage: Stage): boolean {
  return status !== "rejected" && STAGES.indexOf(status) >= STAGES.indexOf(stage);
}
