import { useNow } from "../rollup/use-now.ts";

/** The part of `Intl.DurationFormat` that is used; not every browser and type has it yet. */
interface DurationFormat {
  format(duration: Readonly<Record<"days" | "hours" | "minutes" | "seconds", number>>): string;
}
type IntlWithDurations = typeof Intl & {
  readonly DurationFormat?: new (
    locale: string,
    options: { readonly style: "narrow"; readonly secondsDisplay: "always" },
  ) => DurationFormat;
};

const Duration = (Intl as IntlWithDurations).DurationFormat;
const DURATIONS = Duration && new Duration("en", { style: "narrow", secondsDisplay: "always" });
const HOURS = new Intl.NumberFormat("en", {
  style: "unit",
  unit: "hour",
  maximumFractionDigits: 2,
});
const TICK_MS = 1_000;

function showDuration(seconds: number): string {
  if (DURATIONS === undefined) return HOURS.format(seconds / 3_600);
  return DURATIONS.format({
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3_600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  });
}

/** The time until a Unix second, which runs. */
export function Countdown({ until }: { readonly until: bigint }) {
  const seconds = Math.ceil(Number(until) - useNow(TICK_MS) / 1_000);
  if (seconds <= 0) return <span class="bad">expired</span>;
  return (
    <span class="countdown" role="timer">
      {showDuration(seconds)}
    </span>
  );
}
