/** `hardhat rollup:fuzz`: compares a circuit with a model on random inputs. */
import { FUZZ_LIMITS } from "../src/plugin/checks/limits.ts";
import { assertWithin } from "../src/plugin/checks/options.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { createProgress } from "../src/plugin/progress.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";

interface FuzzArguments extends CommonArguments {
  readonly circuit: string;
  readonly model?: string | undefined;
  readonly path?: string | undefined;
  readonly runs: number;
  readonly seed: number;
  readonly time: number;
}

const action = defineAction<FuzzArguments>(async (args, hre) => {
  assertWithin(FUZZ_LIMITS, args);
  const { model: path, runs, seed, time } = args;
  if (path === undefined) {
    throw pluginError({ code: "OPTION_MISSING", option: "model", task: "rollup:fuzz" });
  }
  const { fuzzCircuit } = await import("../src/testing/fuzz-circuit.ts");
  const { importModel, loadForCheck } = await import("../src/plugin/checks/load.ts");
  const { formatFuzz } = await import("../src/plugin/checks/fuzz-text.ts");
  const progress = createProgress(args.json ? process.stderr : process.stdout);
  const { chooseSource } = await import("../src/plugin/circuits/load-project-circuit.ts");
  const { root } = hre.config.paths;
  const { name } = chooseSource(args.circuit, "rollup:fuzz", root, hre.config.rollup);
  const [loaded] = await progress(`Compiling ${name}`, () =>
    loadForCheck([name], root, hre.config.rollup),
  );
  const model = await importModel(path);
  const report = await progress(`Fuzzing ${name}`, () =>
    fuzzCircuit(loaded!.circuit, model, {
      runs,
      timeMs: time * 1000,
      ...(seed >= 0 && { seed }),
      ...(args.path !== undefined && { path: args.path }),
    }),
  );
  if (args.json) printJson(report);
  else console.log(formatFuzz(report, path));
  if (!report.passed) process.exitCode = 1;
});

export default action;
