/**
 * Measures a state with many accounts in its own processes: the memory of an account, the start
 * from a snapshot in a store, and the transfers a second with many accounts and with few.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PresetName } from "../protocol/presets.ts";
import { assert } from "../util/errors.ts";
import { measureProcess } from "./measure.ts";
import type { LoadedState, StateTask, WrittenState } from "./state-process.ts";

export interface StateBenchOptions {
  readonly preset: PresetName;
  readonly accounts: number;
  /** Worker threads for signatures and hashes, besides the one that applies transfers. */
  readonly threads: number;
  /** Transfers that are offered at once to each operator. */
  readonly transfers: number;
}

/** A state of one size. */
export interface StateRun extends LoadedState {
  readonly accounts: number;
  readonly written: WrittenState;
  /** Most memory of the process that has started from the snapshot. */
  readonly peakMemoryBytes: number;
}

export interface StateBench {
  readonly preset: PresetName;
  readonly threads: number;
  /** With few accounts, and with as many as were asked for. */
  readonly runs: readonly [few: StateRun, many: StateRun];
  /** Transfers a second with many accounts, of those with few. */
  readonly speed: number;
  /** Processor time of a transfer with few accounts, of that with many. */
  readonly cpuSpeed: number;
}

/** What the state is compared with. */
const FEW_ACCOUNTS = 10_000;

export async function benchState(options: StateBenchOptions): Promise<StateBench> {
  const { preset, accounts, threads } = options;
  const few = await measureState(options, Math.min(FEW_ACCOUNTS, accounts));
  const many = await measureState(options, accounts);
  const cpuOf = ({ run }: StateRun) => run.cpuSeconds / run.transactions;
  return {
    preset,
    threads,
    runs: [few, many],
    speed: many.run.transactionsPerSecond / few.run.transactionsPerSecond,
    cpuSpeed: cpuOf(few) / cpuOf(many),
  };
}

async function measureState(options: StateBenchOptions, accounts: number): Promise<StateRun> {
  const folder = await mkdtemp(join(tmpdir(), "rollup-state-"));
  const task = { ...options, accounts, file: join(folder, "node.sqlite") };
  try {
    const run = <T>(kind: StateTask["kind"]) =>
      measureProcess<StateTask, T>("state-process", { kind, ...task });
    const { result: written } = await run<WrittenState>("write");
    const { result: loaded, peakMemoryBytes } = await run<LoadedState>("load");
    assert(loaded.root === written.root, "the snapshot has the root of the state");
    return { ...loaded, accounts, written, peakMemoryBytes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
