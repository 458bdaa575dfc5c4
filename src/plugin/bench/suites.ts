/** The suites of `rollup:bench`: what each measures, and how it is shown. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { BenchStore } from "../../bench/bench-store.ts";
import type { BlockBench, CompileBench } from "../../bench/blocks.ts";
import type { BrowserBench } from "../../bench/browser.ts";
import type { CryptoBench } from "../../bench/crypto.ts";
import type { LeavesBench } from "../../bench/leaves.ts";
import type { ProverBench } from "../../bench/prover.ts";
import type { SealingBench } from "../../bench/sealing.ts";
import type { FarmBench } from "../../bench/farm.ts";
import type { SequencerBench } from "../../bench/sequencer.ts";
import type { SetupBench } from "../../bench/setup.ts";
import type { StateBench } from "../../bench/state.ts";
import type { BenchSuite } from "../../bench/suites.ts";
import type { BlockKind } from "../../protocol/kinds.ts";
import type { PresetName } from "../../protocol/presets.ts";
import type { BuildPlan } from "../circuits/plan.ts";
import { sizedPreset } from "../config/resolve.ts";
import type { ProverName } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import { PACKAGE_ROOT } from "../package-root.ts";
import type { ConstraintsBench } from "./constraints.ts";
import { growingKinds } from "./kinds.ts";
import type { L1Bench } from "./l1.ts";
import type { SizedBlocks } from "./sized-blocks.ts";
import * as tables from "./tables.ts";

export interface BenchOptions {
  /** Suite crypto: measurements of each library, the best of which counts. */
  readonly rounds: number;
  /** Suites setup, prover and browser: 2^power constraints. */
  readonly power: number;
  /** Suite prover: another program. */
  readonly external?: string | undefined;
  /**
   * Suites constraints, compile and blocks: kinds of blocks. Default: those of the preset, or for
   * the others three that differ in their slots.
   */
  readonly kinds?: readonly BlockKind[] | undefined;
  /** Suites sequencer and state. */
  readonly accounts: number;
  readonly rate: number;
  readonly seconds: number;
  readonly threads: number;
  readonly stores: readonly BenchStore[];
  /** Suite farm: workers, and the database of a queue. */
  readonly workers: number;
  readonly queue?: string | undefined;
}

export interface BenchContext {
  readonly options: BenchOptions;
  readonly hre: HardhatRuntimeEnvironment;
  readonly plan: BuildPlan;
  /** The suites of this run. */
  readonly suites: readonly BenchSuite[];
  /** What the run has measured, by suite. */
  readonly results: Map<BenchSuite, Promise<unknown>>;
  /** Builds the plan's contracts, and the circuits that a prover needs. */
  readonly build: (prover: ProverName) => Promise<unknown>;
}

/** Shapes of traffic. */
export interface ShapesBench {
  readonly sealing: readonly SealingBench[];
  readonly leaves: readonly LeavesBench[];
}

export interface BenchResults {
  readonly crypto: CryptoBench;
  readonly constraints: ConstraintsBench;
  readonly l1: L1Bench;
  readonly shapes: ShapesBench;
  readonly setup: SetupBench;
  readonly prover: ProverBench;
  readonly browser: BrowserBench;
  readonly compile: readonly CompileBench[];
  readonly blocks: readonly (BlockBench & SizedBlocks)[];
  readonly sequencer: SequencerBench;
  readonly farm: FarmBench;
  readonly state: StateBench;
}

/** The measurement of a suite, and its display. */
interface Suite<T> {
  run(context: BenchContext): Promise<T>;
  toTables(result: T): readonly tables.Table[];
}
type Suites = { readonly [S in BenchSuite]: Suite<BenchResults[S]> };

/** The sequencer is measured at production size, independent of the preset of tests. */
const SEQUENCER_PRESET: PresetName = "full";
/** Seconds of transfers at the chosen rate that are offered to each state at once, at most. */
const STATE_SECONDS_MAX = 5;

