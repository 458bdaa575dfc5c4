import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "fullExit",
  code: 5,
  summary:
    "Moves all of a token out to the owner, on request on L1; nothing if the sender is not the owner.",
  origin: "l1",
  record: { accountA: "accountId", token: "tokenId" },
  extension: {
    address: { name: "owner", type: "address" },
    value: { name: "amount", type: "amount" },
  },
  payout: true,
  effects: { debits: "accountA" },
  l1: { serves: "fullExit", commitGas: 5_500, memoryWords: 13 },
} as const satisfies OperationSpec;
