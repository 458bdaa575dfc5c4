/**
 * Applies an operation to a state: three functions, by how much is checked already. All are pure,
 * and a refusal changes nothing.
 */
import type { RollupState } from "../state/rollup-state.ts";
import { assertAuthorized, assertSignatures } from "./authorization.ts";
import type { BranchUpdates } from "./definition.ts";
import { assertPublicFields } from "./fields.ts";
import { isSigned, type Operation, type PublicOperation } from "./operation.ts";
import { payoutOf } from "./payouts.ts";
import { NO_FEE, type Payout, type TokenAmount } from "./rules.ts";
import { definitionOf } from "./table.ts";
import { toTransaction } from "./to-operation.ts";

/** Result of an operation. */
export interface Effect extends BranchUpdates {
  /** Fee that the signer pays to the block's fee account. */
  readonly fee: TokenAmount;
  /** Set for every operation that pays out on L1, even if the amount is 0. */
  readonly payout?: Payout;
}

export interface ApplyContext {
  /** Of the block, in Unix seconds. */
  readonly timestamp: bigint;
  /** Of the rollup's signatures, see `signingDomain`. */
  readonly domain: bigint;
}

/**
 * Applies an operation that is in no batch, with every check.
 *
 * @throws every code of the rules, see `src/operations/errors.ts`, and `ACCOUNT_ID_OUT_OF_RANGE`,
 * `TOKEN_ID_OUT_OF_RANGE` of the state.
 */
export function applyOperation(
  state: RollupState,
  operation: Operation,
  { timestamp, domain }: ApplyContext,
): Effect {
  if (isSigned(operation)) assertSignatures([toTransaction(operation)], domain);
  return applyVerifiedOperation(state, operation, timestamp);
}

/**
 * Applies an operation whose signature `assertSignatures` has verified, with all other checks.
 */
export function applyVerifiedOperation(
  state: RollupState,
  operation: Operation,
  timestamp: bigint,
): Effect {
  if (isSigned(operation)) assertAuthorized(state, operation, timestamp);
  return applyPublicOperation(state, operation);
}

/**
 * Applies an operation of a proven block, of which only the public data is known: the proof
 * replaces the check of signatures.
 */
export function applyPublicOperation(state: RollupState, operation: PublicOperation): Effect {
  assertPublicFields(operation);
  const updates = definitionOf(operation.type).apply(state, operation);
  const payout = payoutOf(operation);
  return { ...updates, fee: feeOf(operation), ...(payout && { payout }) };
}

function feeOf(operation: PublicOperation): TokenAmount {
  if (!("fee" in operation)) return NO_FEE;
  return { tokenId: operation.tokenId, amount: operation.fee };
}
