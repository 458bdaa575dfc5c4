import type { RollupState } from "../state/rollup-state.ts";
import type { Refund } from "./operation.ts";
import { type Effect, NO_FEE } from "./rules.ts";

/**
 * Pays a deposit back on L1 to its owner, and leaves the state as it is. No rule says when: an
 * operator that has no place for a deposit must be able to serve it, so it may refuse any.
 *
 * @throws TOKEN_ID_OUT_OF_RANGE
 */
export function applyRefund(state: RollupState, operation: Refund): Effect {
  const { tokenId, owner, amount } = operation;
  state.assertTokenId(tokenId);
  return {
    afterA: state,
    state,
    fee: NO_FEE,
    payout: { recipient: owner, tokenId, amount },
  };
}
