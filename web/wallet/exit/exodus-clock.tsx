/** Whether the operator still serves users, and how long it has for that. */
import { type ExodusStatus, readExodusStatus } from "../../../src/exit.ts";
import { Countdown } from "../../components/countdown.tsx";
import { Failure } from "../../components/failure.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/time.tsx";
import { observeTime } from "../../rollup/clock.ts";
import type { Answer } from "../../rollup/use-answer.ts";
import { usePolledAnswer } from "../../rollup/use-polled.ts";
import type { L1Reader } from "./l1.ts";

const ASK_AGAIN_MS = 15_000;

export type Exodus = Answer<ExodusStatus | undefined>;

/** Asks again from time to time: another user may begin the exodus. */
export function useExodus(l1: L1Reader | undefined): Exodus {
  return usePolledAnswer(async () => l1 && readStatus(l1), [l1], ASK_AGAIN_MS);
}

async function readStatus({ client, provider }: L1Reader): Promise<ExodusStatus> {
  const status = await readExodusStatus(client);
  const latest = await provider.getBlock("latest");
  observeTime(BigInt(latest?.timestamp ?? 0));
  return status;
}

const MEANINGS = {
  alive: "No request has expired. Until one has, the operator can still be asked.",
  expired: "A request on L1 has expired: anybody may begin the exodus. The first exit does so.",
  exodus:
    "The exodus has begun. It never ends: everybody takes out what the last executed block has.",
} as const;

const NAMES = {
  alive: "Operator in time",
  expired: "Operator too late",
  exodus: "Exodus",
} as const;

export function ExodusClock({ value, error, refresh }: Exodus) {
  if (value === undefined) {
    if (error !== undefined) return <Failure error={error} onRetry={refresh} />;
    return <Loading what="the status of the exodus" />;
  }
  const { stage, expiration } = value;
  return (
    <div class="exodus" data-stage={stage}>
      <p role="status">
        <span class={stage === "alive" ? "mark good" : "mark warn"}>{NAMES[stage]}</span>{" "}
        {MEANINGS[stage]}
      </p>
      {stage === "alive" && expiration === undefined && (
        <p>
          No request waits on L1, so no time is running. Request a full exit to start the clock.
        </p>
      )}
      {stage === "alive" && expiration !== undefined && (
        <p>
          The oldest open request expires on <Moment seconds={expiration} />, unless the operator
          serves it: <Countdown until={expiration} />
        </p>
      )}
    </div>
  );
}
