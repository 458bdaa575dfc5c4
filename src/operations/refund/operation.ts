import type { RollupState } from "../../state/rollup-state.ts";
import { type BranchUpdates, defineOperation, type PublicOf } from "../definition.ts";
import { spec } from "./spec.ts";

export type Refund = PublicOf<typeof spec>;

export const refund = defineOperation({ spec, apply: applyRefund });

/**
 * Leaves the state unchanged. No rule restricts it: an operator without a place for a deposit must
 * be able to serve it, so an operator can refund any deposit.
 *
 * @throws TOKEN_ID_OUT_OF_RANGE
 */
function applyRefund(state: RollupState, { tokenId }: Refund): BranchUpdates {
  state.assertTokenId(tokenId);
  return { afterA: state, state };
}
