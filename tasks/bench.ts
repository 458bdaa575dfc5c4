/** `hardhat rollup:bench`: measures speed here, beside other programs in the same run. */
import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import type { HardhatConfig } from "hardhat/types/config";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { BenchStore } from "../src/bench/bench-store.ts";
import {
  BENCH_LOAD,
  BENCH_POWERS,
  BENCH_ROUNDS,
  BENCH_SUITES,
  BENCH_WORKERS,
  type BenchSuite,
} from "../src/bench/suites.ts";
import type { BenchContext, BenchOptions, BenchResults } from "../src/plugin/bench/suites.ts";
import type { Table } from "../src/plugin/bench/tables.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { kindsOfSlots, parseKind } from "../src/plugin/bench/kinds.ts";
import { isStoreName, resolveStore } from "../src/plugin/config/node/store.ts";
import { sizedPreset } from "../src/plugin/config/resolve.ts";
import { BLOCK_SLOTS_MAX, BLOCK_SLOTS_MIN, type BlockKind } from "../src/protocol/kinds.ts";
import type { Preset } from "../src/protocol/presets.ts";
import {
  buildFor,
  type CommonArguments,
  defineAction,
  isOneOf,
  printJson,
  row,
  toPlan,
} from "./common.ts";

interface BenchArguments extends CommonArguments {
  readonly suites: readonly string[];
  readonly rounds: number;
  readonly power: number;
  readonly external?: string | undefined;
  readonly kind?: string | undefined;
  readonly slots?: string | undefined;
  readonly chart?: string | undefined;
  readonly accounts: number;
  readonly rate: number;
  readonly seconds: number;
  readonly threads: number;
  readonly workers: number;
  readonly queue?: string | undefined;
  readonly store?: string | undefined;
}

/** @throws BENCH_SUITE_UNKNOWN */
function toSuites({ suites }: BenchArguments): BenchSuite[] {
  return suites.map((suite) => {
    if (isOneOf(BENCH_SUITES, suite)) return suite;
    throw pluginError({ code: "BENCH_SUITE_UNKNOWN", suite, known: BENCH_SUITES });
  });
}

/** @throws BENCH_OPTION_OUT_OF_RANGE, and as {@link toKinds} and {@link toStores} */
function toOptions(
  args: BenchArguments,
  preset: Preset,
  { paths }: HardhatConfig["rollup"],
): BenchOptions {
  const { rounds, power, external, accounts, rate, seconds } = args;
  assertRange("rounds", rounds, BENCH_ROUNDS.min, BENCH_ROUNDS.max);
  assertRange("workers", args.workers, BENCH_WORKERS.min, BENCH_WORKERS.max);
  assertRange("power", power, BENCH_POWERS.min, BENCH_POWERS.max);
  for (const [option, { max }] of Object.entries(BENCH_LOAD)) {
    assertRange(option, args[option as keyof typeof BENCH_LOAD], 1, max);
  }
  const threads = args.threads < 0 ? availableParallelism() : args.threads;
  const kinds = toKinds(args, preset);
  const { workers, queue } = args;
  const stores = toStores(args, paths.data);
  const load = { accounts, rate, seconds, threads, stores };
  return { rounds, power, external, kinds, ...load, workers, queue };
}

/**
 * Reads --store sqlite,postgres://…, beside which the memory is measured.
 *
 * @param folder - Where files of SQLite are made.
 * @throws STORE_UNKNOWN
 */
function toStores({ store }: BenchArguments, folder: string): BenchStore[] {
  const names = [...new Set(store?.split(",") ?? [])].filter((name) => name !== "memory");
  const others = names.map((name): BenchStore => {
    const config = isStoreName(name) ? resolveStore(name, folder) : undefined;
    if (config?.type === "postgres") return config;
    if (name === "sqlite") return { type: "sqlite", folder };
    throw pluginError({ code: "STORE_UNKNOWN", forms: BENCH_STORE_FORMS });
  });
  return [{ type: "memory" }, ...others];
}

