/**
 * Lists that begin with the newest and reach back through the memory into the store.
 *
 * What is in memory is taken as one value, and the store is asked only for what came before it, so
 * nothing is missing or twice where they meet.
 */
import { rpcError } from "../api/errors.ts";
import type { RpcParams, RpcResult } from "../api/methods.ts";
import { PAGE_ITEMS_DEFAULT } from "../api/schemas.ts";
import type { SlotPlace } from "../operator/history.ts";
import { type BlockRecord, numberOf } from "../operator/ledger/blocks.ts";
import type { Ledger } from "../operator/ledger/ledger.ts";
import { blockOf, requestReceipt, transactionReceipt } from "../operator/ledger/queries.ts";
import { accountsOf, type BlockSummary, summarizeBlock } from "../operator/ledger/summary.ts";
import type { Operator } from "../operator/operator.ts";
import type { Operation } from "../operations/operation.ts";
import { cursorInvalid, readIndex } from "./cursors.ts";
import { pastSlot, presentSlot } from "./slots.ts";

type PageOptions = RpcParams<"rollup_getBlocks">[0];
type HistoryOptions = RpcParams<"rollup_getAccountTransactions">[1];
type AccountTransaction = NonNullable<RpcResult<"rollup_getAccountTransactions">>["items"][number];
type L1Step = RpcResult<"rollup_getL1Transactions">["items"][number];

/** Blocks, or operations of an account, that are looked through for one page. */
const SCANNED_MAX = 1_000;
/** Rows that are read from the store at a time, while a page is not full. */
const ROWS_MAX = 250;

/** Lists blocks; a cursor is the number of the block to begin with. */
export async function listBlocks(
  operator: Operator,
  { cursor, limit = PAGE_ITEMS_DEFAULT }: PageOptions,
): Promise<RpcResult<"rollup_getBlocks">> {
  const newest = cursor === undefined ? Infinity : readIndex("rollup_getBlocks", cursor);
  const ledger = operator.checkpoint();
  const firstBlock = await operator.firstBlock();
  const items: BlockSummary[] = [];
  for await (const block of blocksFrom(operator, ledger, newest, limit + 1)) {
    if (items.length === limit) return { items, firstBlock, next: String(block.blockNumber) };
    items.push(block);
  }
  return { items, firstBlock };
}

/** Blocks of any age down from a number, until one is missing. @param rows - Of one reading. */
async function* blocksFrom(
  operator: Operator,
  ledger: Ledger,
  newest: number,
  rows: number,
): AsyncGenerator<BlockSummary> {
  const before = startOf(ledger);
  let number = Math.min(newest, before + ledger.blocks.length);
  for (; number > before; number--) yield summarizeBlock(blockOf(ledger, number)!);
  while (number > 0) {
    const found = await operator.pastBlocks(number, rows);
    for (const block of found) {
      if (block.blockNumber !== number) return;
      yield block;
      number--;
    }
    if (found.length < rows) return;
  }
}

/** Number of the last block that has left the memory. */
function startOf({ start }: Ledger): number {
  return start.storedBlock.blockNumber;
}

// -------------------------------------------------------------------------------- L1 transactions

/** Steps of a block in the order of a list: the last comes first. */
const STEPS = ["execute", "prove", "commit"] as const;

/**
 * Lists L1 transactions in the order of the newest block of each; a cursor is that block and the
 * step.
 */
export async function listL1Transactions(
  operator: Operator,
  { cursor, limit = PAGE_ITEMS_DEFAULT }: PageOptions,
): Promise<RpcResult<"rollup_getL1Transactions">> {
  const from = cursor === undefined ? { number: Infinity, step: 0 } : readStepCursor(cursor);
  const ledger = operator.checkpoint();
  const firstBlock = await operator.firstBlock();
  const page = new StepsPage(from, limit);
  // The block after the first one says whether a transaction has been listed with it.
  for await (const block of blocksFrom(operator, ledger, from.number + 1, ROWS_MAX)) {
    if (page.isWholeBefore(block)) break;
    page.add(block);
  }
  const { items, next } = page;
  return { items, firstBlock, ...(next !== undefined && { next }) };
}

