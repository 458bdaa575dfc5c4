/**
 * The order of operations. Whatever is accepted gets its slot in the open block at once and keeps
 * its place among the others. When the open block takes no more, or its time has come, its
 * operations are cut into the blocks that cost least. All functions are pure; a refusal leaves
 * nothing behind.
 *
 * A block's timestamp is fixed while operations are added to it, so one that is accepted holds at
 * inclusion. When the clock of L1 moves on, the open block is rebuilt with the later timestamp, and
 * what has expired is rejected.
 */
import {
  type AppliedBlock,
  appendOperation,
  hasRoom,
  linksNext as operationLinksNext,
  type OpenBlock,
  openBlock,
  sealBlock,
} from "../../block/block.ts";
import { addNeeds, operationNeeds } from "../../block/needs.ts";
import type { L1Cost, L1Limits } from "../../l1/gas.ts";
import type { QueuedRequest } from "../../l1/types.ts";
import { splitBatches } from "../../operations/batch.ts";
import { opsError } from "../../operations/errors.ts";
import { toOperation } from "../../operations/to-operation.ts";
import type { Operation } from "../../operations/operation.ts";
import type { SignedTransaction } from "../../operations/transaction.ts";
import { GENESIS_FEE_ACCOUNT_ID } from "../../protocol/constants.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import type { InclusionGroup } from "../../receipts/inclusion.ts";
import { isRollupError } from "../../util/errors.ts";
import { addOperationCost, EMPTY_BLOCK_COST, fitsBlock } from "./budget.ts";
import { operatorError } from "../errors.ts";
import { cheapestPartition } from "./partition.ts";
import { type Rejection, toRejection } from "./rejection.ts";

/** A transaction whose signature, and for a ChangePubKey the owner's consent, has been verified. */
export interface VerifiedTransaction {
  readonly kind: "transaction";
  readonly hash: string;
  readonly transaction: SignedTransaction;
  readonly consent?: Consent;
  /** The owner's signature of the text, if a second factor has asked for it; 65 bytes of 0x-hex. */
  readonly ethereumSignature?: string;
  /** Whether the next item belongs to the same batch. */
  readonly linksNext?: true;
  /** What was promised about it when it was accepted. */
  readonly promise?: InclusionTerms;
}

/** A promise at acceptance, besides what the transaction itself says; see docs/receipts.md. */
export interface InclusionTerms {
  /** What it has in common with others of its time. */
  readonly group: InclusionGroup;
  /** Last Unix second of blocks that must have the transaction. */
  readonly validUntil: bigint;
}

/** The owner's consent to a new signing key. */
export interface Consent {
  /** L1 address, uint160: after a rebuild the account may belong to another address. */
  readonly owner: bigint;
  /** What L1 is shown, 0x-hex. */
  readonly authorization: string;
}

/** The content of a slot, in a form that can be placed into another block again. */
export type Item =
  VerifiedTransaction | { readonly kind: "request"; readonly request: QueuedRequest };

/** The items of a block, and in the same order the slots they take. */
export interface OpenSlots {
  readonly items: readonly Item[];
  readonly block: OpenBlock;
  /** Of the L1 transaction that commits this block alone, at most. */
  readonly cost: L1Cost;
}
export interface SealedSlots {
  readonly items: readonly Item[];
  readonly applied: AppliedBlock;
}

/** What decides where a block ends. */
export interface SealingRules {
  /** What a block must fit into. */
  readonly limits: L1Limits;
  /** What a block costs besides its proof, in constraints. */
  readonly blockOverhead: number;
}

/** Sealed blocks, and the open one that takes the next operation. */
export interface Sequence extends SealingRules {
  /** Oldest first. */
  readonly sealed: readonly SealedSlots[];
  readonly open: OpenSlots;
}

/** A transaction that was accepted and does not hold any more. */
export interface DroppedItem {
  readonly item: VerifiedTransaction;
  readonly rejection: Rejection;
}

