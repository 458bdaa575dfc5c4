/** A block with its commitment, its proof and its status on L1. Pure. */
import { type BlockCommitment, commitBlock } from "../../block/commitment.ts";
import { toStoredBlock } from "../../l1/stored-block.ts";
import type {
  CommitBlock,
  ExecuteBlock,
  L1Transaction,
  ProveBlock,
  StoredBlock,
} from "../../l1/types.ts";
import { type BlockKind, blockKindId } from "../../protocol/kinds.ts";
import type { JobProof } from "../../prover/prover.ts";
import type { SealedSlots } from "./sequence.ts";

/**
 * A block with what L1 is shown of it. A reverted block keeps that and its proof: both hold for the
 * same block.
 */
export interface Prepared extends SealedSlots {
  readonly commitment: BlockCommitment;
  /** Of the block before, bytes32, 0x-hex. */
  readonly parentCommitment: string;
  readonly storedBlock: StoredBlock;
  readonly proof?: TimedProof;
}
/** Not on L1, or not any more. */
export type SealedBlock = (SealedSlots | Prepared) & { readonly status: "sealed" };
/** The L1 transactions are those that the operator has seen go through; others may send some. */
export interface CommittedBlock extends Prepared {
  readonly status: "committed";
  readonly commit?: L1Transaction;
}
/** Its proof is made, but is not on L1 yet. */
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

/** Whether a block may have been sent to L1, and so may still appear there. */
export function isPrepared(block: BlockRecord): block is BlockRecord & Prepared {
  return "storedBlock" in block;
}

export interface TimedProof extends JobProof {
  /** Wall time of witness and proof. */
  readonly proofMs: number;
}

export function hasPayouts({ applied }: BlockRecord): boolean {
  return applied.payouts.length > 0;
}

export function kindOf({ applied }: BlockRecord): BlockKind {
  return applied.block.kind;
}

export function numberOf({ applied }: BlockRecord): number {
  return applied.block.blockNumber;
}

/**
 * Computes what L1 is shown of a block; the same again if that is known already.
 *
 * @param parent - The block before.
 * @param domain - See `signingDomain`.
 */
export function prepareBlock(
  block: SealedBlock,
  parent: StoredBlock,
  domain: bigint,
): SealedBlock & Prepared {
  if (isPrepared(block)) return block;
  const commitment = commitBlock(block.applied, domain);
  const parentCommitment = parent.commitment;
  const storedBlock = toStoredBlock(block.applied, commitment, parentCommitment);
  return { ...block, commitment, parentCommitment, storedBlock };
}

export function withoutProof(block: BlockWithProof): CommittedBlock {
  const { items, applied, commitment, parentCommitment, storedBlock, status, commit } = block;
  const prepared = { items, applied, commitment, parentCommitment, storedBlock };
  return { ...prepared, status, ...(commit !== undefined && { commit }) };
}

/** A block with all that it pays out. */
export function toExecuteBlock({ storedBlock, applied }: Prepared): ExecuteBlock {
  return { storedBlock, payouts: applied.payouts };
}

/** What L1 is shown to commit a block. */
export function toCommitBlock({ items, applied, commitment }: Prepared): CommitBlock {
  const { timestamp, feeAccountId } = applied.block;
  const kind = blockKindId(applied.block.kind);
  const { newStateRoot, digest, pubdata } = commitment;
  const authorizations = items.flatMap((item) =>
    item.kind === "transaction" && item.consent !== undefined ? [item.consent.authorization] : [],
  );
  return { timestamp, feeAccountId, kind, newStateRoot, digest, pubdata, authorizations };
}

/** What L1 is shown to prove a block. */
export function toProveBlock(block: BlockWithProof): ProveBlock {
  const { parentCommitment, storedBlock, applied, commitment } = block;
  const kind = blockKindId(applied.block.kind);
  const { digest, z, y } = commitment;
  const { proof } = block.proof;
  return { parentCommitment, storedBlock, kind, digest, z, y, proof };
}
