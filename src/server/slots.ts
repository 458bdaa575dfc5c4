/** Operations in their slots as clients see them, from the memory or from the store. */
import type { RpcResult } from "../api/methods.ts";
import type { Operation } from "../operations/operation.ts";
import type { PastOperation } from "../operator/history.ts";
import type { BlockRecord } from "../operator/ledger/blocks.ts";
import type { Item } from "../operator/ledger/sequence.ts";
import { toJson } from "../util/json.ts";

export type Slot = NonNullable<RpcResult<"rollup_getBlockOperations">>["items"][number];

/** @param item - What the operation was made of, if it is no padding. */
export function presentSlot(operation: Operation, item: Item | undefined, slotIndex: number): Slot {
  const { type, ...fields } = operation;
  return { slotIndex, type, ...nameOf(item), data: toData(fields) };
}

export function presentSlots({ applied, items }: BlockRecord): Slot[] {
  return applied.block.operations.map((operation, slotIndex) =>
    presentSlot(operation, items[slotIndex], slotIndex),
  );
}

export function pastSlot({ slotIndex, type, hash, requestId, fields }: PastOperation): Slot {
  return {
    slotIndex,
    type,
    ...(hash !== undefined && { hash }),
    ...(requestId !== undefined && { requestId }),
    data: toData(fields),
  };
}

function toData(fields: object): Record<string, unknown> {
  return toJson(fields) as Record<string, unknown>;
}

/** What an operation was made of, by its name. @param item - None if it is padding. */
export function nameOf(item: Item | undefined): Pick<PastOperation, "hash" | "requestId"> {
  if (item === undefined) return {};
  return item.kind === "transaction" ? { hash: item.hash } : { requestId: item.request.requestId };
}
