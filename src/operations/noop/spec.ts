import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "noop",
  code: 0,
  summary: "Fills an unused slot of a block.",
  origin: "padding",
  record: {},
  extension: {},
  payout: false,
  effects: {},
  l1: { commitGas: 0, memoryWords: 0 },
} as const satisfies OperationSpec;