/** A measurement makes its own file, so it takes no name of one. */
const BENCH_STORE_FORMS = '"memory", "sqlite" or "postgres://…", several with commas between them';

/**
 * Reads --kind 2-main-2,4-wide-2, or --slots 2,4,8.
 *
 * @throws OPTIONS_EXCLUSIVE, BENCH_KIND_INVALID, BENCH_OPTION_OUT_OF_RANGE
 */
function toKinds({ kind, slots, chart }: BenchArguments, preset: Preset): BlockKind[] | undefined {
  if (kind !== undefined) {
    // A chart shows the growth with the slots.
    const other = slots === undefined ? chart && "--chart" : "--slots";
    if (other) throw pluginError({ code: "OPTIONS_EXCLUSIVE", options: ["--kind", other] });
    return [...new Set(kind.split(","))].map((name) => parseKind(name, preset));
  }
  const sizes = slots?.split(",").map(Number);
  for (const size of sizes ?? []) assertRange("slots", size, BLOCK_SLOTS_MIN, BLOCK_SLOTS_MAX);
  return sizes && kindsOfSlots(sizes, preset);
}

function assertRange(option: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw pluginError({ code: "BENCH_OPTION_OUT_OF_RANGE", option, value, min, max });
}

/** Describes the machine, which times depend on. */
function describeMachine() {
  const [load] = loadavg();
  const processor = cpus()[0]?.model ?? "unknown";
  return { processor, cores: availableParallelism(), node: process.version, load: load! };
}

function showTable(title: string, rows: Table): string {
  const show = (cell: string | number | undefined): string => {
    if (cell === undefined) return "";
    if (typeof cell === "string") return cell;
    const digits = Number.isInteger(cell) ? {} : { maximumSignificantDigits: 3 };
    return cell.toLocaleString("en", digits);
  };
  const [heading, ...others] = rows.map((cells) => cells.map(show));
  return formatTable([
    { type: "section-header", text: title },
    { type: "header", cells: heading! },
    ...others.map((cells) => row(...cells)),
  ]);
}

async function measure<S extends BenchSuite>(
  suite: S,
  context: BenchContext,
  { json }: CommonArguments,
): Promise<BenchResults[S]> {
  const { runSuite, tablesOf } = await import("../src/plugin/bench/suites.ts");
  const result = await runSuite(suite, context);
  if (json) return result;
  for (const table of tablesOf(suite, result)) console.log(`${showTable(suite, table)}\n`);
  return result;
}

async function writeChart(file: string, blocks: BenchResults["blocks"]): Promise<void> {
  const { drawSizedBlocks } = await import("../src/plugin/bench/sized-blocks.ts");
  await writeFile(file, drawSizedBlocks(blocks));
}

const action = defineAction<BenchArguments>(async (args, hre) => {
  const suites = toSuites(args);
  const plan = toPlan(args, hre);
  const options = toOptions(args, sizedPreset(plan.config, plan.preset), plan.config);
  const { chart } = args;
  if (chart !== undefined && !suites.includes("blocks")) {
    throw pluginError({ code: "BENCH_CHART_WITHOUT_BLOCKS" });
  }
  const context: BenchContext = {
    options,
    hre,
    plan,
    suites,
    results: new Map(),
    build: (prover) => buildFor({ ...plan, prover }, hre),
  };
  const machine = describeMachine();
  const results: Partial<Record<BenchSuite, unknown>> = {};
  for (const suite of suites) results[suite] = await measure(suite, context, args);
  if (chart !== undefined) await writeChart(chart, (results as BenchResults).blocks);
  if (args.json) {
    printJson({ machine, ...results });
    return;
  }
  const { processor, cores, node, load } = machine;
  console.log(`${processor}, ${cores} cores, Node ${node}, load ${load.toFixed(1)} at the start`);
});

export default action;
