/** Whether the operator still serves users, and how long it has for that. */
import { useEffect, useState } from "preact/hooks";
import { type ExodusStatus, readExodusStatus } from "../../../src/exit.ts";
import { Failure } from "../../components/failure.tsx";
import { Loading } from "../../components/loading.tsx";
import { useAnswer } from "../../rollup/use-answer.ts";
import type { L1Reader } from "./l1.ts";

export interface ExodusNow extends ExodusStatus {
  /** Of the latest block of L1, Unix seconds. */
  readonly l1Seconds: bigint;
  /** When it was read, milliseconds of the page's clock. */
  readonly readAt: number;
}

const ASK_AGAIN_MS = 15_000;
const SECOND_MS = 1_000;

/** Asks again from time to time: another user may begin the exodus. */
export function useExodus({ client, provider }: L1Reader) {
  const read = async (): Promise<ExodusNow> => {
    const status = await readExodusStatus(client);
    const latest = await provider.getBlock("latest");
    return { ...status, l1Seconds: BigInt(latest?.timestamp ?? 0), readAt: performance.now() };
  };
  const answer = useAnswer(read, [client, provider]);
  const { refresh } = answer;
  useEffect(() => {
    const timer = setInterval(refresh, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [refresh]);
  return answer;
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

type ClockProps = ReturnType<typeof useExodus>;

export function ExodusClock({ value, error, refresh }: ClockProps) {
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
      {stage === "alive" && expiration !== undefined && <Countdown now={value} />}
    </div>
  );
}

function Countdown({ now }: { readonly now: ExodusNow }) {
  const [, setRound] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setRound((count) => count + 1), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const { expiration = 0n, l1Seconds, readAt } = now;
  const passed = BigInt(Math.floor((performance.now() - readAt) / SECOND_MS));
  const left = expiration - l1Seconds - passed;
  const date = new Date(Number(expiration) * SECOND_MS).toLocaleString();
  return (
    <p>
      The oldest open request expires in <strong class="clock">{showSeconds(left)}</strong> ({date}
      ), unless the operator serves it.
    </p>
  );
}

function showSeconds(seconds: bigint): string {
  if (seconds <= 0n) return "a moment";
  const [days, hours, minutes] = [
    seconds / 86_400n,
    (seconds / 3_600n) % 24n,
    (seconds / 60n) % 60n,
  ];
  if (days > 0n) return `${days} d ${hours} h`;
  if (hours > 0n) return `${hours} h ${minutes} min`;
  return `${minutes} min ${seconds % 60n} s`;
}
