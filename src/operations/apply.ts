/**
 * Applies an operation to a state: three doors, by how much has been checked already. All are pure;
 * a refusal leaves nothing behind.
 */
import type { RollupState } from "../state/rollup-state.ts";
import { assertAuthorized, assertSignatures } from "./authorization.ts";
import { applyChangePubKey } from "./change-pub-key.ts";
import { applyDeposit } from "./deposit.ts";
import { assertPublicFields } from "./fields.ts";
import { applyForcedExit } from "./forced-exit.ts";
import { applyFullExit } from "./full-exit.ts";
import { isSigned, type Operation, type PublicOperation } from "./operation.ts";
import { applyRefund } from "./refund.ts";
import { type Effect, NO_FEE } from "./rules.ts";
import { toTransaction } from "./to-operation.ts";
import { applyTransferToNew } from "./transfer-to-new.ts";
import { applyTransfer } from "./transfer.ts";
import { applyWithdraw } from "./withdraw.ts";

export interface ApplyContext {
  /** Of the block, in Unix seconds. */
  readonly timestamp: bigint;
  /** Of the rollup's signatures, see `signingDomain`. */
  readonly domain: bigint;
}

/**
 * Applies an operation that is in no batch, with every check there is.
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
 * Applies an operation whose signature `assertSignatures` has verified already; checks the rest.
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
 * Applies an operation of a proven block, of which only the public data is known: the proof stands
 * for the signatures.
 */
export function applyPublicOperation(state: RollupState, operation: PublicOperation): Effect {
  assertPublicFields(operation);
  switch (operation.type) {
    case "noop":
      return { afterA: state, state, fee: NO_FEE };
    case "deposit":
      return applyDeposit(state, operation);
    case "transfer":
      return applyTransfer(state, operation);
    case "transferToNew":
      return applyTransferToNew(state, operation);
    case "withdraw":
      return applyWithdraw(state, operation);
    case "fullExit":
      return applyFullExit(state, operation);
    case "changePubKey":
      return applyChangePubKey(state, operation);
    case "forcedExit":
      return applyForcedExit(state, operation);
    case "refund":
      return applyRefund(state, operation);
  }
}
