import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "withdraw",
  code: 4,
  summary: "Moves an amount out to an L1 address.",
  origin: "l2",
  record: { accountA: "accountId", token: "tokenId", fee: "fee" },
  extension: {
    address: { name: "recipient", type: "address" },
    value: { name: "amount", type: "amount" },
  },
  payout: true,
  effects: { debits: "accountA" },
  message: { type: "withdraw", columns: ["recipient", "amount"] },
  l1: { commitGas: 2_600, memoryWords: 6 },
} as const satisfies OperationSpec;
