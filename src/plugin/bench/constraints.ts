/** Counts the constraints of block circuits and of their building blocks. */
import { join } from "node:path";
import { buildingBlocks, toMain } from "../../bench/building-blocks.ts";
import { compileCircuit } from "../../circom/compile.ts";
import { writeIfChanged } from "../../groth16/files/files.ts";
import { type CircuitCost, measureBlockCircuits } from "../circuits/measure.ts";
import type { BuildPlan } from "../circuits/plan.ts";
import { ROLLUP_SOURCE } from "../circuits/sources.ts";
import type { BlockKind } from "../../protocol/kinds.ts";
import { sizedPreset } from "../config/resolve.ts";

export interface ConstraintsBench {
  readonly circuits: readonly CircuitCost[];
  /** Counts by template with its parameters, from the smallest to a whole slot. */
  readonly buildingBlocks: Readonly<Record<string, number>>;
}

/** @param kinds - Default: those of the plan's preset. */
export async function benchConstraints(
  plan: BuildPlan,
  kinds?: readonly BlockKind[],
): Promise<ConstraintsBench> {
  const circuits = await measureBlockCircuits({ ...plan, prover: "kernel" }, kinds);
  const counts = await plan.progress("Compiling building blocks", () => countEach(plan));
  return { circuits, buildingBlocks: counts };
}

async function countEach({ preset, config }: BuildPlan): Promise<Record<string, number>> {
  const { circuits: cacheDir } = config.paths;
  const counts: Record<string, number> = {};
  for (const block of buildingBlocks(sizedPreset(config, preset))) {
    const { name, source } = toMain(block);
    const file = join(cacheDir, `${name}.circom`);
    await writeIfChanged(file, source);
    const { stats } = await compileCircuit({ ...ROLLUP_SOURCE, file, cacheDir });
    counts[block.instance] = stats.constraints;
  }
  return counts;
}
