/** `hardhat rollup:bench`: how fast everything is here, beside what others take in the same run. */
import { availableParallelism, cpus, loadavg } from "node:os";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CryptoBench } from "../src/bench/crypto.ts";
import { PHASES, sumPhases } from "../src/bench/l1-cost.ts";
import type { L1Costs } from "../src/bench/operation-gas.ts";
import type { ProverBench } from "../src/bench/prover.ts";
import type { SetupBench } from "../src/bench/setup.ts";
import { BENCH_POWERS, BENCH_SUITES, type BenchSuite } from "../src/bench/suites.ts";
import type { CircuitCost } from "../src/plugin/circuits/measure.ts";
import type { BuildPlan } from "../src/plugin/circuits/pipeline.ts";
import type { ProofBatch } from "../src/plugin/bench/proof-gas.ts";
import type { BlockReport } from "../src/plugin/demo/block-report.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { RECORD_COUNT_BYTES } from "../src/protocol/constants.ts";
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

interface L1Bench extends L1Costs {
  readonly preset: string;
  readonly prover: string;
  /** One per L1 transaction of each phase. */
  readonly blocks: readonly (BlockReport & { readonly gasPerOperation: number })[];
  /** Several blocks in one L1 transaction; none without real proofs. */
  readonly proofBatches: readonly ProofBatch[];
}

/** A heading and rows under it. */
type Table = readonly (readonly (string | number | undefined)[])[];

/** What a suite measures, and how it is shown to a person. */
interface Suite<T> {
  run(context: BenchContext): Promise<T>;
  toTables(result: T): readonly Table[];
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
/** Proofs in one L1 transaction. */
const BATCH_LENGTHS = [1, 2, 5, 10, 20];

const SUITES: Suites = {
  crypto: {
    run: async () => (await import("../src/bench/crypto.ts")).benchCrypto(),
    toTables: (result) => [cryptoTable(result)],
  },
  constraints: {
    run: async ({ plan }) => {
      const { measureBlockCircuits } = await import("../src/plugin/circuits/measure.ts");
      return measureBlockCircuits({ ...plan, prover: "kernel" });
    },
    toTables: (costs) => [
      [
        ["circuit", "constraints", "per slot", "one more slot", "shared"],
        ...costs.map((cost) => [
          cost.name,
          cost.constraints,
          cost.constraintsPerSlot,
          cost.slotConstraints,
          cost.sharedConstraints,
        ]),
      ],
    ],
  },
  l1: {
    run: benchL1,
    toTables: l1Tables,
  },
  setup: {
    run: async ({ args }) => (await import("../src/bench/setup.ts")).benchSetup(args.power),
    toTables: ({ constraints, wallSeconds, cpuSeconds, zkeyBytes }) => [
      [
        ["constraints", "wall s", "CPU s", "key bytes"],
        [constraints.toLocaleString("en"), wallSeconds, cpuSeconds, zkeyBytes],
      ],
    ],
  },
  prover: {
    run: async ({ args: { power, external } }) => {
      const { benchProver } = await import("../src/bench/prover.ts");
      return benchProver({ power, ...(external !== undefined && { external }) });
    },
    toTables: ({ constraints, provers }) => [
      [
        [`${constraints.toLocaleString("en")} constraints`, "wall s", "CPU s", "× wall", "× CPU"],
        ...Object.entries(provers).map(([name, times]) => [
          name,
          times.wallSeconds,
          times.cpuSeconds,
          times.wallRatio,
          times.cpuRatio,
        ]),
      ],
    ],
  },
};

/** What one more operation adds to a block, whole blocks, and several proofs at once. */
function l1Tables({ emptyBlock, operations, blocks, proofBatches }: L1Bench): readonly Table[] {
  const operationRows = Object.entries(operations).map(([name, { gas, pubdataBytes }]) => [
    name,
    ...PHASES.map((phase) => gas[phase]),
    sumPhases(gas),
    pubdataBytes,
  ]);
  const emptyGas = PHASES.map((phase) => emptyBlock[phase].gas);
  const blockRows = blocks.map(({ operations: names, gas, gasPerOperation, pubdataBytes }) => [
    names.join(", "),
    ...PHASES.map((phase) => gas[phase]),
    gasPerOperation,
    pubdataBytes,
  ]);
  const batchRows = proofBatches.map(({ proofs, gas, gasPerProof, calldataBytes }) => [
    proofs,
    gas,
    gasPerProof,
    calldataBytes,
    Math.round(calldataBytes / proofs),
  ]);
  const tables: Table[] = [
    [["gas of one more", ...PHASES, "in all", "bytes"], ...operationRows],
    [
      ["gas of a block with", ...PHASES, "per operation", "bytes"],
      ["nothing, without a proof", ...emptyGas, undefined, RECORD_COUNT_BYTES],
      ...blockRows,
    ],
  ];
  const heading = ["proofs at once", "gas", "per proof", "calldata bytes", "per proof"];
  return batchRows.length === 0 ? tables : [...tables, [heading, ...batchRows]];
}

function cryptoTable(result: CryptoBench): Table {
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

/**
 * Operations in blocks of the largest preset, whose proofs nobody looks at; and with the plan's
 * prover the blocks of the demo, one per L1 transaction, and batches of proofs.
 */
async function benchL1({ plan, hre }: BenchContext): Promise<L1Bench> {
  const { preset, prover } = plan;
  await buildFor(plan, hre);
  const { measureOperations } = await import("../src/bench/operation-gas.ts");
  const { createGasStages } = await import("../src/plugin/bench/gas-stage.ts");
  const costs = await measureOperations(createGasStages(hre));
  const blocks = await benchStory(plan, hre);
  const proofBatches = prover === "mock" ? [] : await benchProofs(plan, hre);
  return { preset, prover, ...costs, blocks, proofBatches };
}

async function benchProofs({ preset, prover }: BuildPlan, hre: HardhatRuntimeEnvironment) {
  const { measureProofBatches } = await import("../src/plugin/bench/proof-gas.ts");
  const connection = await hre.network.create();
  try {
    return await measureProofBatches(connection, { preset, prover }, BATCH_LENGTHS);
  } finally {
    await connection.close();
  }
}

async function benchStory({ preset, prover }: BuildPlan, hre: HardhatRuntimeEnvironment) {
  const { silentNarrator, tellStory } = await import("../src/plugin/demo/story.ts");
  const { reportBlock } = await import("../src/plugin/demo/block-report.ts");
  const connection = await hre.network.create();
  try {
    const story = await tellStory(hre.config, connection, { preset, prover }, silentNarrator);
    return story.blocks.map(reportBlock).map((block) => ({
      ...block,
      gasPerOperation: Math.round(sumPhases(block.gas) / block.operations.length),
    }));
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
    ...others.map((cells) => ({ type: "row" as const, cells })),
  ]);
}

async function runSuite<S extends BenchSuite>(
  name: S,
  context: BenchContext,
): Promise<BenchResults[S]> {
  const { run, toTables }: Suite<BenchResults[S]> = SUITES[name];
  const { args, plan } = context;
  // Building tells of its own progress.
  const isBuilding = name === "l1" || name === "constraints";
  const work = () => run(context);
  const result = await (isBuilding ? work() : plan.progress(`Measuring: ${name}`, work));
  if (args.json) return result;
  for (const table of toTables(result)) console.log(`${showTable(name, table)}\n`);
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
