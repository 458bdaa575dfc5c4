/**
 * What the operator promises about transactions at acceptance, and what would break it. Pure.
 *
 * A promise says that from a block or a second on a nonce is used, by nothing but the transaction;
 * see docs/receipts.md. It stays with the transaction wherever that is placed again.
 */
import type { InclusionGroup } from "../../receipts/inclusion.ts";
import { omit } from "../../util/omit.ts";
import type { BlockRecord } from "./blocks.ts";
import type { Ledger } from "./ledger.ts";
import { blockOf, firstSealedNumber, itemOf } from "./queries.ts";
import { sequenceFrom } from "./rebuild.ts";
import { type InclusionTerms, type Item, itemsOf, type VerifiedTransaction } from "./sequence.ts";

/** A transaction with what was promised about it. */
export type PromisedTransaction = VerifiedTransaction & { readonly promise: InclusionTerms };

/** The transaction of a hash with its promise, if it is kept and the promise is not void. */
export function promisedTransaction(ledger: Ledger, hash: string): PromisedTransaction | undefined {
  const item = itemOf(ledger, hash);
  return item !== undefined && isPromised(item) && !isVoid(ledger, item.promise.group)
    ? item
    : undefined;
}

function isPromised(item: Item): item is PromisedTransaction {
  return item.kind === "transaction" && item.promise !== undefined;
}

/**
 * Whether a reorg has replaced the L1 block that promises are made on. While L1 is shorter, it may
 * still come back.
 */
function isVoid({ l1History }: Ledger, { anchorNumber, anchorHash }: InclusionGroup): boolean {
  const numbers = l1History.map(({ nextBlock }) => nextBlock - 1);
  // Views that are too old to be kept stand.
  if (anchorNumber < numbers[0]! || anchorNumber > numbers.at(-1)!) return false;
  return l1History.every(
    ({ blockHash }, index) => numbers[index] !== anchorNumber || blockHash !== anchorHash,
  );
}

/** A promise that a change of the ledger would break. */
export interface BrokenInclusion {
  readonly hash: string;
  readonly reason: "dropped" | "late";
}

/** The promises at acceptance that a change of the ledger would break. */
export function brokenInclusions(before: Ledger, after: Ledger): readonly BrokenInclusion[] {
  return [...droppedInclusions(before, after), ...lateInclusions(before, after)];
}

/** Blocks that are later than a promise is for break none, so what has expired is no harm. */
function droppedInclusions(before: Ledger, after: Ledger): BrokenInclusion[] {
  if (after.receipts.finalCount === before.receipts.finalCount) return [];
  const { timestamp } = after.open.block.header;
  const waiting = itemsOf(sequenceFrom(before, firstSealedNumber(before))).filter(isPromised);
  return waiting
    .filter(({ hash }) => after.receipts.placeOf(hash) === undefined)
    .filter(({ promise }) => timestamp <= promise.validUntil && !isVoid(after, promise.group))
    .map(({ hash }) => ({ hash, reason: "dropped" }));
}

/** A transaction is late if the block before its own is due. */
function lateInclusions(before: Ledger, after: Ledger): BrokenInclusion[] {
  if (after.blocks === before.blocks) return [];
  const changed = changedBlocks(before, after);
  if (changed.length === 0) return [];
  const headers = [
    headerBefore(after, changed[0]!),
    ...changed.map(({ applied }) => applied.block),
  ];
  return [...changed, after.open].flatMap(({ items }, index) => {
    const { blockNumber, timestamp } = headers[index]!;
    return items
      .filter(isPromised)
      .filter(({ promise: { group, validUntil } }) => {
        const isDue = blockNumber >= group.dueBlock || timestamp >= group.dueAt;
        return isDue && timestamp <= validUntil && !isVoid(after, group);
      })
      .map(({ hash }) => ({ hash, reason: "late" as const }));
  });
}

/** The blocks at the end that are not what they were before. */
function changedBlocks(before: Ledger, after: Ledger): readonly BlockRecord[] {
  const unchanged = after.blocks.findLastIndex(
    ({ applied }) => blockOf(before, applied.block.blockNumber)?.applied.block === applied.block,
  );
  return after.blocks.slice(unchanged + 1);
}

function headerBefore(
  ledger: Ledger,
  { applied }: BlockRecord,
): { blockNumber: number; timestamp: bigint } {
  const number = applied.block.blockNumber - 1;
  return blockOf(ledger, number)?.applied.block ?? ledger.start.storedBlock;
}

/** The ledger without what was promised about some transactions that wait. */
export function dropInclusions(ledger: Ledger, hashes: readonly string[]): Ledger {
  if (hashes.length === 0) return ledger;
  const dropped = new Set(hashes);
  const without = (items: readonly Item[]) =>
    items.map((item) => {
      if (!isPromised(item) || !dropped.has(item.hash)) return item;
      return omit(item, "promise");
    });
  const { open } = ledger;
  const blocks = ledger.blocks.map((block) => ({ ...block, items: without(block.items) }));
  return { ...ledger, blocks, open: { ...open, items: without(open.items) } };
}
