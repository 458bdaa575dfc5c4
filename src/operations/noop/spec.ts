import type { OperationSpec } from "../definition.ts";

export const spec = {
  name: "noop",
  code: 0,
  summary: "Fills a slot of a block that has nothing else to do.",
  origin: "padding",
  record: {},
  extension: {},
  payout: false,
  effects: {},
  l1: { commitGas: 0, memoryWords: 0 },
} as const satisfies OperationSpec;
