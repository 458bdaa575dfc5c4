import { LEAF_KIND } from "../protocol/constants.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { opsError } from "./errors.ts";
import type { Deposit } from "./operation.ts";
import { createAccount, credit, type Effect, NO_FEE } from "./rules.ts";

/**
 * Credits a deposit to an account of its owner, which is created if the leaf is empty.
 *
 * @throws OWNER_MISMATCH, BALANCE_OVERFLOW
 */
export function applyDeposit(state: RollupState, operation: Deposit): Effect {
  const { accountId, tokenId, owner, amount } = operation;
  const account = state.account(accountId);
  const exists = account.kind === LEAF_KIND.account;
  if (exists && account.address !== owner) {
    throw opsError({ code: "OWNER_MISMATCH", accountId, owner, expected: account.address });
  }
  const opened = exists ? state : createAccount(state, accountId, owner);
  return { afterA: state, state: credit(opened, accountId, tokenId, amount), fee: NO_FEE };
}
