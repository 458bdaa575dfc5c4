import { LEAF_KIND } from "../../protocol/constants.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import {
  type BranchUpdates,
  defineOperation,
  type OperationOf,
  type PublicOf,
} from "../definition.ts";
import { opsError } from "../errors.ts";
import { assertRecipient, createAccount, credit, spend } from "../rules.ts";
import { spec } from "./spec.ts";

export type TransferToNew = OperationOf<typeof spec>;

export const transferToNew = defineOperation({ spec, apply: applyTransferToNew });

/**
 * @throws RECIPIENT_ZERO, ACCOUNT_EXISTS, ACCOUNT_NOT_FOUND, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE
 */
function applyTransferToNew(state: RollupState, operation: PublicOf<typeof spec>): BranchUpdates {
  const { fromAccountId, toAccountId, tokenId, recipient, amount, fee } = operation;
  assertRecipient(recipient);
  if (state.account(toAccountId).kind !== LEAF_KIND.empty) {
    throw opsError({ code: "ACCOUNT_EXISTS", accountId: toAccountId });
  }
  const afterA = spend(state, { accountId: fromAccountId, tokenId, fee }, amount);
  const opened = createAccount(afterA, toAccountId, recipient);
  return { afterA, state: credit(opened, toAccountId, tokenId, amount) };
}
