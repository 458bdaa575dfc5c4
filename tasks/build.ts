/** `hardhat build`: circuits first, so that their verifiers are compiled with the contracts. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { TaskArguments, TaskOverrideActionFunction } from "hardhat/types/tasks";
import { createProgress, createQuietProgress, type Progress } from "../src/plugin/progress.ts";
import { withPluginErrors } from "../src/plugin/plugin-errors.ts";
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
  // A build of given files builds only these files.
  if (!noCircuits && files.length === 0) {
    const { buildCircuits } = await import("../src/plugin/circuits/pipeline.ts");
    await withPluginErrors(networkOf(hre), async () =>
      buildCircuits({
        root: hre.config.paths.root,
        config: hre.config.rollup,
        ...toSize({ preset, prover }, hre.config.rollup),
        progress,
      }),
    );
  }
  return withPluginErrors(networkOf(hre), async () => {
    try {
      return await runSuper(args);
    } catch (error) {
      const { nameUnwritable } = await import("../src/groth16/files/files.ts");
      throw await nameUnwritable(error);
    }
  });
}

export default buildAction;
