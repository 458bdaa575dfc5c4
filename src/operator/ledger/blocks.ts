/**
 * The steps that bring a block through L1. Each takes records of blocks and returns them with what
 * the step has added; if it fails, the old ones are as good as before.
 */
import type { AppliedBlock } from "../block/block.ts";
import { type BlockCommitment, commitBlock } from "../block/commitment.ts";
import { createBlockWitnessInput } from "../block/witness-input.ts";
import type { BatchCrypto } from "../kernel/batch.ts";
import { hashStoredBlock, toStoredBlock } from "../l1/stored-block.ts";
import type {
  CommitBlock,
  ExecuteBlock,
  L1Transaction,
  ProveBlock,
  StoredBlock,
} from "../l1/types.ts";
import type { JobProof, Prover } from "../prover/prover.ts";
import { RollupState } from "../state/rollup-state.ts";
import { assert } from "../util/errors.ts";
import type { Clock } from "./clock.ts";
import type { L1Port } from "./l1-port.ts";
import type { SealedSlots } from "./sequence.ts";

/**
 * A block, all that has been made for it, and how far it has come on L1. A block that L1 has taken
 * back keeps what was made: as long as it stays the same block, it all still holds.
 */
export interface Forged extends SealedSlots {
  readonly commitment: BlockCommitment;
  /** Of the block before, bytes32, 0x-hex. */
  readonly parentCommitment: string;
  readonly storedBlock: StoredBlock;
  readonly proof?: TimedProof;
}
/** Not on L1, or no more. */
export type SealedBlock = (SealedSlots | Forged) & { readonly status: "sealed" };
/** The L1 transactions are those that the operator has seen go through; others may send some. */
export interface CommittedBlock extends Forged {
  readonly status: "committed";
  readonly commit?: L1Transaction;
}
/** Its proof is made, but not on L1 yet. */
export interface BlockWithProof extends CommittedBlock {
  readonly proof: TimedProof;
}
export interface ProvenBlock extends Omit<CommittedBlock, "status"> {
  readonly status: "proven";
  readonly prove?: L1Transaction;
}
export interface ExecutedBlock extends Omit<ProvenBlock, "status"> {
  readonly status: "executed";
  readonly execute?: L1Transaction;
}
export type BlockRecord = SealedBlock | CommittedBlock | ProvenBlock | ExecutedBlock;

export function isSealed(block: BlockRecord): block is SealedBlock {
  return block.status === "sealed";
}

export function isCommitted(block: BlockRecord): block is CommittedBlock {
  return block.status === "committed";
}

export function isWithProof(block: BlockRecord): block is BlockWithProof {
  return isCommitted(block) && block.proof !== undefined;
}

export function isProven(block: BlockRecord): block is ProvenBlock {
  return block.status === "proven";
}

export function isExecuted(block: BlockRecord): block is ExecutedBlock {
  return block.status === "executed";
}

/** Whether a block has been sent to L1 at some time, where it may still turn up. */
export function isForged(block: BlockRecord): block is BlockRecord & Forged {
  return "storedBlock" in block;
}

export interface TimedProof extends JobProof {
  /** Wall time of witness and proof. */
  readonly proofMs: number;
}

/** Hashes what {@link forgeBlock} needs of the states, so that it takes no time any more. */
export function hashRoots(crypto: BatchCrypto, blocks: readonly BlockRecord[]): Promise<void> {
  const states = blocks.flatMap(({ applied }) => [applied.before, applied.state]);
  return RollupState.hashAll(states, crypto.hashMany);
}

/**
 * Makes what L1 is told of a block.
 *
 * @param parent - The block before.
 * @param domain - See `signingDomain`.
 */
export function forgeBlock(
  block: SealedBlock,
  parent: StoredBlock,
  domain: bigint,
): SealedBlock & Forged {
  if (isForged(block)) return block;
  const commitment = commitBlock(block.applied, domain);
  const parentCommitment = parent.commitment;
  const storedBlock = toStoredBlock(block.applied, commitment, parentCommitment);
  return { ...block, commitment, parentCommitment, storedBlock };
}

