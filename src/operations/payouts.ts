import type { OperationSpec } from "./definition.ts";
import type { PublicOperation } from "./operation.ts";
import type { Payout } from "./rules.ts";
import { OPERATIONS } from "./table.ts";

/**
 * Lists the payouts of operations, as L1 makes them.
 *
 * @param operations - Operations of a block, by slot.
 * @returns Recipients with amounts in the token's smallest unit, in the order of the operations,
 * without amounts of 0.
 *
 * @example
 * const { blockNumber } = await (
 *   await alice.withdraw({ token: "ETH", amount: 5n })
 * ).wait();
 * const { applied } = rollup.operator.block(blockNumber);
 * payoutsOf(applied.block.operations).map(({ amount }) => amount); // [5n]
 */
export function payoutsOf(operations: readonly PublicOperation[]): Payout[] {
  return operations.flatMap((operation) => {
    const payout = payoutOf(operation);
    return payout === undefined || payout.amount === 0n ? [] : [payout];
  });
}

/** Returns the payout of an operation, also of 0; undefined if its kind has none. */
export function payoutOf(operation: PublicOperation): Payout | undefined {
  const { payout }: OperationSpec = OPERATIONS[operation.type];
  if (!payout || !("tokenId" in operation && "amount" in operation)) return undefined;
  const { tokenId, amount } = operation;
  if ("recipient" in operation) return { recipient: operation.recipient, tokenId, amount };
  return "owner" in operation ? { recipient: operation.owner, tokenId, amount } : undefined;
}
