import type { RollupState } from "../state/rollup-state.ts";
import { opsError } from "./errors.ts";
import type { FullExit } from "./operation.ts";
import { debit, type Effect, NO_FEE } from "./rules.ts";

/** What a full exit takes out: everything, if who asks for it owns the account, else nothing. */
export function fullExitAmount(
  state: RollupState,
  { accountId, owner, tokenId }: Omit<FullExit, "type" | "amount">,
): bigint {
  return state.account(accountId).address === owner ? state.balance(accountId, tokenId) : 0n;
}

/**
 * Moves all of a token out to the owner. Never fails for a request that L1 took, whoever asked.
 *
 * @throws EXIT_AMOUNT_MISMATCH if the operation names another amount than it must.
 */
export function applyFullExit(state: RollupState, operation: FullExit): Effect {
  const { accountId, tokenId, owner, amount } = operation;
  const expected = fullExitAmount(state, operation);
  if (amount !== expected) {
    throw opsError({ code: "EXIT_AMOUNT_MISMATCH", accountId, amount, expected });
  }
  const after = debit(state, accountId, tokenId, amount);
  return {
    afterA: after,
    state: after,
    fee: NO_FEE,
    payout: { recipient: owner, tokenId, amount },
  };
}
