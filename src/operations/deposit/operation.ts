import { AMOUNT_MAX, LEAF_KIND } from "../../protocol/constants.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import { type BranchUpdates, defineOperation, type PublicOf } from "../definition.ts";
import { opsError } from "../errors.ts";
import type { Refund } from "../refund/operation.ts";
import { createAccount, credit, freeAccountId } from "../rules.ts";
import { spec } from "./spec.ts";

export type Deposit = PublicOf<typeof spec>;
/** A deposit in the L1 priority queue. */
export type DepositRequest = Omit<Deposit, "accountId">;

export const deposit = defineOperation({ spec, apply: applyDeposit, fromSource: toDeposit });

/** @throws OWNER_MISMATCH, BALANCE_OVERFLOW */
function applyDeposit(state: RollupState, operation: Deposit): BranchUpdates {
  const { accountId, tokenId, owner, amount } = operation;
  const account = state.account(accountId);
  const exists = account.kind === LEAF_KIND.account;
  if (exists && account.address !== owner) {
    throw opsError({ code: "OWNER_MISMATCH", accountId, owner, expected: account.address });
  }
  const opened = exists ? state : createAccount(state, accountId, owner);
  return { afterA: state, state: credit(opened, accountId, tokenId, amount) };
}

/**
 * A deposit cannot be refused. It is refunded if there is no account for its owner, or if the
 * balance would exceed the largest amount.
 */
function toDeposit(state: RollupState, request: DepositRequest): Deposit | Refund {
  const { owner, tokenId, amount } = request;
  const accountId = state.accountIdOf(owner) ?? freeAccountId(state);
  const hasPlace =
    accountId !== undefined && state.balance(accountId, tokenId) + amount <= AMOUNT_MAX;
  return hasPlace ? { ...request, accountId } : { ...request, type: "refund" };
}
