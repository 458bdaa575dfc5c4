/** `hardhat build`: circuits first, so that their verifiers are compiled with the contracts. */
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { createProgress, createQuietProgress } from "../src/plugin/progress.ts";
import { withPluginErrors } from "../src/plugin/plugin-errors.ts";
import { type SizeArguments, toSize } from "./common.ts";

/** What this override adds; the built-in task's own arguments come along. */
interface BuildArguments extends SizeArguments {
  readonly noCircuits: boolean;
}
/** Of the built-in task's own arguments, those that matter here. */
interface BuiltInArguments {
  readonly files: readonly string[];
  readonly quiet: boolean;
}

const buildAction: TaskOverrideActionFunction<BuildArguments> = async (
  { noCircuits, preset, prover, ...args },
  hre,
  runSuper,
) => {
  const { files, quiet } = args as unknown as BuiltInArguments;
  // A build of some files only is that of those files.
  if (!noCircuits && files.length === 0) {
    const { buildCircuits } = await import("../src/plugin/circuits/pipeline.ts");
    await withPluginErrors(async () =>
      buildCircuits({
        root: hre.config.paths.root,
        config: hre.config.rollup,
        ...toSize({ preset, prover }, hre.config.rollup),
        // A quiet build, as that of a test, says what takes long, and where no program reads.
        progress: quiet ? createQuietProgress(process.stderr) : createProgress(),
      }),
    );
  }
  return withPluginErrors(async () => {
    try {
      return (await runSuper(args)) as unknown;
    } catch (error) {
      const { nameUnwritable } = await import("../src/circuits/files.ts");
      throw await nameUnwritable(error);
    }
  });
};

export default buildAction;
