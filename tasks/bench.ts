/** `hardhat rollup:bench`: how fast everything is here, beside what others take in the same run. */
import { availableParallelism, cpus, loadavg } from "node:os";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CryptoBench } from "../src/bench/crypto.ts";
import type { ProverBench } from "../src/bench/prover.ts";
import type { SetupBench } from "../src/bench/setup.ts";
import { BENCH_POWERS, BENCH_SUITES, type BenchSuite } from "../src/bench/suites.ts";
import type { CircuitCost } from "../src/plugin/circuits/measure.ts";
import type { BuildPlan } from "../src/plugin/circuits/pipeline.ts";
import { type BlockReport, type PhaseGas, sumGas } from "../src/plugin/demo/block-report.ts";
import { pluginError } from "../src/plugin/errors.ts";
import {
  buildFor,
  type CommonArguments,
  defineAction,
  isOneOf,
  printJson,
  toPlan,
} from "./common.ts";

interface BenchArguments extends CommonArguments {
  readonly suites: readonly string[];
  readonly power: number;
  readonly external?: string | undefined;
}

interface BenchContext {
  readonly args: BenchArguments;
  readonly hre: HardhatRuntimeEnvironment;
  readonly plan: BuildPlan;
}

interface L1Bench {
  readonly preset: string;
  readonly prover: string;
  /** One per L1 transaction of each phase. */
  readonly blocks: readonly (BlockReport & { readonly gasPerOperation: number })[];
}

/** What a suite measures, and how it is shown to a person: a heading and rows under it. */
interface Suite<T> {
  run(context: BenchContext): Promise<T>;
  toTable(result: T): readonly (readonly (string | number | undefined)[])[];
}

type Suites = { readonly [S in BenchSuite]: Suite<BenchResults[S]> };
interface BenchResults {
  readonly crypto: CryptoBench;
  readonly constraints: readonly CircuitCost[];
  readonly l1: L1Bench;
  readonly setup: SetupBench;
  readonly prover: ProverBench;
}

const CRYPTO_LIBRARIES = ["kernel", "kernelBatch", "reference", "circomlibjs", "poseidonLite"];
const GAS_PHASES: readonly (keyof PhaseGas)[] = ["commit", "prove", "execute"];

const SUITES: Suites = {
  crypto: {
    run: async () => (await import("../src/bench/crypto.ts")).benchCrypto(),
    toTable: cryptoTable,
  },
  constraints: {
    run: async ({ plan }) => {
      const { measureBlockCircuits } = await import("../src/plugin/circuits/measure.ts");
      return measureBlockCircuits({ ...plan, prover: "kernel" });
    },
    toTable: (costs) => [
      ["circuit", "constraints", "per slot", "one more slot", "shared"],
      ...costs.map((cost) => [
        cost.name,
        cost.constraints,
        cost.constraintsPerSlot,
        cost.slotConstraints,
        cost.sharedConstraints,
      ]),
    ],
  },
  l1: {
    run: benchL1,
    toTable: ({ blocks }) => [
      ["gas of a block with", ...GAS_PHASES, "per operation", "bytes"],
      ...blocks.map(({ operations, gas, gasPerOperation, pubdataBytes }) => [
        operations.join(", "),
        ...GAS_PHASES.map((phase) => gas[phase]),
        gasPerOperation,
        pubdataBytes,
      ]),
    ],
  },
  setup: {
    run: async ({ args }) => (await import("../src/bench/setup.ts")).benchSetup(args.power),
    toTable: ({ constraints, wallSeconds, cpuSeconds, zkeyBytes }) => [
      ["constraints", "wall s", "CPU s", "key bytes"],
      [constraints.toLocaleString("en"), wallSeconds, cpuSeconds, zkeyBytes],
    ],
  },
  prover: {
    run: async ({ args: { power, external } }) => {
      const { benchProver } = await import("../src/bench/prover.ts");
      return benchProver({ power, ...(external !== undefined && { external }) });
    },
    toTable: ({ constraints, provers }) => [
      [`${constraints.toLocaleString("en")} constraints`, "wall s", "CPU s", "× wall", "× CPU"],
      ...Object.entries(provers).map(([name, times]) => [
        name,
        times.wallSeconds,
        times.cpuSeconds,
        times.wallRatio,
        times.cpuRatio,
      ]),
    ],
  },
};

