/** Measures the cost of proving several blocks in one L1 transaction, with real proofs. */
import type { NetworkConnection } from "hardhat/types/network";
import { type Cost, costOf } from "../../bench/l1-cost.ts";
import { createBatchCrypto } from "../../kernel/batch.ts";
import { connectRollup, type RollupClient } from "../../l1/client.ts";
import type { ProveBlock } from "../../l1/types.ts";
import { systemClock } from "../../operator/clock.ts";
import { type BlockWithProof, isCommitted, toProveBlock } from "../../operator/ledger/blocks.ts";
import { proveBlock } from "../../operator/stages/prove-block.ts";
import type { BuildPlan } from "../circuits/plan.ts";
import type { ConnectionRollup } from "../rollup/types.ts";
import { assertSnarkjsTakes } from "./snarkjs-judge.ts";

/** Cost of one L1 transaction with this number of proofs. */
export interface ProofBatch extends Cost {
  readonly proofs: number;
  readonly gasPerProof: number;
}

const ETHER = 10n ** 18n;

/**
 * Measures blocks of one transfer each, proven on L1 in groups of several lengths, each on the same
 * state of L1. Proofs differ between runs, so only the gas of execution is exact.
 *
 * @param lengths - Lengths of groups, ascending.
 */
export async function measureProofBatches(
  connection: NetworkConnection,
  { config, preset, prover }: Pick<BuildPlan, "config" | "preset" | "prover">,
  lengths: readonly number[],
): Promise<ProofBatch[]> {
  const { provider, rollup, ethers } = connection;
  await rollup.deploy({ preset, prover, mode: "manual" });
  const [signer] = await ethers.getSigners();
  const rollupAddress = await rollup.contracts.rollup.getAddress();
  const client = await connectRollup({ rollupAddress }, signer!);
  await commitTransfers(rollup, lengths.at(-1)!);
  const blocks = await proveCommitted(rollup);
  await assertSnarkjsTakes(config, blocks);
  const proofs = blocks.map(toProveBlock);
  const batches: ProofBatch[] = [];
  for (const length of lengths) {
    const snapshot: unknown = await provider.request({ method: "evm_snapshot" });
    batches.push(await measureBatch(client, proofs.slice(0, length)));
    await provider.request({ method: "evm_revert", params: [snapshot] });
  }
  return batches;
}

/** Commits `count` blocks with a transfer in each. */
async function commitTransfers(rollup: ConnectionRollup, count: number): Promise<void> {
  const [alice, bob] = await rollup.getWallets();
  await alice!.deposit({ token: "ETH", amount: ETHER });
  await bob!.deposit({ token: "ETH", amount: ETHER });
  await rollup.processBlocks();
  await alice!.setSigningKey();
  await rollup.processBlocks();
  for (let i = 0; i < count; i++) {
    await alice!.transfer({ to: bob!.address, token: "ETH", amount: 1n });
    rollup.operator.sealBlock();
  }
  await rollup.operator.commitBlocks();
}

async function proveCommitted({ operator }: ConnectionRollup): Promise<BlockWithProof[]> {
  const parts = { prover: operator.prover, crypto: createBatchCrypto(0), clock: systemClock };
  const proven: BlockWithProof[] = [];
  for (const block of operator.blocks.filter(isCommitted)) {
    proven.push({ ...block, proof: await proveBlock(parts, block) });
  }
  return proven;
}

async function measureBatch(
  client: RollupClient,
  blocks: readonly ProveBlock[],
): Promise<ProofBatch> {
  const cost = await costOf(client, await client.proveBlocks(blocks));
  const proofs = blocks.length;
  return { proofs, ...cost, gasPerProof: Math.round(cost.gas / proofs) };
}
