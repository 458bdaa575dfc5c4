/**
 * Runs a node for a week: `npm run test:week -- --seed S --days 7`, with `--hours H` for less than
 * a day, `--store postgres` for a database in ROLLUP_TEST_POSTGRES, and `--json` for a report to
 * read by machine. A failing seed names itself and its step, and fails there again.
 */
import { parseArgs } from "node:util";
import { PRESET_NAMES } from "../src/protocol/presets.ts";
import { createRandom } from "../test/helpers/random.ts";
import type { WeekProgress, WeekReport } from "../test/sim/week.ts";

const HOURS_OF_DAY = 24;
const options = {
  seed: { type: "string", default: createRandom().seed },
  days: { type: "string", default: "7" },
  hours: { type: "string" },
  /** `sqlite` or `postgres`. */
  store: { type: "string", default: "sqlite" },
  /** Preset; by default the seed decides. */
  preset: { type: "string" },
  json: { type: "boolean", default: false },
} as const;
const { values } = parseArgs({ options });

const { createWeekDatabase } = await import("../test/sim/week-database.ts");
const { Week } = await import("../test/sim/week.ts");
const { seed, json } = values;
const hours = Number(values.hours ?? Number(values.days) * HOURS_OF_DAY);
const preset = PRESET_NAMES.find((name) => name === values.preset);
const { target, remove } = await createWeekDatabase(values.store);
if (!json) console.log(`seed ${seed}, ${hours} hours, ${target.type}`);
const startMs = performance.now();
try {
  const week = await Week.create({ seed, hours, target, onStep, ...(preset && { preset }) });
  const { counts, ...report } = await week.run();
  const seconds = Number(((performance.now() - startMs) / 1000).toFixed(1));
  const events = Object.fromEntries(counts);
  clearLine();
  if (json) console.log(JSON.stringify({ seed, hours, seconds, ...report, counts: events }));
  else print(report, events, seconds);
} catch (error) {
  clearLine();
  // Hardhat's errors contain whole source files, so only the stack is shown.
  const { message, cause } = error as Error;
  console.error(message);
  console.error(cause instanceof Error ? cause.stack : cause);
  process.exitCode = 1;
} finally {
  await remove();
}

function print(
  { steps, proofs, acknowledged, digest }: Omit<WeekReport, "counts">,
  events: Record<string, number>,
  seconds: number,
): void {
  const listed = Object.entries(events).map(([event, times]) => `${event} ${times}`);
  console.log(`  ${listed.join(", ")}`);
  console.log(`  ${steps} steps, ${acknowledged} acknowledged, ${proofs} proofs; digest ${digest}`);
  console.log(`  ${seconds} s, ${(steps / seconds).toFixed(1)} steps a second`);
}

function onStep({ steps, hour, blocks }: WeekProgress): void {
  if (!process.stderr.isTTY) return;
  const day = Math.floor(hour / HOURS_OF_DAY) + 1;
  const time = `day ${day}, ${Math.floor(hour % HOURS_OF_DAY)} h`;
  process.stderr.write(`\r${time}: ${steps} steps, ${blocks} blocks   `);
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}