/**
 * An empty block on a state.
 *
 * @param timestamp - Unix seconds, not before the previous block's.
 */
export function openSlots(state: RollupState, blockNumber: number, timestamp: bigint): OpenSlots {
  const header = { blockNumber, timestamp, feeAccountId: GENESIS_FEE_ACCOUNT_ID };
  return { items: [], block: openBlock(state, header), cost: EMPTY_BLOCK_COST };
}

/**
 * Gives items the next slots, all of them or none: several are a batch, and stand in one block.
 *
 * They join the open block if some kind of block holds all of it. Otherwise its operations are cut
 * where it is cheapest; what comes after the last cut stays open. Some kind of block holds any
 * single operation.
 *
 * @throws The code of the first rule that one of them breaks, BATCH_LENGTH_INVALID,
 * BATCH_TOO_LARGE
 */
export function placeBatch(
  sequence: Sequence,
  batch: readonly Item[],
  { isKept = false }: Placing = {},
): Sequence {
  const { limits } = sequence;
  const open = appendBatch(sequence, batch);
  if (open !== undefined) return { ...sequence, open };
  // Shows whether the batch keeps every rule, before anything expensive.
  const next = withEmptyOpen(sequence);
  const opened = openWith(next.open, batch);
  // An item alone is as small as a block can be.
  if (batch.length > 1 && !isKept && !fits(opened, limits)) {
    const { bytes, gas } = opened.cost;
    throw operatorError({ code: "BATCH_TOO_LARGE", length: batch.length, bytes, gas });
  }
  const cut = next === sequence ? undefined : cutBeforeLast(sequence, opened);
  return cut ?? { ...next, open: opened };
}

/** The sequence itself if its open block is empty: L1 is sent no empty block. */
function withEmptyOpen(sequence: Sequence): Sequence {
  return sequence.open.items.length === 0 ? sequence : sealWhole(sequence);
}

/** How a batch is placed. */
interface Placing {
  /**
   * Whether it stands in a block of its own where it exceeds the limits, which are an estimate.
   * Default: false.
   */
  readonly isKept?: boolean;
}

/** The state after a batch in the next slots. @throws as {@link placeBatch} */
export function stateAfter(sequence: Sequence, batch: readonly Item[]): RollupState {
  const open = appendBatch(sequence, batch) ?? openWith(withEmptyOpen(sequence).open, batch);
  return open.block.state;
}

/** An empty block with items in its first slots. @throws BATCH_LENGTH_INVALID */
export function openWith(empty: OpenSlots, batch: readonly Item[]): OpenSlots {
  try {
    return batch.reduce(
      (slots, item) => appendItem(slots, item, toPlacedOperation(slots, item)),
      empty,
    );
  } catch (cause) {
    if (!isRollupError(cause) || cause.code !== "BLOCK_FULL") throw cause;
    const maximum = cause.facts["slots"] as number;
    const facts = { length: batch.length, maximum };
    throw operatorError({ code: "BATCH_LENGTH_INVALID", ...facts }, { cause });
  }
}

/**
 * Seals the operations of the open block, in the blocks that cost least, and opens the next one; an
 * empty one stays open.
 */
export function sealOpenSlots(sequence: Sequence): Sequence {
  const { items, block } = sequence.open;
  if (items.length === 0) return sequence;
  const lengths = cheapestLengths(sequence, block.slots);
  const cut = lengths.length > 1 ? cutInto(sequence, items, lengths) : undefined;
  return sealWhole(cut ?? sequence);
}

/** Seals the open block, with the cheapest kind that holds it, and opens the next one. */
function sealWhole(sequence: Sequence): Sequence {
  const { items, block } = sequence.open;
  const applied = sealBlock(block);
  const { blockNumber, timestamp } = block.header;
  return {
    ...sequence,
    sealed: [...sequence.sealed, { items, applied }],
    open: openSlots(applied.state, blockNumber + 1, timestamp),
  };
}

