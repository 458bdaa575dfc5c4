/** What can be asked of a ledger. Pure. */
import type { StoredBlock } from "../../l1/types.ts";
import { blockKindName } from "../../protocol/kinds.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import { type BlockRecord, kindOf } from "./blocks.ts";
import { countKinds, type KindCounts } from "./kinds.ts";
import type { L1View } from "./l1-view.ts";
import { type Ledger, unreadView } from "./ledger.ts";
import type { ReceiptBook, ReceiptKey, TakenSlot } from "./receipt-book.ts";
import type { Receipt, RequestReceipt, TransactionReceipt } from "./receipts.ts";
import type { Item } from "./sequence.ts";

/** The state with everything accepted so far; fees of the open block are not credited yet. */
export function headState({ open }: Ledger): RollupState {
  return open.block.state;
}

/** What is known of L1. */
export function latestView({ l1History }: Ledger): L1View {
  return l1History.at(-1)!;
}

/** What was known of L1 at various times, latest first; the last is from before all reading. */
export function viewsOf({ l1History, rollup, start }: Ledger): readonly L1View[] {
  return [...l1History.toReversed(), unreadView(rollup, start)];
}

/** Undefined if it is not sealed, or so old that it is not kept. */
export function blockOf(ledger: Ledger, blockNumber: number): BlockRecord | undefined {
  return ledger.blocks[indexOfBlock(ledger, blockNumber)];
}

/** Place of a block among those that are kept; negative if it is older. */
export function indexOfBlock({ start }: Ledger, blockNumber: number): number {
  return blockNumber - 1 - start.storedBlock.blockNumber;
}

/** Sealed blocks that are not executed, oldest first. */
export function waitingBlocks(ledger: Ledger): readonly BlockRecord[] {
  return ledger.blocks.slice(indexOfBlock(ledger, ledger.progress.executed) + 1);
}

export function waitingBlockCount(ledger: Ledger): number {
  return ledger.blocks.length - 1 - indexOfBlock(ledger, ledger.progress.executed);
}

/** Number of the first block that is not on L1, the open one included. */
export function firstSealedNumber({ progress }: Ledger): number {
  return progress.committed + 1;
}

/** The block before the first that is not committed, as L1 has stored it. */
export function lastStoredBlock(ledger: Ledger): StoredBlock {
  const last = blockOf(ledger, ledger.progress.committed);
  return last !== undefined && "storedBlock" in last ? last.storedBlock : ledger.start.storedBlock;
}

/** Undefined if no such transaction was accepted, or if it is old enough to be forgotten. */
export function transactionReceipt(ledger: Ledger, hash: string): TransactionReceipt | undefined {
  return findReceipt(ledger, hash) as TransactionReceipt | undefined;
}

/** Undefined if no such request was seen on L1, or if it is old enough to be forgotten. */
export function requestReceipt(ledger: Ledger, requestId: number): RequestReceipt | undefined {
  return findReceipt(ledger, requestId) as RequestReceipt | undefined;
}

function findReceipt(ledger: Ledger, key: ReceiptKey): Receipt | undefined {
  return ledger.receipts.find(key, (blockNumber, slot) => slotOf(ledger, blockNumber, slot));
}

/** An accepted item in a block that is kept, or in the open one. */
export function itemOf(ledger: Ledger, key: ReceiptKey): Item | undefined {
  const place = ledger.receipts.placeOf(key);
  if (place === undefined) return undefined;
  const { items } = blockOf(ledger, place.blockNumber) ?? ledger.open;
  return items[place.slotIndex];
}

/** What stands in a slot, and how far it has come. */
export function slotOf(ledger: Ledger, blockNumber: number, slotIndex: number): TakenSlot {
  const block = blockOf(ledger, blockNumber);
  if (block === undefined) {
    const { operation } = ledger.open.block.slots[slotIndex]!;
    return { status: "accepted", operation: operation.type };
  }
  const { status, applied } = block;
  const operation = applied.block.operations[slotIndex]!.type;
  return { status: status === "sealed" ? "accepted" : status, operation };
}

/** Sealed blocks by their kind, for every kind of the preset, with those not kept any more. */
export function kindCounts(ledger: Ledger): KindCounts {
  const { blockKinds } = headState(ledger).preset;
  const none = Object.fromEntries(blockKinds.map((kind) => [blockKindName(kind), 0]));
  const counts = { ...none, ...ledger.forgottenKinds };
  return countKinds(counts, ledger.blocks.map(kindOf));
}

/** How much of what is over is kept in memory. */
export interface LedgerSizes {
  readonly blocks: number;
  /** Receipts of items that can still change place, and final ones. */
  readonly receipts: ReceiptBook["sizes"];
  readonly keyFacts: number;
  readonly unpaid: number;
}

export function sizesOf(ledger: Ledger): LedgerSizes {
  return {
    blocks: ledger.blocks.length,
    receipts: ledger.receipts.sizes,
    keyFacts: latestView(ledger).keyFacts.size,
    unpaid: ledger.unpaid.length,
  };
}
