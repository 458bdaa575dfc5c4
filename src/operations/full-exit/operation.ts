import type { RollupState } from "../../state/rollup-state.ts";
import { type BranchUpdates, defineOperation, type PublicOf } from "../definition.ts";
import { opsError } from "../errors.ts";
import { debit } from "../rules.ts";
import { spec } from "./spec.ts";

export type FullExit = PublicOf<typeof spec>;
/** A full exit in the L1 priority queue. */
export type FullExitRequest = Omit<FullExit, "amount">;

export const fullExit = defineOperation({ spec, apply: applyFullExit, fromSource: toFullExit });

/** Returns the amount of a full exit: the balance if the sender owns the account, else 0. */
export function fullExitAmount(
  state: RollupState,
  { accountId, owner, tokenId }: Omit<FullExit, "type" | "amount">,
): bigint {
  return state.account(accountId).address === owner ? state.balance(accountId, tokenId) : 0n;
}

/**
 * Never fails for a request that L1 accepted, from any sender.
 *
 * @throws EXIT_AMOUNT_MISMATCH if the operation has another amount.
 */
function applyFullExit(state: RollupState, operation: FullExit): BranchUpdates {
  const { accountId, tokenId, amount } = operation;
  const expected = fullExitAmount(state, operation);
  if (amount !== expected) {
    throw opsError({ code: "EXIT_AMOUNT_MISMATCH", accountId, amount, expected });
  }
  const after = debit(state, accountId, tokenId, amount);
  return { afterA: after, state: after };
}

function toFullExit(state: RollupState, request: FullExitRequest): FullExit {
  return { ...request, amount: fullExitAmount(state, request) };
}