/**
 * Cuts the open block, and a batch that it has no room for, where it is cheapest. What comes after
 * the last cut stays open, unless that is more than half: then the batch begins the next block, and
 * the others are all sealed. So an operation is applied again only a few times, whatever comes.
 *
 * @param last - The batch in a block of its own.
 * @returns Undefined if the open block is best sealed as it is.
 */
function cutBeforeLast(sequence: Sequence, last: OpenSlots): Sequence | undefined {
  const { items, block } = sequence.open;
  const all = [...items, ...last.items];
  const slots = [...block.slots, ...last.block.slots];
  const lengths = cheapestLengths(sequence, slots);
  const kept = lengths.at(-1)!;
  if (lengths.length > 1 && kept > last.items.length && kept <= slots.length / 2) {
    const cut = cutInto(sequence, all, lengths);
    if (cut !== undefined) return cut;
  }
  const sealed = cheapestLengths(sequence, block.slots);
  if (sealed.length === 1) return undefined;
  return cutInto(sequence, all, [...sealed, last.items.length]);
}

/** The numbers of operations in the blocks that cost least. */
function cheapestLengths(
  { open, blockOverhead }: Sequence,
  slots: OpenBlock["slots"],
): readonly number[] {
  const { before, header } = open.block;
  const operations = slots.map(({ operation }) => operation);
  const batches = splitBatches(operations, operationLinksNext).map((batch) =>
    batch.map(operationNeeds).reduce(addNeeds),
  );
  const { preset } = before;
  const { feeAccountId } = header;
  let first = 0;
  return cheapestPartition({ preset, batches, feeAccountId, blockOverhead }).map((count) => {
    const block = batches.slice(first, first + count).reduce(addNeeds);
    first += count;
    return block.slots;
  });
}

/**
 * Builds blocks of these lengths in place of the open one; the last of them stays open.
 *
 * Whatever holds in one block holds in its parts: fees and deposits add up to the same, and the fee
 * account gets its fees no later.
 *
 * @returns Undefined if a block does not hold its items after all, such as their fee tokens.
 */
function cutInto(
  sequence: Sequence,
  items: readonly Item[],
  lengths: readonly number[],
): Sequence | undefined {
  const { before, header } = sequence.open.block;
  const { blockNumber, timestamp } = header;
  let next: Sequence = { ...sequence, open: openSlots(before, blockNumber, timestamp) };
  let first = 0;
  for (const length of lengths) {
    if (first > 0) next = sealWhole(next);
    const open = tryAppend(next.open, items.slice(first, first + length));
    if (open === undefined || !fits(open, sequence.limits)) return undefined;
    next = { ...next, open };
    first += length;
  }
  return next;
}

/** All items, in order. */
export function itemsOf({ sealed, open }: Sequence): Item[] {
  return [...sealed, open].flatMap(({ items }) => items);
}

/** What the end of a sequence is rebuilt of. */
export interface Rebuilding {
  /** Where it starts. */
  readonly sequence: Sequence;
  /** Unix seconds. */
  readonly timestamp: bigint;
  readonly items: readonly Item[];
  /** Items of the first blocks, which end where they did because they are promised. */
  readonly lengths: readonly number[];
  /** Why an item does not hold any more, for a reason outside the state. */
  readonly rejectionOf: (item: Item) => Rejection | undefined;
}

/**
 * Rebuilds all blocks of a sequence with a later timestamp.
 *
 * @returns The new sequence, and the transactions that do not hold any more.
 */
export function rebuildSequence({ sequence, timestamp, items, lengths, rejectionOf }: Rebuilding): {
  sequence: Sequence;
  dropped: DroppedItem[];
} {
  const oldest = sequence.sealed[0]?.applied;
  const { before } = oldest ?? sequence.open.block;
  const { blockNumber } = oldest?.block ?? sequence.open.block.header;
  const open = openSlots(before, blockNumber, timestamp);
  let next: Sequence = { ...sequence, sealed: [], open };
  const dropped: DroppedItem[] = [];
  for (const batch of splitBatches(items, linksNext)) {
    const placed = tryPlace(next, batch, rejectionOf);
    if ("rejection" in placed) dropped.push(...toDropped(batch, placed.rejection));
    else next = placed;
    if (next.open.items.length === lengths[next.sealed.length]) next = sealWhole(next);
  }
  return { sequence: next, dropped };
}

