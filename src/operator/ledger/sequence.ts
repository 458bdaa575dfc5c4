/**
 * The order of operations. Whatever is accepted gets its slot in the open block at once and keeps
 * it: a full block is sealed and the next one opened, and so is one whose operations are cheaper to
 * prove apart from the next. All functions are pure; a refusal leaves
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
  type OpenBlock,
  openBlock,
  sealBlock,
} from "../../block/block.ts";
import type { L1Cost, L1Limits } from "../../l1/gas.ts";
import type { QueuedRequest } from "../../l1/types.ts";
import { splitBatches } from "../../operations/batch.ts";
import { opsError } from "../../operations/errors.ts";
import { toOperation } from "../../operations/to-operation.ts";
import type { Operation } from "../../operations/operation.ts";
import type { SignedTransaction } from "../../operations/transaction.ts";
import { GENESIS_FEE_ACCOUNT_ID } from "../../protocol/constants.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import { isRollupError } from "../../util/errors.ts";
import { addOperationCost, EMPTY_BLOCK_COST, fitsBlock } from "./budget.ts";
import { operatorError } from "../errors.ts";
import { isCheaperApart } from "./kinds.ts";
import { type Rejection, toRejection } from "./rejection.ts";

/** A transaction whose signature, and for a ChangePubKey the owner's consent, has been verified. */
export interface VerifiedTransaction {
  readonly kind: "transaction";
  readonly hash: string;
  readonly transaction: SignedTransaction;
  readonly consent?: Consent;
  /** Whether the next item belongs to the same batch. */
  readonly linksNext?: true;
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

/** Sealed blocks, and the open one that takes the next operation. */
export interface Sequence {
  /** Oldest first. */
  readonly sealed: readonly SealedSlots[];
  readonly open: OpenSlots;
  /** What a block must fit into. */
  readonly limits: L1Limits;
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
 * They join the open block if it has room and one block for all is the cheaper choice; otherwise
 * they begin the next one. Some kind of block holds any single operation.
 *
 * @throws The code of the first rule that one of them breaks, BATCH_LENGTH_INVALID,
 * BATCH_TOO_LARGE
 */
export function placeBatch(sequence: Sequence, batch: readonly Item[]): Sequence {
  const { limits } = sequence;
  const open = appendBatch(sequence, batch);
  if (open !== undefined) return { ...sequence, open };
  const next = sealOpenSlots(sequence);
  const opened = openWith(next.open, batch);
  // An item alone is as small as a block can be.
  if (batch.length > 1 && !fits(opened, limits)) {
    const { bytes, gas } = opened.cost;
    throw operatorError({ code: "BATCH_TOO_LARGE", length: batch.length, bytes, gas });
  }
  return { ...next, open: opened };
}

/** An empty block with a batch in its first slots. @throws BATCH_LENGTH_INVALID */
function openWith(empty: OpenSlots, batch: readonly Item[]): OpenSlots {
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
 * Seals the open block, with the cheapest kind that holds it, and opens the next one; an empty one
 * stays open.
 */
export function sealOpenSlots(sequence: Sequence): Sequence {
  const { items, block } = sequence.open;
  if (items.length === 0) return sequence;
  const applied = sealBlock(block);
  const { blockNumber, timestamp } = block.header;
  return {
    ...sequence,
    sealed: [...sequence.sealed, { items, applied }],
    open: openSlots(applied.state, blockNumber + 1, timestamp),
  };
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
  /** Why an item does not hold any more, for a reason outside the state. */
  readonly rejectionOf: (item: Item) => Rejection | undefined;
}

/**
 * Rebuilds all blocks of a sequence with a later timestamp.
 *
 * @returns The new sequence, and the transactions that do not hold any more.
 */
export function rebuildSequence({ sequence, timestamp, items, rejectionOf }: Rebuilding): {
  sequence: Sequence;
  dropped: DroppedItem[];
} {
  const oldest = sequence.sealed[0]?.applied;
  const { before } = oldest ?? sequence.open.block;
  const { blockNumber } = oldest?.block ?? sequence.open.block.header;
  const { limits } = sequence;
  let next: Sequence = { sealed: [], open: openSlots(before, blockNumber, timestamp), limits };
  const dropped: DroppedItem[] = [];
  for (const batch of splitBatches(items, linksNext)) {
    const placed = tryPlace(next, batch, rejectionOf);
    if ("rejection" in placed) dropped.push(...toDropped(batch, placed.rejection));
    else next = placed;
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
    return placeBatch(sequence, batch);
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
  let slots = open;
  for (const item of batch) {
    const operation = toPlacedOperation(slots, item);
    if (!hasRoom(slots.block, operation)) return undefined;
    slots = appendItem(slots, item, operation);
  }
  return fits(slots, limits) && !isCheaperApart(open.block, slots.block) ? slots : undefined;
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
