import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "transfer",
  code: 2,
  summary: "Moves an amount to an existing account of the signed recipient.",
  origin: "l2",
  record: {
    accountA: "fromAccountId",
    accountB: "toAccountId",
    token: "tokenId",
    amount: "amount",
    fee: "fee",
  },
  extension: {},
  payout: false,
  effects: { debits: "accountA", credits: "accountB" },
  message: { type: "transfer", columns: ["recipient", "amount"] },
  l1: { commitGas: 0, memoryWords: 0 },
} as const satisfies OperationSpec;
