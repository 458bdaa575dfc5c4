/**
 * Kills the operator under load, with `kill -9`, and compares after each kill what it has promised
 * with what it knows and with L1: `npm run test:crash -- --kills 200 --seed S`. Half of the kills
 * are with SQLite, and half with the PostgreSQL that ROLLUP_TEST_POSTGRES names.
 */
import { inspect, parseArgs } from "node:util";
import hre from "hardhat";
import { createRandom } from "../test/helpers/random.ts";
import { POSTGRES_VARIABLE } from "../test/helpers/postgres.ts";
import { type CrashResult, type Kill, runCrashes } from "../test/faults/crash/run.ts";
import { CRASH_STORES, type CrashStore } from "../test/faults/crash/world.ts";

const options = {
  seed: { type: "string", default: createRandom().seed },
  kills: { type: "string", default: "20" },
  /** Default: both, if there is a PostgreSQL. */
  store: { type: "string" },
  /** `kernel` makes real proofs. The mock makes none, so that a kill takes seconds. */
  prover: { type: "string", default: "mock" },
  "l1-block-ms": { type: "string", default: "300" },
  json: { type: "boolean", default: false },
} as const;
const { values } = parseArgs({ options });
const { seed, json } = values;
const kills = Number(values.kills);
const prover: "kernel" | "mock" = values.prover === "kernel" ? "kernel" : "mock";
const postgresUrl = process.env[POSTGRES_VARIABLE];
const say = (line: string) => void (json ? process.stderr : process.stdout).write(`${line}\n`);

function chooseStores(): readonly CrashStore[] {
  const stores = CRASH_STORES.filter((name) => values.store === undefined || name === values.store);
  if (postgresUrl !== undefined) return stores;
  if (stores.includes("postgres")) {
    say(`No PostgreSQL: set ${POSTGRES_VARIABLE} to the URL of a database for tests.`);
  }
  return stores.filter((name) => name !== "postgres");
}

async function killWith(store: CrashStore, count: number): Promise<CrashResult> {
  let number = 0;
  const settings = { seed, store, postgresUrl, prover, l1BlockMs: Number(values["l1-block-ms"]) };
  const report = (kill: Kill, accepted: number) => {
    const { phase, point = "an instant", moment = "at", seconds } = kill;
    const place = `${phase}, ${moment} ${point}`;
    say(`${store} ${++number}/${count}: ${place} (${seconds.toFixed(1)} s, ${accepted} accepted)`);
  };
  return runCrashes(hre, { ...settings, kills: count }, report);
}

/** Kills by point, the most frequent first. */
function tally(killed: readonly Kill[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { phase, point = "(a random instant)", moment = "" } of killed) {
    const name = `${phase}: ${moment} ${point}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}

const stores = chooseStores();
if (stores.length === 0 || !Number.isInteger(kills) || kills < 1) {
  console.error("Usage: npm run test:crash -- --kills N --seed S [--store sqlite|postgres]");
  process.exit(2);
}
say(`seed ${seed}, ${kills} kills, prover ${prover}`);
const results: Record<string, CrashResult> = {};
try {
  for (const [index, store] of stores.entries()) {
    const count = Math.floor((kills + index) / stores.length);
    results[store] = await killWith(store, count);
  }
} catch (error) {
  say(inspect(error));
  say(`✘ seed ${seed}`);
  process.exit(1);
}
if (json) console.log(JSON.stringify({ seed, prover, results }, null, 2));
else printResults();
process.exit(0);

function printResults(): void {
  for (const [name, count] of tally(Object.values(results).flatMap((result) => result.kills))) {
    console.log(`${String(count).padStart(5)}  ${name}`);
  }
  for (const [store, { kills: killed, refusals, ...counts }] of Object.entries(results)) {
    const text = Object.entries(counts).map(([name, count]) => `${name} ${String(count)}`);
    console.log(`✔ ${store}: ${killed.length} kills, nothing lost: ${text.join(", ")}`);
    console.log(`  unanswered or refused: ${JSON.stringify(refusals)}`);
  }
}
