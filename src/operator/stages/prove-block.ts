/** Makes the proof of a block. */
import { type AppliedBlock, applyBlock } from "../../block/block.ts";
import { createBlockWitnessInput } from "../../block/witness-input.ts";
import type { BatchCrypto } from "../../kernel/batch.ts";
import { blockKindId, CELL_LEVELS } from "../../protocol/kinds.ts";
import type { Prover } from "../../prover/prover.ts";
import { RollupState } from "../../state/rollup-state.ts";
import type { Clock } from "../clock.ts";
import type { Prepared, TimedProof } from "../ledger/blocks.ts";

/** What proofs are made with. */
export interface ProvingParts {
  readonly prover: Prover;
  readonly crypto: BatchCrypto;
  readonly clock: Clock;
}

/**
 * @param signal - Aborted when the proof is of no use any more.
 * @param onStart - Called whenever somebody begins with the proof.
 */
export async function proveBlock(
  { prover, crypto, clock }: ProvingParts,
  { applied, commitment }: Prepared,
  signal?: AbortSignal,
  onStart?: () => void,
): Promise<TimedProof> {
  const startMs = clock.nowMs();
  const traced = withTraces(applied, commitment.domain);
  await hashForWitness(traced, crypto);
  const job = {
    keyId: blockKindId(applied.block.kind),
    input: { ...createBlockWitnessInput(traced, commitment) },
    publicInputs: commitment.publicInputs,
  };
  const proof = await prover.prove(job, signal, onStart);
  return { ...proof, proofMs: clock.nowMs() - startMs };
}

/** A block that was proven once has no traces any more. */
function withTraces(applied: AppliedBlock, domain: bigint): AppliedBlock {
  return applied.slots.length > 0 ? applied : applyBlock(applied.before, applied.block, domain);
}

/**
 * Hashes what the witness of a block reads: the whole tree before the block, and of the states
 * after each branch update the nodes below the cells, which the circuit updates itself.
 */
async function hashForWitness(
  { block, before, slots, fees }: AppliedBlock,
  { hashMany }: BatchCrypto,
): Promise<void> {
  const inSlots = slots.flatMap((slot) => [slot.before, slot.afterA]);
  const states = [...inSlots, ...fees.map((fee) => fee.before)];
  await RollupState.hashAll([before], hashMany);
  await RollupState.hashAll(states, hashMany, { belowHeight: block.kind.levels - CELL_LEVELS });
}
