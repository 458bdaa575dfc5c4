/** `hardhat build`: circuits first, so that their verifiers are compiled with the contracts. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { TaskArguments, TaskOverrideActionFunction } from "hardhat/types/tasks";
import type { BuildPlan } from "../src/plugin/circuits/plan.ts";
import {
  createProgress,
  createQuietProgress,
  printWarning,
  type Progress,
} from "../src/plugin/progress.ts";
import { typesModule } from "../src/plugin/rollup-plugin.ts";
import { failsLater } from "../src/plugin/test-runs.ts";
import { withPluginErrors } from "../src/plugin/plugin-errors.ts";
import type { CircuitBuild } from "../src/plugin/circuits/pipeline.ts";
import { networkOf, type SizeArguments, toSize } from "./common.ts";

/** Arguments that this override adds to those of the built-in task. */
interface BuildArguments extends SizeArguments {
  readonly noCircuits: boolean;
}
/** The used arguments of the built-in task. */
interface BuiltInArguments {
  readonly files: readonly string[];
  readonly quiet: boolean;
}

const buildAction: TaskOverrideActionFunction<BuildArguments> = async (args, hre, runSuper) => {
  const { quiet } = args as unknown as BuiltInArguments;
  // A quiet build, as of a test, shows only slow work, and not on standard output.
  const progress = quiet ? createQuietProgress(process.stderr) : createProgress();
  const { withLock } = await import("../src/groth16/files/lock.ts");
  // Two parallel builds of Hardhat remove each other's files.
  return withLock(
    `${hre.config.rollup.paths.cache}.lock`,
    (wait) => progress("Waiting for another build of this project", wait),
    () => build(args, hre, runSuper, progress),
  );
};

async function build(
  { noCircuits, preset, prover, ...args }: BuildArguments,
  hre: HardhatRuntimeEnvironment,
  runSuper: (args: TaskArguments) => Promise<unknown>,
  progress: Progress,
): Promise<unknown> {
  const { files } = args as unknown as BuiltInArguments;
  return withPluginErrors(networkOf(hre), async () => {
    // A build of some files only is that of those files.
    const isWhole = !noCircuits && files.length === 0;
    const { selectPackageContracts, usesRollup } = await rollupUse();
    const isUsed = preset !== undefined || (await usesRollup(hre));
    const plan = { ...toBuildPlan({ preset, prover }, hre, progress), leavesRollupOut: !isUsed };
    const built = isWhole ? await buildAllCircuits(plan) : undefined;
    const failure = built?.failure;
    selectPackageContracts(hre, isUsed);
    const result = await buildContracts(() => runSuper(args)).catch((error: unknown) => {
      // Contracts may fail for want of a verifier. What is wrong with them is printed already.
      throw failure ?? error;
    });
    // It remembers which contracts there are.
    await hre.artifacts.clearCache();
    if (built !== undefined) await warnOfLargeVerifiers(built, hre);
    if (failure !== undefined && !failsLater(hre, failure)) throw failure;
    return result;
  });
}

const rollupUse = () => import("../src/plugin/circuits/rollup-use.ts");

function toBuildPlan(
  size: SizeArguments,
  { config }: HardhatRuntimeEnvironment,
  progress: Progress,
): BuildPlan {
  return {
    root: config.paths.root,
    config: config.rollup,
    ...toSize(size, config.rollup),
    typesModule: typesModule(config),
    progress,
    warn: printWarning,
  };
}

/** Circuits that do not compile are in the result; all others are built. */
async function buildAllCircuits(plan: BuildPlan): Promise<CircuitBuild> {
  const { buildCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  return buildCircuits(plan);
}

async function warnOfLargeVerifiers(
  { built }: CircuitBuild,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const { describeLargeVerifiers } = await import("../src/plugin/circuits/contract-size.ts");
  for (const warning of await describeLargeVerifiers(built, hre)) printWarning(warning);
}

async function buildContracts(runSuper: () => Promise<unknown>): Promise<unknown> {
  try {
    return await runSuper();
  } catch (error) {
    const { nameUnwritable } = await import("../src/groth16/files/files.ts");
    throw await nameUnwritable(error);
  }
}

export default buildAction;
