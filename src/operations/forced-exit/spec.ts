import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "forcedExit",
  code: 7,
  summary: "Moves all of a token of an account without a signing key out to its owner.",
  origin: "l2",
  record: {
    accountA: "initiatorAccountId",
    accountB: "targetAccountId",
    token: "tokenId",
    fee: "fee",
  },
  extension: {
    address: { name: "recipient", type: "address" },
    value: { name: "amount", type: "amount" },
  },
  payout: true,
  effects: { debits: "accountB" },
  message: { type: "forcedExit", columns: ["recipient"] },
  l1: { commitGas: 2_700, memoryWords: 7 },
} as const satisfies OperationSpec;