const SUITES: Suites = {
  crypto: {
    run: async ({ plan, options: { rounds } }) => {
      const { benchCrypto } = await import("../../bench/crypto.ts");
      return plan.progress("Measuring hashes and signatures", () => benchCrypto(rounds));
    },
    toTables: tables.ofCrypto,
  },
  constraints: {
    run: async ({ plan, options: { kinds } }) =>
      (await import("./constraints.ts")).benchConstraints(plan, kinds),
    toTables: tables.ofConstraints,
  },
  l1: {
    run: async ({ plan, hre, build }) => {
      await build(plan.prover);
      return (await import("./l1.ts")).benchL1(plan, hre);
    },
    toTables: tables.ofL1,
  },
  shapes: {
    run: async ({ plan }) => {
      const { benchSealing } = await import("../../bench/sealing.ts");
      const { benchLeaves } = await import("../../bench/leaves.ts");
      return plan.progress("Sealing blocks of several shapes", () =>
        Promise.resolve({ sealing: benchSealing(), leaves: benchLeaves() }),
      );
    },
    toTables: ({ sealing, leaves }) => [tables.ofSealing(sealing), tables.ofLeaves(leaves)],
  },
  setup: {
    run: async ({ plan, options: { power } }) => {
      const { benchSetup } = await import("../../bench/setup.ts");
      return plan.progress("Measuring the setup", () => benchSetup(power));
    },
    toTables: tables.ofSetup,
  },
  prover: {
    run: async ({ plan, hre, options: { power, external } }) => {
      const { benchProver } = await import("../../bench/prover.ts");
      const { deployVerifier } = await import("./verifier-gas.ts");
      const options = { power, ...(external !== undefined && { external }) };
      const connection = await hre.network.create();
      try {
        return await plan.progress("Measuring the provers", () =>
          benchProver(options, async (key) => (await deployVerifier(connection, key)).assertTakes),
        );
      } finally {
        await connection.close();
      }
    },
    toTables: tables.ofProver,
  },
  browser: {
    run: async ({ plan, options: { power } }) => {
      const { benchBrowser, chromium } = await findBrowser();
      return plan.progress("Measuring provers in Chromium", () =>
        benchBrowser({ power, chromium, root: PACKAGE_ROOT }),
      );
    },
    toTables: tables.ofBrowser,
  },
  compile: {
    run: async (context) => {
      const { plan, options, suites } = context;
      // Suite blocks compiles the same circuits.
      if (suites.includes("blocks")) {
        return (await runSuite("blocks", context)).map(({ compile }) => compile);
      }
      const { benchCompilations } = await import("./sized-blocks.ts");
      return benchCompilations(plan, kindsOf(plan, options));
    },
    toTables: tables.ofCompile,
  },
  blocks: {
    run: async ({ plan, hre, build, options }) => {
      await build("mock"); // the contracts; the circuits of these kinds follow
      const { benchSizedBlocks } = await import("./sized-blocks.ts");
      return benchSizedBlocks(plan, hre, kindsOf(plan, options));
    },
    toTables: tables.ofBlocks,
  },
  sequencer: {
    run: async ({ plan, options: { accounts, rate, seconds, threads, stores } }) => {
      const { benchSequencer } = await import("../../bench/sequencer.ts");
      const options = { preset: SEQUENCER_PRESET, accounts, rate, seconds, threads, stores };
      return plan.progress("Measuring the sequencer", () => benchSequencer(options));
    },
    toTables: tables.ofSequencer,
  },
  farm: {
    run: async ({ plan, options: { workers, queue } }) => {
      const { benchFarm } = await import("../../bench/farm.ts");
      const options = { workers, ...(queue !== undefined && { url: queue }) };
      return plan.progress("Measuring workers", () => benchFarm(options));
    },
    toTables: tables.ofFarm,
  },
  state: {
    run: async ({ plan, options: { accounts, rate, seconds, threads } }) => {
      const { benchState } = await import("../../bench/state.ts");
      const transfers = rate * Math.min(seconds, STATE_SECONDS_MAX);
      const options = { preset: SEQUENCER_PRESET, accounts, threads, transfers };
      return plan.progress("Measuring a large state", () => benchState(options));
    },
    toTables: tables.ofState,
  },
};

/** What the suite browser needs besides this package. @throws BENCH_BROWSER_MISSING */
async function findBrowser() {
  const { findChromium, isProgram } = await import("../../bench/find-chromium.ts");
  const chromium = findChromium();
  if (chromium === undefined || !isProgram(chromium)) {
    throw pluginError({ code: "BENCH_BROWSER_MISSING", missing: chromium ?? "Chromium" });
  }
  try {
    const { benchBrowser } = await import("../../bench/browser.ts");
    return { benchBrowser, chromium };
  } catch (cause) {
    const missing = /package '([\w-]+)'/.exec(String(cause))?.[1];
    if (missing === undefined) throw cause;
    throw pluginError({ code: "BENCH_BROWSER_MISSING", missing }, { cause });
  }
}

/** Runs a suite, at most once in a run of the benchmark. */
export function runSuite<S extends BenchSuite>(
  name: S,
  context: BenchContext,
): Promise<BenchResults[S]> {
  const { results } = context;
  const { run }: Suite<BenchResults[S]> = SUITES[name];
  const result = (results.get(name) as Promise<BenchResults[S]> | undefined) ?? run(context);
  results.set(name, result);
  return result;
}

/** The result of a suite for a person. */
export function tablesOf<S extends BenchSuite>(
  name: S,
  result: BenchResults[S],
): readonly tables.Table[] {
  const { toTables }: Suite<BenchResults[S]> = SUITES[name];
  return toTables(result);
}

function kindsOf({ config, preset }: BuildPlan, { kinds }: BenchOptions): readonly BlockKind[] {
  return kinds ?? growingKinds(sizedPreset(config, preset));
}
