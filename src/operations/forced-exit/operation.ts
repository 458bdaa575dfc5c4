import type { RollupState } from "../../state/rollup-state.ts";
import {
  type BranchUpdates,
  defineOperation,
  type OperationOf,
  type PublicOf,
  type TransactionOf,
  type TransactionSignature,
} from "../definition.ts";
import { opsError } from "../errors.ts";
import { accountOf, debit, spend } from "../rules.ts";
import { spec } from "./spec.ts";

type ForcedExitTransaction = TransactionOf<typeof spec>;

export const forcedExit = defineOperation({
  spec,
  apply: applyForcedExit,
  fromSource: toForcedExit,
});

/**
 * Serves accounts without a signing key, whose owners cannot withdraw.
 *
 * @throws ACCOUNT_NOT_FOUND, RECIPIENT_MISMATCH, TARGET_HAS_SIGNING_KEY, EXIT_AMOUNT_MISMATCH,
 * NONCE_EXHAUSTED, INSUFFICIENT_BALANCE (of the fee)
 */
function applyForcedExit(state: RollupState, operation: PublicOf<typeof spec>): BranchUpdates {
  const { initiatorAccountId, targetAccountId, tokenId, recipient, amount, fee } = operation;
  if (accountOf(state, targetAccountId, recipient).pubKeyHash !== 0n) {
    throw opsError({ code: "TARGET_HAS_SIGNING_KEY", accountId: targetAccountId });
  }
  const afterA = spend(state, { accountId: initiatorAccountId, tokenId, fee }, 0n);
  const expected = afterA.balance(targetAccountId, tokenId);
  if (amount !== expected) {
    throw opsError({ code: "EXIT_AMOUNT_MISMATCH", accountId: targetAccountId, amount, expected });
  }
  return { afterA, state: debit(afterA, targetAccountId, tokenId, amount) };
}

/** @throws ADDRESS_WITHOUT_ACCOUNT */
function toForcedExit(
  state: RollupState,
  source: ForcedExitTransaction & TransactionSignature,
): OperationOf<typeof spec> {
  const { accountId: initiatorAccountId, ...rest } = source;
  const targetAccountId = findTarget(state, source);
  if (targetAccountId === undefined) {
    throw opsError({ code: "ADDRESS_WITHOUT_ACCOUNT", address: source.recipient });
  }
  const amount = state.balance(targetAccountId, source.tokenId);
  return { ...rest, initiatorAccountId, targetAccountId, amount };
}

/**
 * Finds the account of an address for a forced exit: of those without a signing key the lowest that
 * holds something of the token, or else the lowest.
 */
function findTarget(
  state: RollupState,
  { recipient, tokenId }: ForcedExitTransaction,
): number | undefined {
  const inactive = state
    .accountIdsOf(recipient)
    .filter((accountId) => state.account(accountId).pubKeyHash === 0n);
  const holder = inactive.find((accountId) => state.balance(accountId, tokenId) > 0n);
  return holder ?? inactive[0] ?? state.accountIdOf(recipient);
}
