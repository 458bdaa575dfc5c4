/** What the steps of the build share, run one by one: which circuits, and what is printed. */
import { relative } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { BuildPlan } from "../src/plugin/circuits/plan.ts";
import { createQuietProgress } from "../src/plugin/progress.ts";
import { type CommonArguments, printJson, toPlan } from "./common.ts";

/** Arguments of the steps of the build. */
export interface StepArguments extends CommonArguments {
  /** Names of the only circuits, separated by commas. */
  readonly circuit?: string | undefined;
  /** Names of circuits to leave out, separated by commas. */
  readonly skip?: string | undefined;
  /** Whether to make everything again although the cache has it. */
  readonly force: boolean;
  /** Whether to print only warnings, errors and slow work, on standard error. */
  readonly quiet: boolean;
}

/**
 * Creates the plan of a step: the named circuits, or those of a build. Who names a preset means the
 * rollup's circuits, even if the config has the mock.
 */
export async function toStepPlan(
  args: StepArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<BuildPlan> {
  const { usesRollup } = await import("../src/plugin/circuits/rollup-use.ts");
  const { withoutCircuits } = await import("../src/plugin/circuits/plan.ts");
  const { force, quiet } = args;
  const plan: BuildPlan = {
    ...toPlan(args, hre),
    ...(quiet && { progress: createQuietProgress(process.stderr) }),
    force,
    // An empty value, as of a variable that is not set, means no circuit, and not all of them.
    names: args.circuit?.trim() === "" ? [""] : toNames(args.circuit),
    ...(args.preset === undefined
      ? { leavesRollupOut: !(await usesRollup(hre)) }
      : { prover: "kernel" }),
  };
  const skipped = toNames(args.skip);
  return skipped === undefined ? plan : withoutCircuits(plan, skipped);
}

function toNames(list: string | undefined): string[] | undefined {
  return list
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Prints the results of a step: as JSON, as text, or not at all. */
export function printResults<T>(
  { json, quiet }: Pick<StepArguments, "json" | "quiet">,
  { names, config }: BuildPlan,
  results: readonly T[],
  toText: (result: T) => string,
): void {
  if (json) printJson(results);
  if (json || quiet) return;
  if (results.length > 0) console.log(results.map(toText).join("\n"));
  else if (names === undefined) console.log(`There is no circuit in ${config.circuits.path}.`);
  else console.log("There is nothing to do for these circuits.");
}

/** A path for people: from the working directory. */
export function shownPath(path: string): string {
  return relative(process.cwd(), path) || ".";
}
