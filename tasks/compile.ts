/** `hardhat rollup:compile`: compiles circuits only, once or after each change of their files. */
import { existsSync } from "node:fs";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Compiled } from "../src/plugin/circuits/pipeline.ts";
import type { WatchRound } from "../src/plugin/circuits/watch.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { counted } from "../src/util/counted.ts";
import { printResults, shownPath, type StepArguments, toStepPlan } from "./circuit-steps.ts";
import { defineAction, serveUntilInterrupted } from "./common.ts";

interface CompileArguments extends StepArguments {
  readonly watch: boolean;
  readonly inspect: boolean;
}

const action = defineAction<CompileArguments>(async (args, hre) => {
  if (args.watch) return watch(args, hre);
  const { compileAll } = await import("../src/plugin/circuits/pipeline.ts");
  const plan = await toCompilePlan(args, hre);
  const { compiled, failure } = await compileAll(plan);
  const rows = compiled.map(toRow);
  if (rows.length > 0 || failure === undefined) printResults(args, plan, rows, describe);
  if (failure !== undefined) throw failure;
});

async function toCompilePlan(args: CompileArguments, hre: HardhatRuntimeEnvironment) {
  const plan = await toStepPlan(args, hre);
  return args.inspect ? { ...plan, inspects: true } : plan;
}

function toRow({ circuit, name }: Compiled) {
  return {
    name,
    constraints: circuit.stats.constraints,
    r1cs: circuit.r1csPath,
    wasm: circuit.wasmPath,
    cached: circuit.cached,
  };
}

function describe({ name, constraints, r1cs, cached }: ReturnType<typeof toRow>): string {
  const count = counted(constraints, "constraint");
  return `${name}: ${count}, ${cached ? "cached" : "compiled"}\n  ${shownPath(r1cs)}`;
}

async function watch(args: CompileArguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  const excluded = ["json", "force"] as const;
  const other = excluded.find((option) => args[option]);
  if (other !== undefined) {
    throw pluginError({ code: "OPTIONS_EXCLUSIVE", options: ["--watch", `--${other}`] });
  }
  const { startWatch } = await import("../src/plugin/circuits/watch.ts");
  const plan = await toCompilePlan(args, hre);
  const watching = await startWatch(plan, (round) => {
    reportRound(round, args);
  });
  await serveUntilInterrupted(() => {
    console.log("Watching the circuits and what they include; Ctrl-C ends it.");
  }, watching.close);
}

/** Says what has changed, and what has come of it. */
function reportRound({ changed, compiled, failure }: WatchRound, { quiet }: CompileArguments) {
  // Editors leave no trace of the other files that they write.
  const files = changed.filter((file) => /\.(?:circom|json)$/.test(file) || existsSync(file));
  const rows = compiled.map((entry) => describe(toRow(entry)));
  const isSame = rows.length === 0 && failure === undefined;
  const all = [
    ...files.map((file) => `${shownPath(file)} has changed`),
    ...rows,
    ...(isSame ? ["There is nothing to compile."] : []),
  ];
  if (!quiet) console.log(all.join("\n"));
  if (failure !== undefined) console.error(`${failure.message}\nFix: ${failure.fix}`);
}

export default action;