/** The sequence with a batch, or why it cannot be placed. */
function tryPlace(
  sequence: Sequence,
  batch: readonly Item[],
  rejectionOf: Rebuilding["rejectionOf"],
): Sequence | { readonly rejection: Rejection } {
  for (const item of batch) {
    const rejection = rejectionOf(item);
    if (rejection !== undefined) return { rejection };
  }
  try {
    // What is promised has been within the limits of L1, whatever they seem to be now.
    const isKept = batch.some((item) => item.kind === "transaction" && item.promise !== undefined);
    return placeBatch(sequence, batch, { isKept });
  } catch (error) {
    // A rule of an operation. No rule refuses an L1 request, so that would be a fault of ours.
    if (!isRollupError(error) || batch.some(({ kind }) => kind === "request")) throw error;
    return { rejection: toRejection(error) };
  }
}

/** Whether an item can only be placed together with the next. */
function linksNext(item: Item): boolean {
  return item.kind === "transaction" && item.linksNext === true;
}

function toDropped(batch: readonly Item[], rejection: Rejection): DroppedItem[] {
  const { code: cause, sentence } = rejection;
  const reason =
    batch.length === 1
      ? rejection
      : toRejection(operatorError({ code: "BATCH_BROKEN", cause, sentence }));
  return batch.flatMap((item) =>
    item.kind === "transaction" ? [{ item, rejection: reason }] : [],
  );
}

/** The slots with a batch, or undefined if the next block must take it. */
function appendBatch({ open, limits }: Sequence, batch: readonly Item[]): OpenSlots | undefined {
  const slots = appendItems(open, batch);
  return slots !== undefined && fits(slots, limits) ? slots : undefined;
}

/** The slots with items, or undefined if one of them has no room. */
function appendItems(open: OpenSlots, items: readonly Item[]): OpenSlots | undefined {
  let slots = open;
  for (const item of items) {
    const operation = toPlacedOperation(slots, item);
    if (!hasRoom(slots.block, operation)) return undefined;
    slots = appendItem(slots, item, operation);
  }
  return slots;
}

/** As {@link appendItems}, also undefined if an item breaks a rule. */
function tryAppend(open: OpenSlots, items: readonly Item[]): OpenSlots | undefined {
  try {
    return appendItems(open, items);
  } catch (error) {
    if (!isRollupError(error)) throw error;
    return undefined;
  }
}

function fits({ cost, block }: OpenSlots, limits: L1Limits): boolean {
  return fitsBlock(cost, block.payouts.length, limits);
}

/** The operation that an item is in the next slot. @throws OWNER_MISMATCH, and as `toOperation` */
function toPlacedOperation({ block }: OpenSlots, item: Item): Operation {
  const source = item.kind === "request" ? item.request : item.transaction;
  const link = linksNext(item) && { linksNext: true as const };
  const operation = { ...toOperation(block.state, source), ...link };
  if (operation.type === "changePubKey" && item.kind === "transaction") {
    assertConsentOf(operation.owner, operation.accountId, item.consent);
  }
  return operation;
}

function appendItem(
  { items, block, cost }: OpenSlots,
  item: Item,
  operation: Operation,
): OpenSlots {
  const consent = item.kind === "transaction" ? item.consent : undefined;
  return {
    items: [...items, item],
    block: appendOperation(block, operation),
    cost: addOperationCost(cost, operation, consent?.authorization),
  };
}

/** @throws OWNER_MISMATCH */
function assertConsentOf(owner: bigint, accountId: number, consent: Consent | undefined): void {
  if (consent === undefined || consent.owner === owner) return;
  throw opsError({ code: "OWNER_MISMATCH", accountId, owner: consent.owner, expected: owner });
}
