/** Whether L1 has broken a promise by what it executed, and the claim that shows it. */
import { keccak256 } from "ethers";
import type { CommitBlock, StoredBlock } from "../l1/types.ts";
import { countNonces, type ExecutedOperations, findBreach } from "./inclusion-evidence.ts";
import type { SignedInclusion } from "./inclusion.ts";
import { executedBlock, type SealedBlock } from "./sealed-block.ts";

/** A promise about a block, with its signature. */
export interface SignedSealedBlock {
  readonly promise: SealedBlock;
  /** 65 bytes, 0x-hex. */
  readonly signature: string;
}

/** An executed block with all that L1 has of it. */
export interface JudgedBlock extends ExecutedOperations {
  /** The block before, as L1 has stored it. */
  readonly parent: StoredBlock;
  /** The block as of the calldata of its commit. */
  readonly committed: CommitBlock;
}

/** A call of `ReceiptBond` that pays for a broken promise. */
export interface Claim {
  readonly call: "claim" | "claimLate" | "claimReplaced";
  readonly args: readonly unknown[];
}

/**
 * What the executed blocks say of a promise: `kept`; `broken`; `ended`, if blocks are later than it
 * is for; or `open`, if none of them decides.
 */
export type Verdict =
  | { readonly type: "kept" | "ended"; readonly blockNumber: number }
  | { readonly type: "open" }
  | { readonly type: "broken"; readonly blockNumber: number; readonly claim: Claim };

/**
 * Judges a promise by the executed blocks, as the contract will.
 *
 * @param promise - About a block or a transaction.
 * @param blocks - From the first one on.
 * @param domain - Of the rollup, see `signingDomain`.
 */
export async function judgePromise(
  promise: SignedSealedBlock | SignedInclusion,
  blocks: AsyncIterable<JudgedBlock>,
  domain: bigint,
): Promise<Verdict> {
  for await (const block of blocks) {
    const verdict =
      "inclusion" in promise
        ? judgeInclusion(promise, block, domain)
        : judgeSealedBlock(promise, block, domain);
    if (verdict !== undefined) return verdict;
  }
  return { type: "open" };
}

function judgeSealedBlock(
  { promise, signature }: SignedSealedBlock,
  block: JudgedBlock,
  domain: bigint,
): Verdict | undefined {
  const { blockNumber } = block.storedBlock;
  if (blockNumber !== promise.blockNumber) return undefined;
  if (keccak256(block.committed.pubdata) === promise.pubdataHash) {
    return { type: "kept", blockNumber };
  }
  const args = [promise, signature, evidenceOf(block, domain)];
  return { type: "broken", blockNumber, claim: { call: "claim", args } };
}

function judgeInclusion(
  promise: SignedInclusion,
  block: JudgedBlock,
  domain: bigint,
): Verdict | undefined {
  const { storedBlock, committed, state } = block;
  const { blockNumber, timestamp } = storedBlock;
  const { accountId, nonce, validUntil } = promise.inclusion;
  if (timestamp > validUntil) return { type: "ended", blockNumber };
  const breach = findBreach(promise, block);
  if (breach?.type === "late") {
    const args = [promise, storedBlock, breach.account];
    return { type: "broken", blockNumber, claim: { call: "claimLate", args } };
  }
  if (breach !== undefined) {
    const { slot, account, payee } = breach;
    const evidence = evidenceOf(block, domain);
    const args = [promise, evidence, committed.pubdata, slot, account, payee];
    return { type: "broken", blockNumber, claim: { call: "claimReplaced", args } };
  }
  return countNonces(state, accountId) > nonce ? { type: "kept", blockNumber } : undefined;
}

function evidenceOf({ parent, storedBlock, committed }: JudgedBlock, domain: bigint) {
  return executedBlock(parent, storedBlock, committed, domain);
}