function cryptoTable(result: CryptoBench): readonly (readonly (string | number | undefined)[])[] {
  const { fieldMultiplication, poseidon, eddsaVerify, eddsaSignMicroseconds, notInstalled } =
    result;
  const row = (name: string, microseconds: Readonly<Record<string, number>>) => [
    name,
    ...CRYPTO_LIBRARIES.map((library) => microseconds[library]),
  ];
  const { kernel, bigint } = fieldMultiplication.nanoseconds;
  return [
    ["µs of CPU time", ...CRYPTO_LIBRARIES],
    row("field product", { kernelBatch: kernel / 1000, reference: bigint / 1000 }),
    ...Object.entries(poseidon).map(([inputs, { microseconds }]) =>
      row(`Poseidon of ${inputs}`, microseconds),
    ),
    row("EdDSA verification", eddsaVerify.microseconds),
    row("EdDSA signature", eddsaSignMicroseconds),
    ...notInstalled.map((name) => row(`${name} is not installed`, {})),
  ];
}

/** The blocks of the demo, one per L1 transaction, with the prover of the plan. */
async function benchL1({ plan, hre }: BenchContext): Promise<L1Bench> {
  const { preset, prover } = plan;
  await buildFor(plan, hre);
  const { silentNarrator, tellStory } = await import("../src/plugin/demo/story.ts");
  const { reportBlock } = await import("../src/plugin/demo/block-report.ts");
  const connection = await hre.network.create();
  try {
    const story = await tellStory(hre.config, connection, { preset, prover }, silentNarrator);
    const blocks = story.blocks.map(reportBlock).map((block) => ({
      ...block,
      gasPerOperation: Math.round(sumGas(block.gas) / block.operations.length),
    }));
    return { preset, prover, blocks };
  } finally {
    await connection.close();
  }
}

/** @throws BENCH_SUITE_UNKNOWN, BENCH_POWER_OUT_OF_RANGE */
function checkedSuites({ suites, power }: BenchArguments): BenchSuite[] {
  const { min, max } = BENCH_POWERS;
  if (power < min || power > max) {
    throw pluginError({ code: "BENCH_POWER_OUT_OF_RANGE", power, min, max });
  }
  return suites.map((suite) => {
    if (isOneOf(BENCH_SUITES, suite)) return suite;
    throw pluginError({ code: "BENCH_SUITE_UNKNOWN", suite, known: BENCH_SUITES });
  });
}

/** Times mean little without it. */
function describeMachine() {
  const [load] = loadavg();
  const processor = cpus()[0]?.model ?? "unknown";
  return { processor, cores: availableParallelism(), node: process.version, load: load! };
}

function showTable(
  title: string,
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
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
    ...others.map((cells) => ({ type: "row" as const, cells })),
  ]);
}

async function runSuite<S extends BenchSuite>(
  name: S,
  context: BenchContext,
): Promise<BenchResults[S]> {
  const { run, toTable }: Suite<BenchResults[S]> = SUITES[name];
  const { args, plan } = context;
  // Building tells of its own progress.
  const isBuilding = name === "l1" || name === "constraints";
  const work = () => run(context);
  const result = await (isBuilding ? work() : plan.progress(`Measuring: ${name}`, work));
  if (!args.json) console.log(`${showTable(name, toTable(result))}\n`);
  return result;
}

const action = defineAction<BenchArguments>(async (args, hre) => {
  const suites = checkedSuites(args);
  const plan = toPlan(args, hre);
  const machine = describeMachine();
  const results: Partial<Record<BenchSuite, unknown>> = {};
  for (const suite of suites) results[suite] = await runSuite(suite, { args, hre, plan });
  if (args.json) {
    printJson({ machine, ...results });
    return;
  }
  const { processor, cores, node, load } = machine;
  console.log(`${processor}, ${cores} cores, Node ${node}, load ${load.toFixed(1)} at the start`);
});

export default action;
