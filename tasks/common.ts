/** Code that tasks share: arguments, progress, printing and failing. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { groth16Error } from "../src/groth16/errors.ts";
import { createLog, type Log, type LogLevel } from "../src/logs/log.ts";
import type { Manifest } from "../src/plugin/circuits/manifest.ts";
import type { BuildPlan } from "../src/plugin/circuits/plan.ts";
import { PROVER_NAMES, type ProverName, type RollupConfig } from "../src/plugin/config/types.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { withPluginErrors } from "../src/plugin/plugin-errors.ts";
import { createProgress, printWarning } from "../src/plugin/progress.ts";
import { typesModule } from "../src/plugin/rollup-plugin.ts";
import { PRESET_NAMES, type PresetName } from "../src/protocol/presets.ts";
import type { RestoreProgress } from "../src/restore/restore.ts";
import { assert } from "../src/util/errors.ts";
import { toJsonText } from "../src/util/json.ts";

export interface SizeArguments {
  readonly preset?: string | undefined;
  readonly prover?: string | undefined;
}

export interface CommonArguments extends SizeArguments {
  readonly json: boolean;
}

const REPORT_INTERVAL_MS = 1_000;

export function isOneOf<T extends string>(values: readonly T[], value: string): value is T {
  return (values as readonly string[]).includes(value);
}

/**
 * Reads preset and prover from the command line, or else from the config.
 *
 * @throws PRESET_UNKNOWN, PROVER_UNKNOWN, EXTERNAL_PROVER_NOT_CONFIGURED
 */
export function toSize(
  { preset, prover }: SizeArguments,
  config: RollupConfig,
): { preset: PresetName; prover: ProverName } {
  const size = { preset: preset ?? config.preset, prover: prover ?? config.prover };
  if (!isOneOf(PRESET_NAMES, size.preset)) {
    throw pluginError({ code: "PRESET_UNKNOWN", preset: size.preset, known: PRESET_NAMES });
  }
  if (!isOneOf(PROVER_NAMES, size.prover)) {
    throw groth16Error({ code: "PROVER_UNKNOWN", prover: size.prover, known: PROVER_NAMES });
  }
  if (size.prover === "external" && config.externalProver === undefined) {
    throw pluginError({ code: "EXTERNAL_PROVER_NOT_CONFIGURED" });
  }
  return { preset: size.preset, prover: size.prover };
}

/** Creates a build plan, with progress on standard error when a program reads standard output. */
export function toPlan(args: CommonArguments, { config }: HardhatRuntimeEnvironment): BuildPlan {
  return {
    root: config.paths.root,
    config: config.rollup,
    ...toSize(args, config.rollup),
    typesModule: typesModule(config),
    progress: createProgress(args.json ? process.stderr : process.stdout),
    warn: printWarning,
  };
}

/** Builds circuits and contracts for a plan, and returns the manifest. */
export async function buildFor(
  { preset, prover, config, progress }: BuildPlan,
  hre: HardhatRuntimeEnvironment,
): Promise<Manifest> {
  await progress("Building circuits and contracts", () =>
    hre.tasks.getTask("build").run({ preset, prover, quiet: true }),
  );
  const { readManifest } = await import("../src/plugin/circuits/manifest.ts");
  const manifest = await readManifest(config);
  assert(manifest !== undefined, "a build leaves a manifest");
  return manifest;
}

/** Prints the progress of a restore, once a second and at its end. */
export function createRestoreReporter({
  json,
}: Pick<CommonArguments, "json">): (progress: RestoreProgress) => void {
  const stream = json ? process.stderr : process.stdout;
  let lastMs = -Infinity;
  return ({ l1Block, latestL1Block, blockNumber }) => {
    if (l1Block < latestL1Block && performance.now() - lastMs < REPORT_INTERVAL_MS) return;
    lastMs = performance.now();
    const percent = Math.floor((100 * l1Block) / latestL1Block);
    stream.write(`Restored block ${blockNumber}: ${percent}% of ${latestL1Block} L1 blocks read\n`);
  };
}

/** How a node writes its log. */
export interface LogArguments extends Pick<CommonArguments, "json"> {
  readonly jsonLogs?: boolean;
}

/**
 * Creates the log of a node, on standard error when a program reads standard output. Text for
 * people has its errors on standard error in any case.
 *
 * @param write - Writes a line to a stream; default: at once.
 */
export function createNodeLog(
  { json, jsonLogs = false }: LogArguments,
  level: LogLevel,
  write: (stream: NodeJS.WriteStream, line: string) => void = (stream, line) =>
    void stream.write(line),
): Log {
  const stream = json ? process.stderr : process.stdout;
  const output = {
    write: (line: string, of: LogLevel) =>
      write(of === "error" && !jsonLogs ? process.stderr : stream, line),
  };
  return createLog({ format: jsonLogs ? "json" : "text", level, output });
}

/** Time for the process to end after all is closed, which a client's open WebSocket may delay. */
const CLOSING_MS_MAX = 2_000;

/** @returns A signal that aborts at Ctrl-C or SIGTERM, which then do not end the process. */
export function listenForInterruption(): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => interruption.abort());
  }
  return interruption.signal;
}

/** Ends the process after a time, if something keeps it alive. */
export function endSoon(ms = CLOSING_MS_MAX): void {
  setTimeout(() => process.exit(), ms).unref();
}

/** Time in which a repeated signal is the same one: a terminal and npm both send Ctrl-C. */
const REPEATED_SIGNAL_MS = 1_000;

/** Runs work that Ctrl-C or SIGTERM ends only when it is sent again, after some time. */
export async function throughSignals<T>(work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const onSignal = () => {
    if (performance.now() - start > REPEATED_SIGNAL_MS) process.exit(1);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  try {
    return await work();
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
  }
}

/**
 * Closes a service at Ctrl-C or SIGTERM.
 *
 * @param announce - Prints that the service runs. A signal in reply is not lost, because the
 * process listens before it prints.
 * @param save - Runs before it is closed, as long as it takes.
 */
export async function serveUntilInterrupted(
  announce: () => void,
  close: () => Promise<void>,
  save: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const interrupted = listenForInterruption();
  announce();
  await aborted(interrupted);
  try {
    await save();
  } finally {
    endSoon();
    await close();
  }
}

/** Resolves when one of the signals aborts. */
export function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any([...signals]);
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A row of a table. */
export function row(...cells: string[]) {
  return { type: "row" as const, cells };
}

/** Prints one JSON value on standard output; bigints as 0x-hex, see `src/util/json.ts`. */
export function printJson(value: unknown): void {
  process.stdout.write(toJsonText(value));
}

/** Returns the name of a task's network. */
export function networkOf({ globalOptions }: HardhatRuntimeEnvironment): string {
  return globalOptions.network;
}

/** Lets a task end its work although nobody reads its output any more, as after `| head -1`. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/**
 * Creates a task's action, which shows coded errors without a stack trace.
 *
 * Export it through a named constant: in an `export default` expression tsc does not rewrite the
 * .ts endings of dynamic imports, and the build would not find them.
 *
 * @typeParam A The options that `index.ts` declares for the task.
 */
export function defineAction<A extends CommonArguments>(
  action: (args: A, hre: HardhatRuntimeEnvironment) => Promise<void>,
): NewTaskActionFunction {
  return async (args, hre) => {
    // Tasks may run tasks: the listener is added once.
    process.stdout.off("error", ignoreClosedPipe).on("error", ignoreClosedPipe);
    await withPluginErrors(networkOf(hre), () => action(args as A, hre));
  };
}
