import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "deposit",
  code: 1,
  summary:
    "Credits a deposit from L1 to an account of its owner, which is created if it does not exist.",
  origin: "l1",
  record: { accountB: "accountId", token: "tokenId" },
  extension: {
    address: { name: "owner", type: "address" },
    value: { name: "amount", type: "amount" },
  },
  payout: false,
  effects: { credits: "accountB" },
  l1: { serves: "deposit", commitGas: 5_300, memoryWords: 12 },
} as const satisfies OperationSpec;
