/** Measures the costs of the rollup on L1: per operation, per block, and per group of proofs. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { sumPhases } from "../../bench/l1-cost.ts";
import { type L1Costs, measureOperations } from "../../bench/operation-gas.ts";
import type { BuildPlan } from "../circuits/plan.ts";
import { type BlockReport, reportBlock } from "../demo/block-report.ts";
import { silentNarrator, tellStory } from "../demo/story.ts";
import { createGasStages } from "./gas-stage.ts";
import { measureProofBatches, type ProofBatch } from "./proof-gas.ts";
import { assertSnarkjsTakes } from "./snarkjs-judge.ts";

export interface L1Bench extends L1Costs {
  readonly preset: string;
  readonly prover: string;
  /** One per L1 transaction of each phase. */
  readonly blocks: readonly (BlockReport & { readonly gasPerOperation: number })[];
  /** Proofs of several blocks in one L1 transaction; none without real proofs. */
  readonly proofBatches: readonly ProofBatch[];
}

/** Proofs in one L1 transaction. */
const BATCH_LENGTHS = [1, 2, 5, 10, 20];

/**
 * Measures operations in blocks of the largest preset without proofs; then, with the plan's prover,
 * the blocks of the demo, one per L1 transaction, and groups of proofs. The plan must have been
 * built.
 */
export async function benchL1(plan: BuildPlan, hre: HardhatRuntimeEnvironment): Promise<L1Bench> {
  const { preset, prover, progress } = plan;
  const costs = await progress("Measuring operations", () =>
    measureOperations(createGasStages(hre)),
  );
  const blocks = await progress("Measuring blocks", () => benchStory(plan, hre));
  const proofBatches =
    prover === "mock" ? [] : await progress("Measuring proofs", () => benchProofs(plan, hre));
  return { preset, prover, ...costs, blocks, proofBatches };
}

async function benchProofs(plan: BuildPlan, hre: HardhatRuntimeEnvironment) {
  const connection = await hre.network.create();
  try {
    return await measureProofBatches(connection, plan, BATCH_LENGTHS);
  } finally {
    await connection.close();
  }
}

async function benchStory({ config, preset, prover }: BuildPlan, hre: HardhatRuntimeEnvironment) {
  const connection = await hre.network.create();
  try {
    const story = await tellStory(hre.config, connection, { preset, prover }, silentNarrator);
    if (prover !== "mock") await assertSnarkjsTakes(config, story.blocks);
    return story.blocks.map(reportBlock).map((block) => ({
      ...block,
      gasPerOperation: Math.round(sumPhases(block.gas) / block.operations.length),
    }));
  } finally {
    await connection.close();
  }
}
