/** Makes the proof of a block. */
import { type AppliedBlock, applyBlock } from "../../block/block.ts";
import { createBlockWitnessInput } from "../../block/witness-input.ts";
import type { BatchCrypto } from "../../kernel/batch.ts";
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

export async function proveBlock(
  { prover, crypto, clock }: ProvingParts,
  { applied, commitment }: Prepared,
): Promise<TimedProof> {
  const startMs = clock.nowMs();
  const traced = withTraces(applied, commitment.domain);
  await RollupState.hashAll(tracedStates(traced), crypto.hashMany);
  const proof = await prover.prove({
    keyId: applied.block.slots,
    input: { ...createBlockWitnessInput(traced, commitment) },
    publicInputs: commitment.publicInputs,
  });
  return { ...proof, proofMs: clock.nowMs() - startMs };
}

/** A block that was proven once has no traces any more. */
function withTraces(applied: AppliedBlock, domain: bigint): AppliedBlock {
  return applied.slots.length > 0 ? applied : applyBlock(applied.before, applied.block, domain);
}

/** The states that a proof goes through, one branch update after the other. */
function tracedStates({ slots, fees }: AppliedBlock): RollupState[] {
  const inSlots = slots.flatMap(({ before, afterA }) => [before, afterA]);
  return [...inSlots, ...fees.map(({ before }) => before)];
}
