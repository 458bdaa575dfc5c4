/** `hardhat rollup:check`: looks for outputs that a prover can choose. */
import { resolve } from "node:path";
import type { DeterminacyOptions } from "../src/circom/check-determinacy.ts";
import type { DeterminacyReport } from "../src/circom/determinacy/report.ts";
import { CHECK_LIMITS, CHECK_TIME_S, TESTS_TIME_S } from "../src/plugin/checks/limits.ts";
import { assertWithin } from "../src/plugin/checks/options.ts";
import type { MutationReport } from "../src/circom/mutate-constraints.ts";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { TestedMutants } from "../src/plugin/checks/mutation-tests.ts";
import type { InputReader } from "../src/plugin/circuits/input-files.ts";
import type { LoadedForCheck } from "../src/plugin/checks/load.ts";
import { createProgress, printWarning, type Progress } from "../src/plugin/progress.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";

interface CheckArguments extends CommonArguments {
  readonly circuits: readonly string[];
  readonly input?: string | undefined;
  readonly given?: string | undefined;
  readonly mutate: boolean;
  readonly refused?: string | undefined;
  readonly tests?: string | undefined;
  readonly samples: number;
  readonly seed: number;
  readonly time: number;
}

const action = defineAction<CheckArguments>(async (args, hre) => {
  assertWithin(CHECK_LIMITS, args);
  const { checkDeterminacy } = await import("../src/circom/check-determinacy.ts");
  const { loadForCheck } = await import("../src/plugin/checks/load.ts");
  const { determinacyToJson, formatDeterminacy, formatPatterns } =
    await import("../src/plugin/checks/determinacy-text.ts");
  const { createInputReader } = await import("../src/plugin/circuits/input-files.ts");
  const progress = createProgress(args.json ? process.stderr : process.stdout);
  const { root } = hre.config.paths;
  const read = createInputReader(root);
  const circuits = await progress("Compiling circuits", () =>
    loadForCheck(args.circuits, root, hre.config.rollup),
  );
  if (args.tests !== undefined) return testMutants(args, circuits, progress, hre);
  if (args.mutate) return mutate(args, circuits, progress, read);
  const reports: DeterminacyReport[] = [];
  const values: object[] = [];
  for (const { circuit, ...sources } of circuits) {
    const options = await toOptions(args, sources.source, read);
    const report = await progress(`Checking ${circuit.name}`, () =>
      checkDeterminacy(circuit, options),
    );
    const patterns = sources.patterns();
    reports.push(report);
    if (args.json) {
      values.push({ ...determinacyToJson(report, sources.places), patterns });
    } else {
      const text = formatDeterminacy(report, sources.places);
      console.log([text, ...formatPatterns(patterns)].join("\n"));
    }
  }
  if (args.json) printJson(values);
  if (reports.some(({ passed }) => !passed)) process.exitCode = 1;
});

/** Removes each constraint of the circuits; those that nobody misses are no failure. */
async function mutate(
  args: CheckArguments,
  circuits: readonly LoadedForCheck[],
  progress: Progress,
  read: InputReader,
): Promise<void> {
  const { mutateConstraints } = await import("../src/circom/mutate-constraints.ts");
  const { formatMutation } = await import("../src/plugin/checks/mutation-text.ts");
  const reports: MutationReport[] = [];
  for (const { circuit, source } of circuits) {
    const refused = args.refused === undefined ? [] : await read(args.refused, source);
    const options = { ...(await toOptions(args, source, read)), refused };
    const report = await progress(`Removing constraints of ${circuit.name}`, () =>
      mutateConstraints(circuit, options),
    );
    reports.push(report);
    if (!args.json) console.log(formatMutation(report));
  }
  if (args.json) printJson(reports);
}

/** Runs tests without each constraint; one that is not known to be noticed is a failure. */
async function testMutants(
  args: CheckArguments,
  circuits: readonly LoadedForCheck[],
  progress: Progress,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const { testMutants } = await import("../src/plugin/checks/mutation-tests.ts");
  const { formatTestedMutants } = await import("../src/plugin/checks/mutation-text.ts");
  const named = args.tests!.split(",").map((file) => file.trim());
  const files = named.filter((file) => file !== "").map((file) => resolve(file));
  const { root, config } = hre.config.paths;
  const options = { root, config, files, timeMs: 1000 * (args.time || TESTS_TIME_S), progress };
  const reports: TestedMutants[] = [];
  // The last test run has left the contracts and types of a changed circuit.
  const rebuild = () => hre.tasks.getTask("build").run({ quiet: true });
  try {
    for (const { source } of circuits) {
      const report = await testMutants(source, options);
      reports.push(report);
      if (!args.json) console.log(formatTestedMutants(report));
    }
  } catch (error) {
    await rebuild().catch((reason: unknown) => printWarning((reason as Error).message));
    throw error;
  }
  await rebuild();
  if (args.json) printJson(reports);
  const isOpen = ({ survivors, undecided, isTimedOut }: TestedMutants) =>
    survivors.length + undecided.length > 0 || isTimedOut;
  if (reports.some(isOpen)) process.exitCode = 1;
}

async function toOptions(
  args: CheckArguments,
  source: LoadedForCheck["source"],
  read: InputReader,
): Promise<DeterminacyOptions> {
  return {
    samples: args.samples,
    timeMs: 1000 * (args.time || CHECK_TIME_S),
    ...(args.seed >= 0 && { seed: args.seed }),
    ...(args.input !== undefined && { inputs: await read(args.input, source) }),
    ...(args.given !== undefined && { given: args.given.split(",").filter((name) => name !== "") }),
  };
}

export default action;
