/** Turns transactions and L1 requests into operations, and signed operations back. */
import { hashPublicKey } from "../kernel/signatures.ts";
import { AMOUNT_MAX } from "../protocol/constants.ts";
import { accountCapacity } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { opsError } from "./errors.ts";
import { fullExitAmount } from "./full-exit.ts";
import type {
  Deposit,
  ForcedExit,
  FullExit,
  Operation,
  Refund,
  SignedOperation,
  Transfer,
  TransferToNew,
} from "./operation.ts";
import type {
  ForcedExitTransaction,
  SignedTransaction,
  TransactionSignature,
  TransferTransaction,
} from "./transaction.ts";

/** A deposit as it stands in the L1 priority queue. */
export type DepositRequest = Omit<Deposit, "accountId">;
/** A full exit as it stands in the L1 priority queue. */
export type FullExitRequest = Omit<FullExit, "amount">;
export type PriorityRequest = DepositRequest | FullExitRequest;

/**
 * The operation that carries out a transaction or an L1 request on the given state: looks up the
 * accounts of addresses and the amounts of exits, and refunds a deposit that has no place. Checks
 * nothing that applying the operation checks.
 *
 * @throws ADDRESS_WITHOUT_ACCOUNT if the target of a forced exit has no account,
 * ACCOUNT_CAPACITY_REACHED if a transfer would have to create an account that there is no room for,
 * ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
 */
export function toOperation(
  state: RollupState,
  source: SignedTransaction | PriorityRequest,
): Operation {
  switch (source.type) {
    case "deposit":
      return toDeposit(state, source);
    case "fullExit":
      return { ...source, amount: fullExitAmount(state, source) };
    case "withdraw":
      return source;
    case "transfer":
      return toTransfer(state, source);
    case "changePubKey": {
      const owner = state.account(source.accountId).address;
      return { ...source, owner, pubKeyHash: hashPublicKey(source.publicKey) };
    }
    case "forcedExit":
      return toForcedExit(state, source);
  }
}

/**
 * A deposit can not be refused, so it is refunded if it has no place: its owner can not be given an
 * account, or the balance would become larger than an amount can be.
 */
function toDeposit(state: RollupState, request: DepositRequest): Deposit | Refund {
  const { owner, tokenId, amount } = request;
  const accountId = state.accountIdOf(owner) ?? freeAccountId(state);
  const hasPlace =
    accountId !== undefined && state.balance(accountId, tokenId) + amount <= AMOUNT_MAX;
  return hasPlace ? { ...request, accountId } : { ...request, type: "refund" };
}

function toTransfer(
  state: RollupState,
  source: TransferTransaction & TransactionSignature,
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

/** Where the next account is created; undefined if every leaf of the tree is taken. */
function freeAccountId({ nextAccountId, preset }: RollupState): number | undefined {
  return nextAccountId < accountCapacity(preset) ? nextAccountId : undefined;
}

function toForcedExit(
  state: RollupState,
  source: ForcedExitTransaction & TransactionSignature,
): ForcedExit {
  const { accountId: initiatorAccountId, ...rest } = source;
  const targetAccountId = forcedExitTarget(state, source);
  if (targetAccountId === undefined) {
    throw opsError({ code: "ADDRESS_WITHOUT_ACCOUNT", address: source.recipient });
  }
  const amount = state.balance(targetAccountId, source.tokenId);
  return { ...rest, initiatorAccountId, targetAccountId, amount };
}

/**
 * Of several accounts of an address only one without a signing key can be forced out: the lowest
 * that holds something of the token, or else the lowest.
 */
function forcedExitTarget(
  state: RollupState,
  { recipient, tokenId }: ForcedExitTransaction,
): number | undefined {
  const inactive = state
    .accountIdsOf(recipient)
    .filter((accountId) => state.account(accountId).pubKeyHash === 0n);
  const holder = inactive.find((accountId) => state.balance(accountId, tokenId) > 0n);
  return holder ?? inactive[0] ?? state.accountIdOf(recipient);
}

/** The transaction that was signed for an operation: the inverse of {@link toOperation}. */
export function toTransaction(operation: SignedOperation): SignedTransaction {
  const { tokenId, fee, nonce, validFrom, validUntil, publicKey, signature } = operation;
  const common = { tokenId, fee, nonce, validFrom, validUntil, publicKey, signature };
  switch (operation.type) {
    case "transfer":
    case "transferToNew": {
      const { fromAccountId: accountId, recipient, amount } = operation;
      return { type: "transfer", accountId, recipient, amount, ...common };
    }
    case "withdraw":
      return operation;
    case "changePubKey":
      return { type: "changePubKey", accountId: operation.accountId, ...common };
    case "forcedExit": {
      const { initiatorAccountId: accountId, recipient } = operation;
      return { type: "forcedExit", accountId, recipient, ...common };
    }
  }
}
