import type { ComponentChildren } from "preact";
import type { Status } from "../../src/protocol/stages.ts";

/** A stage on the way of a block, transaction or request. */
export interface StagePoint {
  readonly stage: string;
  readonly isReached: boolean;
  /** What is known of the moment: a time, a block, an L1 transaction. */
  readonly detail?: ComponentChildren;
}

/** The stages in their order, those that are reached filled. */
export function StageLine({
  points,
  label,
}: {
  readonly points: readonly StagePoint[];
  readonly label: string;
}) {
  return (
    <ol class="stage-line" aria-label={label}>
      {points.map(({ stage, isReached, detail }) => (
        <li key={stage} class={`point stage-${stage} ${isReached ? "reached" : "ahead"}`}>
          <span class="point-name">{stage}</span>
          <span class="visually-hidden">{isReached ? "reached" : "not yet"}</span>
          {detail !== undefined && <span class="point-detail">{detail}</span>}
        </li>
      ))}
    </ol>
  );
}

const ORDER = ["accepted", "sealed", "committed", "proven", "executed"];

/** Whether a status is at or beyond a stage of blocks. */
export function isAt(status: Status | "sealed", stage: string): boolean {
  return status !== "rejected" && ORDER.indexOf(status) >= ORDER.indexOf(stage);
}
