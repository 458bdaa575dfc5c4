/** Measures blocks of several kinds, from their circuit to L1. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import {
  benchBlock,
  benchCompile,
  type BlockBench,
  type CompileBench,
} from "../../bench/blocks.ts";
import { renderChart } from "../../bench/chart.ts";
import { measureFullBlocks } from "../../bench/operation-gas.ts";
import { type BlockKind, blockKindId, blockKindName } from "../../protocol/kinds.ts";
import type { BuildPlan } from "../circuits/plan.ts";
import { rollupCircuitName, writeRollupCircuit } from "../circuits/sources.ts";
import { createGasStages } from "./gas-stage.ts";
import { deployVerifier } from "./verifier-gas.ts";

/** Costs on L1 of a block of some kind, full of transfers. */
export interface SizedBlocks {
  readonly gas: {
    /** Gas of the whole transactions, with one block in each. */
    readonly commit: number;
    readonly execute: number;
    /** Gas of a call of the generated contract with the block's proof, which it accepts. */
    readonly verify: number;
  };
  readonly calldataBytes: number;
}

export async function benchCompilations(
  { preset, config, progress }: BuildPlan,
  kinds: readonly BlockKind[],
): Promise<CompileBench[]> {
  const compilations: CompileBench[] = [];
  for (const kind of kinds) {
    const keyId = blockKindId(kind);
    const source = await writeRollupCircuit(preset, keyId, config);
    const name = rollupCircuitName(preset, keyId);
    compilations.push(await progress(`Compiling ${name}`, () => benchCompile(source, name)));
  }
  return compilations;
}

export async function benchSizedBlocks(
  { preset, config, progress }: BuildPlan,
  hre: HardhatRuntimeEnvironment,
  kinds: readonly BlockKind[],
): Promise<(BlockBench & SizedBlocks)[]> {
  const costs = await progress("Measuring blocks on L1", () =>
    measureFullBlocks(createGasStages(hre), kinds),
  );
  const blocks: (BlockBench & SizedBlocks)[] = [];
  for (const [index, kind] of kinds.entries()) {
    const source = await writeRollupCircuit(preset, blockKindId(kind), config);
    const { bench, verificationKey, proofs } = await progress(
      `Compiling and proving a block ${blockKindName(kind)}`,
      () => benchBlock(preset, kind, source),
    );
    const connection = await hre.network.create();
    const verifier = await deployVerifier(connection, verificationKey);
    for (const proof of proofs) await verifier.assertTakes(proof);
    const verify = await verifier.gasOf(proofs[0]!);
    await connection.close();
    const { commit, execute } = costs[index]!;
    const gas = { commit: commit.gas, execute: execute.gas, verify };
    blocks.push({ ...bench, gas, calldataBytes: commit.calldataBytes });
  }
  return blocks;
}

/** Draws the growth with the slots of a block. */
export function drawSizedBlocks(measured: readonly (BlockBench & SizedBlocks)[]): string {
  const blocks = measured.toSorted((one, other) => one.slots - other.slots);
  const preset = blocks[0]?.preset ?? "";
  const line = (label: string, read: (block: BlockBench & SizedBlocks) => number) => ({
    label,
    values: blocks.map(read),
  });
  return renderChart({
    title: `Blocks full of transfers, preset ${preset}`,
    horizontal: "slots of a block (both axes logarithmic)",
    places: blocks.map(({ slots }) => slots),
    panels: [
      {
        title: "Time per block",
        unit: "seconds",
        lines: [
          line("witness", ({ witness }) => witness.wallSeconds),
          line("proof", ({ proof }) => proof.wallSeconds),
        ],
      },
      {
        title: "Time once per circuit",
        unit: "seconds",
        lines: [
          line("compile", ({ compile }) => compile.wallSeconds),
          line("dev setup", ({ setup }) => setup.wallSeconds),
        ],
      },
      {
        title: "Cost on L1 per transfer",
        unit: "gas",
        lines: [
          line("commit", ({ gas, slots }) => gas.commit / slots),
          line("verify", ({ gas, slots }) => gas.verify / slots),
          line("execute", ({ gas, slots }) => gas.execute / slots),
        ],
      },
    ],
  });
}
