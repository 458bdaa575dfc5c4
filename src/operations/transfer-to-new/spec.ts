import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "transferToNew",
  code: 3,
  summary: "Moves an amount to an address that has no account, and creates the account.",
  origin: "l2",
  record: {
    accountA: "fromAccountId",
    accountB: "toAccountId",
    token: "tokenId",
    amount: "amount",
    fee: "fee",
  },
  extension: { address: { name: "recipient", type: "address" } },
  payout: false,
  effects: { debits: "accountA", credits: "accountB" },
  // The operator decides whether the recipient needs a new account, not the signer.
  message: { type: "transfer", columns: ["recipient", "amount"] },
  l1: { commitGas: 1_900, memoryWords: 0 },
} as const satisfies OperationSpec;
