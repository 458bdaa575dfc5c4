import type { RollupState } from "../../state/rollup-state.ts";
import { type BranchUpdates, defineOperation, type PublicOf } from "../definition.ts";
import { assertRecipient, spend } from "../rules.ts";
import { spec } from "./spec.ts";

export const withdraw = defineOperation({ spec, apply: applyWithdraw });

/** @throws RECIPIENT_ZERO, ACCOUNT_NOT_FOUND, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE */
function applyWithdraw(state: RollupState, operation: PublicOf<typeof spec>): BranchUpdates {
  assertRecipient(operation.recipient);
  const after = spend(state, operation, operation.amount);
  return { afterA: after, state: after };
}
