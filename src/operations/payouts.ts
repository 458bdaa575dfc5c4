import type { PublicOperation } from "./operation.ts";
import type { Payout } from "./rules.ts";

/** What L1 pays out for operations, by their public data and in their order; none of nothing. */
export function payoutsOf(operations: readonly PublicOperation[]): Payout[] {
  return operations.flatMap((operation) => {
    switch (operation.type) {
      case "withdraw":
      case "forcedExit":
        return payoutTo(operation.recipient, operation);
      case "fullExit":
      case "refund":
        return payoutTo(operation.owner, operation);
      default:
        return [];
    }
  });
}

function payoutTo(recipient: bigint, { tokenId, amount }: Omit<Payout, "recipient">): Payout[] {
  return amount === 0n ? [] : [{ recipient, tokenId, amount }];
}
