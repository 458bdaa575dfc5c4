import type { RollupState } from "../state/rollup-state.ts";
import type { PublicOperation } from "./operation.ts";
import { assertRecipient, credit, type Effect, existingAccount, spend } from "./rules.ts";

/**
 * Moves an amount between existing accounts, which may be one and the same.
 *
 * @throws ACCOUNT_NOT_FOUND, RECIPIENT_ZERO, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE,
 * BALANCE_OVERFLOW
 */
export function applyTransfer(state: RollupState, operation: PublicOperation<"transfer">): Effect {
  const { fromAccountId, toAccountId, tokenId, amount, fee } = operation;
  assertRecipient(existingAccount(state, toAccountId).address);
  const afterA = spend(state, { accountId: fromAccountId, tokenId, fee }, amount);
  return {
    afterA,
    state: credit(afterA, toAccountId, tokenId, amount),
    fee: { tokenId, amount: fee },
  };
}