interface StepPlace {
  readonly number: number;
  /** Index in {@link STEPS}. */
  readonly step: number;
}

/** @throws RPC_PARAMS_INVALID */
function readStepCursor(cursor: string): StepPlace {
  const [, number, name] = /^(\d{1,15})-(execute|prove|commit)$/.exec(cursor) ?? [];
  const step = STEPS.findIndex((known) => known === name);
  if (step < 0) throw cursorInvalid("rollup_getL1Transactions");
  return { number: Number(number), step };
}

/** Gathers the transactions of blocks, which come down from the newest. */
class StepsPage {
  readonly items: L1Step[] = [];
  /** Cursor of the first transaction that has no room. */
  next: string | undefined;
  readonly #from: StepPlace;
  readonly #limit: number;
  /** Listed transactions that may have more blocks, by step. */
  readonly #open = new Map<L1Step["step"], L1Step>();
  #above: BlockSummary | undefined;
  #scanned = 0;

  constructor(from: StepPlace, limit: number) {
    this.#from = from;
    this.#limit = limit;
  }

  /** Whether the page is full, and no transaction in it has this block too. */
  isWholeBefore(block: BlockSummary): boolean {
    if (this.next === undefined) return false;
    return STEPS.every((step) => this.#openFor(block, step) === undefined);
  }

  add(block: BlockSummary): void {
    if (this.#scanned >= SCANNED_MAX) this.next ??= `${block.blockNumber}-${STEPS[0]}`;
    for (const step of STEPS) {
      const open = this.#openFor(block, step);
      if (open === undefined) this.#begin(block, step);
      else open.blocks.unshift(block.blockNumber);
    }
    this.#above = block;
    this.#scanned++;
  }

  #openFor(block: BlockSummary, step: L1Step["step"]): L1Step | undefined {
    const open = this.#open.get(step);
    return open?.transaction.hash === block[step]?.hash ? open : undefined;
  }

  #begin(block: BlockSummary, step: L1Step["step"]): void {
    this.#open.delete(step);
    const { [step]: transaction, blockNumber } = block;
    const isListed = transaction?.hash === this.#above?.[step]?.hash;
    if (transaction === undefined || isListed || this.#isAfter(blockNumber, step)) return;
    if (this.items.length === this.#limit) this.next ??= `${blockNumber}-${step}`;
    if (this.next !== undefined) return;
    const item: L1Step = { step, transaction, blocks: [blockNumber] };
    this.items.push(item);
    this.#open.set(step, item);
  }

  /** Whether a transaction comes in a page before. */
  #isAfter(number: number, step: L1Step["step"]): boolean {
    const { number: first, step: firstStep } = this.#from;
    return number > first || (number === first && STEPS.indexOf(step) < firstStep);
  }
}

// ----------------------------------------------------------------------- operations of an account

/**
 * Lists what has touched an account; a cursor names the item to begin with, wherever it stands by
 * then.
 */
export async function listAccountTransactions(
  operator: Operator,
  accountId: number,
  { cursor, limit = PAGE_ITEMS_DEFAULT, type, tokenId }: HistoryOptions,
): Promise<NonNullable<RpcResult<"rollup_getAccountTransactions">>> {
  const ledger = operator.checkpoint();
  const firstBlock = await operator.firstBlock();
  const newest = cursor === undefined ? undefined : await placeOf(operator, ledger, cursor);
  const isWanted = (item: AccountTransaction) =>
    (type === undefined || item.type === type) &&
    (tokenId === undefined || item.data["tokenId"] === tokenId);
  const items: AccountTransaction[] = [];
  let scanned = 0;
  for await (const item of touching(operator, ledger, { accountId, newest, limit })) {
    if (item.blockNumber < firstBlock) break;
    const isFull = items.length === limit && isWanted(item);
    if (isFull || scanned++ === SCANNED_MAX) return { items, firstBlock, next: nameOf(item) };
    if (isWanted(item)) items.push(item);
  }
  return { items, firstBlock };
}

/** Names an item in a cursor: by the transaction's hash, or the id of the L1 request. */
function nameOf({ hash, requestId }: AccountTransaction): string {
  return hash ?? String(requestId);
}

/** Where the item of a cursor stands. @throws RPC_PARAMS_INVALID, RPC_CURSOR_GONE */
async function placeOf(operator: Operator, ledger: Ledger, cursor: string): Promise<SlotPlace> {
  const isHash = /^0x[0-9a-f]{64}$/.test(cursor);
  const receipt = isHash
    ? (transactionReceipt(ledger, cursor) ?? (await operator.findReceipt(cursor)))
    : await findRequest(operator, ledger, readIndex("rollup_getAccountTransactions", cursor));
  const { blockNumber, slotIndex } = receipt ?? {};
  if (blockNumber !== undefined && slotIndex !== undefined) return { blockNumber, slotIndex };
  throw rpcError({ code: "RPC_CURSOR_GONE", cursor });
}

async function findRequest(operator: Operator, ledger: Ledger, requestId: number) {
  return requestReceipt(ledger, requestId) ?? operator.findRequestReceipt(requestId);
}

interface TouchingOptions {
  readonly accountId: number;
  /** The first of the list; undefined for the newest of all. */
  readonly newest: SlotPlace | undefined;
  /** Rows that are enough if all are wanted. */
  readonly limit: number;
}

async function* touching(
  operator: Operator,
  ledger: Ledger,
  { accountId, newest, limit }: TouchingOptions,
): AsyncGenerator<AccountTransaction> {
  const isListed = ({ blockNumber, slotIndex }: SlotPlace) =>
    newest === undefined ||
    blockNumber < newest.blockNumber ||
    (blockNumber === newest.blockNumber && slotIndex <= newest.slotIndex);
  for (const item of presentTouching(ledger, accountId)) if (isListed(item)) yield item;
  const end = { blockNumber: startOf(ledger) + 1, slotIndex: 0 };
  const isPast = newest !== undefined && newest.blockNumber < end.blockNumber;
  let before = isPast ? { ...newest, slotIndex: newest.slotIndex + 1 } : end;
  for (let rows = limit + 1; ; rows = ROWS_MAX) {
    const found = await operator.pastOperationsOf(accountId, { before, limit: rows });
    for (const past of found) {
      const { blockNumber, timestamp } = past;
      yield { ...pastSlot(past), blockNumber, status: "executed", timestamp };
    }
    if (found.length < rows) return;
    before = found.at(-1)!;
  }
}

function* presentTouching(ledger: Ledger, accountId: number): Generator<AccountTransaction> {
  const { open, blocks } = ledger;
  const { blockNumber, timestamp } = open.block.header;
  for (let slot = open.items.length - 1; slot >= 0; slot--) {
    const { operation } = open.block.slots[slot]!;
    if (!accountsOf(operation).includes(accountId)) continue;
    const shown = presentSlot(operation, open.items[slot], slot);
    yield { ...shown, blockNumber, status: "accepted", timestamp };
  }
  for (let index = blocks.length - 1; index >= 0; index--) {
    yield* touchingIn(blocks[index]!, accountId);
  }
}

function* touchingIn(block: BlockRecord, accountId: number): Generator<AccountTransaction> {
  const { items, status: stage, applied } = block;
  const { timestamp, operations } = applied.block;
  const status = stage === "sealed" ? "accepted" : stage;
  for (const slot of slotsByAccount(operations).get(accountId)?.toReversed() ?? []) {
    const shown = presentSlot(operations[slot]!, items[slot], slot);
    yield { ...shown, blockNumber: numberOf(block), status, timestamp };
  }
}

/** Slots by account of blocks in memory that were asked for; whoever asks again finds them. */
const knownSlots = new WeakMap<readonly Operation[], ReadonlyMap<number, readonly number[]>>();

function slotsByAccount(operations: readonly Operation[]): ReadonlyMap<number, readonly number[]> {
  const known = knownSlots.get(operations);
  if (known !== undefined) return known;
  const slots = new Map<number, number[]>();
  for (const [slot, operation] of operations.entries()) {
    for (const accountId of accountsOf(operation)) {
      const before = slots.get(accountId);
      if (before === undefined) slots.set(accountId, [slot]);
      else before.push(slot);
    }
  }
  knownSlots.set(operations, slots);
  return slots;
}
