import type { RollupState } from "../state/rollup-state.ts";
import type { PublicOperation } from "./operation.ts";
import { assertRecipient, type Effect, spend } from "./rules.ts";

/**
 * Moves an amount out to an L1 address.
 *
 * @throws RECIPIENT_ZERO, ACCOUNT_NOT_FOUND, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE
 */
export function applyWithdraw(state: RollupState, operation: PublicOperation<"withdraw">): Effect {
  const { tokenId, recipient, amount, fee } = operation;
  assertRecipient(recipient);
  const after = spend(state, operation, amount);
  return {
    afterA: after,
    state: after,
    fee: { tokenId, amount: fee },
    payout: { recipient, tokenId, amount },
  };
}
