/** Converts transactions and L1 requests to operations, and signed operations back. */
import type { RollupState } from "../state/rollup-state.ts";
import type { OperationSpec } from "./definition.ts";
import type { DepositRequest } from "./deposit/operation.ts";
import type { FullExitRequest } from "./full-exit/operation.ts";
import type { Operation, SignedOperation } from "./operation.ts";
import { definitionOf, OPERATIONS } from "./table.ts";
import type { SignedTransaction } from "./transaction.ts";

export type { DepositRequest };
/** A request in the priority queue on L1. */
export type PriorityRequest = DepositRequest | FullExitRequest;

/**
 * Creates the operation of a transaction or an L1 request on the given state: looks up the accounts
 * of addresses and the amounts of exits, and refunds a deposit without a place. Applying the
 * operation does all checks.
 *
 * @param state - The state that the operation is applied to.
 * @param source - A signed transaction, or a request of the priority queue.
 * @returns The operation; a deposit without a place becomes a refund.
 * @throws ADDRESS_WITHOUT_ACCOUNT if the target of a forced exit has no account,
 * ACCOUNT_CAPACITY_REACHED if a transfer needs a new account and all are taken,
 * ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
 *
 * @example
 * const genesis = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
 * const request = { type: "deposit", owner: 0xa11cen, tokenId: 0, amount: 100n };
 * toOperation(genesis, request); // { ...request, accountId: 1 }
 */
export function toOperation(
  state: RollupState,
  source: SignedTransaction | PriorityRequest,
): Operation {
  const definition = definitionOf(source.type);
  if (definition.fromSource !== undefined) {
    return definition.fromSource(state, source) as Operation;
  }
  const { accountId, ...rest } = source as SignedTransaction;
  return { ...rest, [definition.spec.record.accountA!]: accountId } as unknown as Operation;
}

/**
 * Returns the signed transaction of an operation: the inverse of {@link toOperation}.
 *
 * @param operation - A signed operation, such as one of a sealed block.
 *
 * @example
 * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
 * const [block] = await rollup.processBlocks();
 * const transaction = toTransaction(block.applied.block.operations[0]);
 * transaction.recipient === BigInt(bob.address); // true
 */
export function toTransaction(operation: SignedOperation): SignedTransaction {
  const { tokenId, fee, nonce, validFrom, validUntil, publicKey, signature } = operation;
  const { record, message }: OperationSpec = OPERATIONS[operation.type];
  const values = operation as unknown as Readonly<Record<string, unknown>>;
  const columns = message.columns.map((column) => [column, values[column]] as const);
  return {
    type: message.type,
    accountId: values[record.accountA!],
    ...Object.fromEntries(columns),
    tokenId,
    fee,
    nonce,
    validFrom,
    validUntil,
    publicKey,
    signature,
  } as unknown as SignedTransaction;
}
