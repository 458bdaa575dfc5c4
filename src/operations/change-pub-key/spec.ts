import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "changePubKey",
  code: 6,
  summary:
    "Sets the signing key of an account; signed by the new key, authorized by the owner on L1.",
  origin: "l2",
  record: { accountA: "accountId", token: "tokenId", fee: "fee" },
  extension: {
    nonce: { name: "nonce", type: "nonce" },
    address: { name: "owner", type: "address" },
    value: { name: "pubKeyHash", type: "field" },
  },
  payout: false,
  effects: { setsKey: true },
  message: { type: "changePubKey", columns: [] },
  l1: { consent: true, commitGas: 2_400, memoryWords: 20 },
} as const satisfies OperationSpec;
