import { accountCapacity } from "../../protocol/presets.ts";
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
import {
  accountOf,
  assertRecipient,
  credit,
  existingAccount,
  freeAccountId,
  spend,
} from "../rules.ts";
import type { TransferToNew } from "../transfer-to-new/operation.ts";
import { spec } from "./spec.ts";

type Transfer = OperationOf<typeof spec>;

export const transfer = defineOperation({
  spec,
  apply: applyTransfer,
  authorize: (state, { toAccountId, recipient }) => accountOf(state, toAccountId, recipient),
  fromSource: toTransfer,
});

/**
 * Both accounts may be the same.
 *
 * @throws ACCOUNT_NOT_FOUND, RECIPIENT_ZERO, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE,
 * BALANCE_OVERFLOW
 */
function applyTransfer(state: RollupState, operation: PublicOf<typeof spec>): BranchUpdates {
  const { fromAccountId, toAccountId, tokenId, amount, fee } = operation;
  assertRecipient(existingAccount(state, toAccountId).address);
  const afterA = spend(state, { accountId: fromAccountId, tokenId, fee }, amount);
  return { afterA, state: credit(afterA, toAccountId, tokenId, amount) };
}

/** @throws ACCOUNT_CAPACITY_REACHED */
function toTransfer(
  state: RollupState,
  source: TransactionOf<typeof spec> & TransactionSignature,
): Transfer | TransferToNew {
  const { accountId: fromAccountId, ...rest } = source;
  const { recipient } = source;
  const existing = state.accountIdOf(recipient);
  if (existing !== undefined) return { ...rest, fromAccountId, toAccountId: existing };
  const toAccountId = freeAccountId(state);
  if (toAccountId === undefined) {
    const capacity = accountCapacity(state.preset);
    throw opsError({ code: "ACCOUNT_CAPACITY_REACHED", recipient, capacity });
  }
  return { ...rest, type: "transferToNew", fromAccountId, toAccountId };
}