/** As {@link forgeBlock}, of blocks that follow each other. */
export function forgeBlocks(
  blocks: readonly SealedBlock[],
  parent: StoredBlock,
  domain: bigint,
): (SealedBlock & Forged)[] {
  const forged: (SealedBlock & Forged)[] = [];
  for (const block of blocks) {
    forged.push(forgeBlock(block, forged.at(-1)?.storedBlock ?? parent, domain));
  }
  return forged;
}

/** @param last - The block before the first. */
export async function commitBlocks(
  l1: L1Port,
  last: StoredBlock,
  blocks: readonly (SealedBlock & Forged)[],
): Promise<CommittedBlock[]> {
  const { transaction, storedBlocks } = await l1.commitBlocks(last, blocks.map(toCommitBlock));
  assert(storedBlocks.length === blocks.length, "L1 stores every block it takes");
  return blocks.map((block, index) => {
    const isSame = hashStoredBlock(block.storedBlock) === hashStoredBlock(storedBlocks[index]!);
    assert(isSame, "L1 makes the same of a block as the operator");
    return { ...block, status: "committed", commit: transaction };
  });
}

/** What proofs are made with. */
export interface ProvingParts {
  readonly prover: Prover;
  readonly crypto: BatchCrypto;
  readonly clock: Clock;
}

/** Makes the proof of a block. */
export async function proveBlock(
  { prover, crypto, clock }: ProvingParts,
  block: CommittedBlock,
): Promise<BlockWithProof> {
  const { applied, commitment } = block;
  const startMs = clock.nowMs();
  await RollupState.hashAll(tracedStates(applied), crypto.hashMany);
  const proof = await prover.prove({
    keyId: applied.block.slots,
    input: { ...createBlockWitnessInput(applied, commitment) },
    publicInputs: commitment.publicInputs,
  });
  return { ...block, proof: { ...proof, proofMs: clock.nowMs() - startMs } };
}

/** The states that a proof goes through, one branch update after the other. */
function tracedStates({ slots, fees }: AppliedBlock): RollupState[] {
  const inSlots = slots.flatMap(({ before, afterA }) => [before, afterA]);
  return [...inSlots, ...fees.map(({ before }) => before)];
}

export async function submitProofs(
  l1: L1Port,
  blocks: readonly BlockWithProof[],
): Promise<ProvenBlock[]> {
  const prove = await l1.proveBlocks(blocks.map(toProveBlock));
  return blocks.map((block) => ({
    ...block,
    status: "proven",
    // The traces of the slots have done their work, and would fill the memory.
    applied: { ...block.applied, slots: [], fees: [] },
    prove,
  }));
}

export function withoutProof(block: BlockWithProof): CommittedBlock {
  const { items, applied, commitment, parentCommitment, storedBlock, status, commit } = block;
  const forged = { items, applied, commitment, parentCommitment, storedBlock };
  return { ...forged, status, ...(commit !== undefined && { commit }) };
}

/** @param given - What L1 is given of the blocks, which may leave out their payouts. */
export async function executeBlocks(
  l1: L1Port,
  blocks: readonly ProvenBlock[],
  given: readonly ExecuteBlock[],
): Promise<ExecutedBlock[]> {
  const execute = await l1.executeBlocks(given);
  return blocks.map((block) => ({ ...block, status: "executed", execute }));
}

/** A block with all that it pays out. */
export function toExecuteBlock({ storedBlock, applied }: Forged): ExecuteBlock {
  return { storedBlock, payouts: applied.payouts };
}

/** What L1 is shown to commit a block. */
export function toCommitBlock({ items, applied, commitment }: Forged): CommitBlock {
  const { timestamp, feeAccountId, slots } = applied.block;
  const { newStateRoot, digest, pubdata } = commitment;
  const authorizations = items.flatMap((item) =>
    item.kind === "transaction" && item.consent !== undefined ? [item.consent.authorization] : [],
  );
  return { timestamp, feeAccountId, slots, newStateRoot, digest, pubdata, authorizations };
}

/** What L1 is shown to prove a block. */
export function toProveBlock(block: BlockWithProof): ProveBlock {
  const { parentCommitment, storedBlock, applied, commitment } = block;
  const { slots } = applied.block;
  const { digest, z, y } = commitment;
  const { proof } = block.proof;
  return { parentCommitment, storedBlock, slots, digest, z, y, proof };
}
