import type { OperationSpec } from "./definition.ts";
import type { PublicOperation } from "./operation.ts";
import type { Payout } from "./rules.ts";
import { OPERATIONS } from "./table.ts";

/** Lists the payouts of operations, by their public data and in their order, without those of 0. */
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
