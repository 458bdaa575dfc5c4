/** How far a transaction or request has come, live. */
import { Link } from "wouter-preact";
import { STAGES } from "../../src/protocol/stages.ts";
import { useStore } from "../components/store.ts";
import { Failure } from "../components/failure.tsx";
import { activities, type Activity } from "./activity.ts";
import { shorten } from "../components/text.ts";

/** What each stage means for the user. */
const MEANINGS = {
  mined: "L1 has it; the operator has not seen it yet.",
  accepted: "The operator has accepted it.",
  committed: "It is in a block whose data L1 has.",
  proven: "L1 has verified the proof of its block.",
  executed: "It is final.",
  rejected: "The operator has rejected it.",
} as const;

export function useActivity(id: number): Activity | undefined {
  return useStore(activities).find((activity) => activity.id === id);
}

export function ActivityView({ activity }: { readonly activity: Activity }) {
  const { title, status, error, isRefunded } = activity;
  return (
    <div class="activity">
      <p class="activity-title">{title}</p>
      <Stages status={status} />
      <p class="activity-status">
        <span role="status">
          <strong class="stage-name">{status}</strong>: {MEANINGS[status]}
          {isRefunded && " L2 has no place for this deposit, so L1 pays it back."}
        </span>
        <Links activity={activity} />
      </p>
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}

function Links({ activity: { hashes, requestId, blockNumber } }: { readonly activity: Activity }) {
  return (
    <span class="links">
      {hashes.map((hash) => (
        <Link key={hash} href={`/transactions/${hash}`}>
          Transaction {shorten(hash)}
        </Link>
      ))}
      {requestId !== undefined && <Link href="/requests">Request {requestId} in the L1 queue</Link>}
      {blockNumber !== undefined && (
        <Link href={`/blocks/${blockNumber}`}>Block {blockNumber}</Link>
      )}
    </span>
  );
}

function Stages({ status }: Pick<Activity, "status">) {
  const reached = (STAGES as readonly string[]).indexOf(status);
  return (
    <ol class="stages" data-status={status}>
      {STAGES.map((stage, index) => (
        <li key={stage} class={index <= reached ? "reached" : undefined}>
          {stage}
          {index <= reached && <span class="visually-hidden"> (reached)</span>}
        </li>
      ))}
    </ol>
  );
}
