import { LEAF_KIND } from "../protocol/constants.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { opsError } from "./errors.ts";
import type { PublicOperation } from "./operation.ts";
import { assertRecipient, createAccount, credit, type Effect, spend } from "./rules.ts";

/**
 * Moves an amount to an address and creates its account in an empty leaf.
 *
 * @throws RECIPIENT_ZERO, ACCOUNT_EXISTS, ACCOUNT_NOT_FOUND, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE
 */
export function applyTransferToNew(
  state: RollupState,
  operation: PublicOperation<"transferToNew">,
): Effect {
  const { fromAccountId, toAccountId, tokenId, recipient, amount, fee } = operation;
  assertRecipient(recipient);
  if (state.account(toAccountId).kind !== LEAF_KIND.empty) {
    throw opsError({ code: "ACCOUNT_EXISTS", accountId: toAccountId });
  }
  const afterA = spend(state, { accountId: fromAccountId, tokenId, fee }, amount);
  const opened = createAccount(afterA, toAccountId, recipient);
  return {
    afterA,
    state: credit(opened, toAccountId, tokenId, amount),
    fee: { tokenId, amount: fee },
  };
}
