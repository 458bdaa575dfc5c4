/** What to make of an L1 transaction that L1 has not taken. Pure. */
import { isRollupError } from "../../util/errors.ts";

/**
 * Why L1 refuses a commit, as far as something can be done about it:
 * `authorization`, the owner's consent to a key does not hold there (any more);
 * `size`, the transaction is too large, or needs too much gas;
 * `stale`, L1 does not take the blocks' time;
 * `changed`, L1 is not as it was read.
 */
export type Refusal =
  | { readonly kind: "authorization"; readonly slot: number; readonly owner: bigint }
  | { readonly kind: "size" | "stale" | "changed" };

/** Errors of the contract that say that something has happened on L1 since it was read. */
const CHANGES = [
  "StoredBlockMismatch",
  "BlockOutOfOrder",
  "BlockNotProven",
  "BlockAlreadyExecuted",
  "CommitmentMismatch",
  "PriorityRequestMismatch",
  "ExodusMode",
  "NotValidator",
];
/** Words in which nodes refuse a transaction for its size or its gas. */
const SIZE_WORDS =
  /oversized|too large|out of gas|gas limit|gas cap|gas required|intrinsic gas|exceeds.*gas/i;

export function refusalOf(error: unknown): Refusal | undefined {
  if (isTooLarge(error)) return { kind: "size" };
  if (!isRollupError(error) || error.code !== "L1_REVERTED") return undefined;
  const name = error.facts["error"] as string;
  const values = error.facts["values"] as Record<string, unknown>;
  if (name === "AuthorizationInvalid") {
    const { slot, owner } = values as { slot: bigint | number; owner: string };
    return { kind: "authorization", slot: Number(slot), owner: BigInt(owner) };
  }
  if (name === "TimestampOutOfRange") return { kind: "stale" };
  return CHANGES.includes(name) ? { kind: "changed" } : undefined;
}

/** Whether L1 gave a reason of its own for refusing, so that trying again may not help. */
export function isRefusal(error: unknown): boolean {
  return isRollupError(error) && error.code === "L1_REVERTED";
}

/** Whether L1 has refused the proofs themselves, and not just the call. */
export function isProofRefusal(error: unknown): boolean {
  return (
    isRefusal(error) && (error as { facts: { error?: unknown } }).facts.error === "ProofsInvalid"
  );
}

/** A call that runs out of gas gives no reason; nor does a transaction that was mined so. */
function isTooLarge(error: unknown): boolean {
  if (!isRollupError(error)) return error instanceof Error && SIZE_WORDS.test(error.message);
  const { code, facts } = error;
  if (code === "L1_TRANSACTION_FAILED") return true;
  if (code === "L1_TRANSACTION_REFUSED") return SIZE_WORDS.test(String(facts["reason"]));
  return code === "L1_REVERTED" && facts["error"] === "NoReason";
}
