/** Answers about single blocks and transactions, of any age. */
import type { RpcParams, RpcResult } from "../api/methods.ts";
import { PAGE_ITEMS_DEFAULT } from "../api/schemas.ts";
import type { Item } from "../operator/ledger/sequence.ts";
import type { Operator } from "../operator/operator.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { toJson } from "../util/json.ts";
import { readIndex } from "./cursors.ts";
import { pastSlot, presentSlot, presentSlots, type Slot } from "./slots.ts";

type PageOptions = RpcParams<"rollup_getBlocks">[0];
type StateName = RpcParams<"rollup_getAccountState">[1];
type TransactionDetails = NonNullable<RpcResult<"rollup_getTransaction">>;

/** Finds the state of a name. */
export function stateOf(operator: Operator, name: StateName): RollupState {
  if (name === "accepted") return operator.state;
  const { committed, executed } = operator.progress;
  const block = operator.block(name === "committed" ? committed : executed);
  return block === undefined ? operator.checkpoint().start.state : block.applied.state;
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

/** Slots of a block that has left the memory; undefined if it is not known. */
async function pastSlots(
  operator: Operator,
  number: number | "latest",
): Promise<Slot[] | undefined> {
  if (number === "latest" || (await operator.findBlock(number)) === undefined) return undefined;
  return (await operator.pastOperations(number)).map(pastSlot);
}

/** Finds a transaction with its operation, and what was signed while its block is in memory. */
export async function findTransaction(
  operator: Operator,
  hash: string,
): Promise<RpcResult<"rollup_getTransaction">> {
  const receipt = await operator.findReceipt(hash);
  if (receipt === undefined) return null;
  const { blockNumber, slotIndex } = receipt;
  const alone = { receipt, batch: [hash] };
  if (blockNumber === undefined || slotIndex === undefined) return alone;
  const placed =
    findPresent(operator, blockNumber, slotIndex) ??
    (await findPast(operator, blockNumber, slotIndex));
  // The block may have been rebuilt since the receipt was read.
  return placed?.operation?.hash === hash ? { receipt, ...placed } : alone;
}

type Placed = Omit<TransactionDetails, "receipt">;

function findPresent(operator: Operator, blockNumber: number, slot: number): Placed | undefined {
  const block = operator.block(blockNumber);
  const { open } = operator.checkpoint();
  const isOpen = open.block.header.blockNumber === blockNumber;
  const items = block?.items ?? (isOpen ? open.items : undefined);
  const item = items?.[slot];
  if (items === undefined || item?.kind !== "transaction") return undefined;
  const source = block?.applied.block.operations[slot] ?? open.block.slots[slot]!.operation;
  const data = toJson(item.transaction) as Record<string, unknown>;
  const batch = around(items, slot, linksNext).map(hashOf);
  return { batch, data, operation: presentSlot(source, item, slot) };
}

async function findPast(
  operator: Operator,
  blockNumber: number,
  slot: number,
): Promise<Placed | undefined> {
  const operations = await operator.pastOperations(blockNumber);
  const found = operations[slot];
  if (found === undefined) return undefined;
  const isLinked = ({ fields }: { readonly fields: Readonly<Record<string, unknown>> }) =>
    fields["linksNext"] === true;
  const batch = around(operations, slot, isLinked).map(({ hash }) => hash!);
  return { batch, operation: pastSlot(found) };
}

function hashOf(item: Item): string {
  return (item as Extract<Item, { kind: "transaction" }>).hash;
}

function linksNext(item: Item): boolean {
  return item.kind === "transaction" && item.linksNext === true;
}

/** The members of a batch, by one of them. */
function around<T>(all: readonly T[], place: number, isLinked: (member: T) => boolean): T[] {
  const linksAt = (index: number) => index >= 0 && isLinked(all[index]!);
  let first = place;
  while (linksAt(first - 1)) first--;
  let last = place;
  while (linksAt(last)) last++;
  return all.slice(first, last + 1);
}
