import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "refund",
  code: 8,
  summary: "Serves a deposit without crediting it: L1 pays it back to its owner.",
  origin: "l1",
  record: { token: "tokenId" },
  extension: {
    address: { name: "owner", type: "address" },
    value: { name: "amount", type: "amount" },
  },
  payout: true,
  effects: {},
  l1: { serves: "deposit", commitGas: 5_600, memoryWords: 12 },
} as const satisfies OperationSpec;
