/** Answers about blocks and transactions that the operator keeps in memory. */
import { rpcError } from "../api/errors.ts";
import type { RpcMethod, RpcParams, RpcResult } from "../api/methods.ts";
import { PAGE_ITEMS_DEFAULT } from "../api/schemas.ts";
import { type BlockRecord, numberOf } from "../operator/ledger/blocks.ts";
import type { Item } from "../operator/ledger/sequence.ts";
import type { Operator } from "../operator/operator.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { toJson } from "../util/json.ts";

type PageOptions = RpcParams<"rollup_getBlocks">[0];
type StateName = RpcParams<"rollup_getAccountState">[1];
type L1Step = RpcResult<"rollup_getL1Transactions">["items"][number];

/** Finds the state of a name. */
export function stateOf(operator: Operator, name: StateName): RollupState {
  if (name === "accepted") return operator.state;
  const { committed, executed } = operator.progress;
  const block = operator.block(name === "committed" ? committed : executed);
  return block === undefined ? operator.checkpoint().start.state : block.applied.state;
}

/** Lists blocks, latest first; a cursor is the number of the block to begin with. */
export function listBlocks<T>(
  operator: Operator,
  { cursor, limit = PAGE_ITEMS_DEFAULT }: PageOptions,
  toItem: (block: BlockRecord) => T,
): { items: T[]; next?: string } {
  const last = cursor === undefined ? Infinity : readIndex("rollup_getBlocks", cursor);
  const found = operator.blocks.filter((block) => numberOf(block) <= last).toReversed();
  const next = found[limit];
  const items = found.slice(0, limit).map(toItem);
  return { items, ...(next && { next: String(numberOf(next)) }) };
}

/** Lists the operations of a block of any age; a cursor is the slot to begin with. */
export async function listBlockOperations(
  operator: Operator,
  number: number | "latest",
  { cursor, limit = PAGE_ITEMS_DEFAULT }: PageOptions,
): Promise<RpcResult<"rollup_getBlockOperations">> {
  const first = cursor === undefined ? 0 : readIndex("rollup_getBlockOperations", cursor);
  const block = number === "latest" ? operator.blocks.at(-1) : operator.block(number);
  const slots = block === undefined ? await pastSlots(operator, number) : presentSlots(block);
  if (slots === undefined) return null;
  const next = first + limit;
  const items = slots.slice(first, next);
  return { items, ...(next < slots.length && { next: String(next) }) };
}

type Slot = NonNullable<RpcResult<"rollup_getBlockOperations">>["items"][number];

function presentSlots({ applied, items }: BlockRecord): Slot[] {
  return applied.block.operations.map(({ type, ...fields }, slotIndex) => {
    const data = toJson(fields) as Record<string, unknown>;
    return { slotIndex, type, ...nameOf(items[slotIndex]), data };
  });
}

/** Slots of a block that has left the memory; undefined if it is not known. */
async function pastSlots(
  operator: Operator,
  number: number | "latest",
): Promise<Slot[] | undefined> {
  if (number === "latest" || (await operator.findBlock(number)) === undefined) return undefined;
  const operations = await operator.pastOperations(number);
  return operations.map(({ slotIndex, type, hash, requestId, fields }) => ({
    slotIndex,
    type,
    ...(hash !== undefined && { hash }),
    ...(requestId !== undefined && { requestId }),
    data: toJson(fields) as Record<string, unknown>,
  }));
}

function nameOf(item: Item | undefined): { hash?: string; requestId?: number } {
  if (item === undefined) return {};
  return item.kind === "transaction" ? { hash: item.hash } : { requestId: item.request.requestId };
}

/** Finds a transaction with what was signed, while its block is kept. */
export async function findTransaction(
  operator: Operator,
  hash: string,
): Promise<RpcResult<"rollup_getTransaction">> {
  const receipt = await operator.findReceipt(hash);
  if (receipt === undefined) return null;
  const { blockNumber, slotIndex } = receipt;
  const items = blockNumber === undefined ? undefined : itemsOf(operator, blockNumber);
  const item = slotIndex === undefined ? undefined : items?.[slotIndex];
  if (items === undefined || item?.kind !== "transaction" || item.hash !== hash) {
    return { receipt, batch: [hash] };
  }
  const data = toJson(item.transaction) as Record<string, unknown>;
  return { receipt, batch: batchAround(items, slotIndex!), data };
}

function itemsOf(operator: Operator, blockNumber: number): readonly Item[] | undefined {
  const block = operator.block(blockNumber);
  if (block !== undefined) return block.items;
  const { open } = operator.checkpoint();
  return open.block.header.blockNumber === blockNumber ? open.items : undefined;
}

function batchAround(items: readonly Item[], place: number): string[] {
  const linksNext = (index: number) => {
    const item = items[index];
    return item?.kind === "transaction" && item.linksNext === true;
  };
  let first = place;
  while (linksNext(first - 1)) first--;
  let last = place;
  while (linksNext(last)) last++;
  return items
    .slice(first, last + 1)
    .flatMap((item) => (item.kind === "transaction" ? [item.hash] : []));
}

/** Lists L1 transactions of kept blocks, latest first; a cursor is step and hash of the next. */
export function listL1Transactions(
  operator: Operator,
  { cursor, limit = PAGE_ITEMS_DEFAULT }: PageOptions,
): RpcResult<"rollup_getL1Transactions"> {
  const found = new Map<string, L1Step>();
  for (const block of operator.blocks.toReversed()) {
    for (const step of ["execute", "prove", "commit"] as const) {
      const transaction = transactionOf(block, step);
      if (transaction === undefined) continue;
      const key = `${step}-${transaction.hash}`;
      const known = found.get(key) ?? { step, transaction, blocks: [] };
      found.set(key, { ...known, blocks: [numberOf(block), ...known.blocks] });
    }
  }
  const all = [...found].sort(
    ([, one], [, other]) => other.transaction.blockNumber - one.transaction.blockNumber,
  );
  const first = cursor === undefined ? 0 : all.findIndex(([key]) => key === cursor);
  if (first < 0) throw rpcError({ code: "RPC_CURSOR_GONE", cursor: cursor! });
  const next = all[first + limit];
  const items = all.slice(first, first + limit).map(([, step]) => step);
  return { items, ...(next && { next: next[0] }) };
}

function transactionOf(block: BlockRecord, step: L1Step["step"]) {
  return step in block
    ? (block as { [S in typeof step]?: L1Step["transaction"] })[step]
    : undefined;
}

/** @throws RPC_PARAMS_INVALID for a cursor that is none. */
function readIndex(method: RpcMethod, cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  const reason = "expected the cursor of a page";
  throw rpcError({ code: "RPC_PARAMS_INVALID", method, path: "cursor", reason });
}
