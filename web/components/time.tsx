import { useNow } from "../rollup/use-now.ts";

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const ABSOLUTE = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
/** Units of relative times with their seconds, the largest first. */
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;
/** Beyond what dates hold, seconds are shown as they are. */
const DATE_SECONDS_MAX = 8_640_000_000_000n;
const TICK_MS = 1_000;

/** How long ago a second is, or how far ahead. */
function showRelative(seconds: number): string {
  const [unit, length] =
    UNITS.find(([, unitSeconds]) => Math.abs(seconds) >= unitSeconds) ?? UNITS.at(-1)!;
  return RELATIVE.format(Math.trunc(seconds / length), unit);
}

function toDate(seconds: bigint): Date | undefined {
  const isBeyond = seconds > DATE_SECONDS_MAX || seconds < -DATE_SECONDS_MAX;
  return isBeyond ? undefined : new Date(1_000 * Number(seconds));
}

/** A moment as the distance from now, with the date as its hint. */
export function Ago({ seconds }: { readonly seconds: bigint }) {
  const nowMs = useNow(TICK_MS);
  const date = toDate(seconds);
  if (date === undefined) return <>second {seconds.toString()}</>;
  return (
    <time dateTime={date.toISOString()} title={ABSOLUTE.format(date)}>
      {showRelative(Math.round((date.getTime() - nowMs) / 1_000))}
    </time>
  );
}

/** A moment as a date, and its distance from now. */
export function Moment({ seconds }: { readonly seconds: bigint }) {
  const date = toDate(seconds);
  if (date === undefined) return <>second {seconds.toString()}</>;
  return (
    <>
      {ABSOLUTE.format(date)} <span class="faint">(</span>
      <Ago seconds={seconds} />
      <span class="faint">)</span>
    </>
  );
}
