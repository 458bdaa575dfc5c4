/**
 * What the operator promises about transactions at acceptance, and what would break it. Pure.
 *
 * A promise says that from a block or a second on a nonce is used, by nothing but the transaction;
 * see docs/receipts.md. It stays with the transaction wherever that is placed again.
 */
import { omit } from "../../util/omit.ts";
import type { BlockRecord } from "./blocks.ts";
import type { Ledger } from "./ledger.ts";
import { blockOf, firstSealedNumber, itemOf } from "./queries.ts";
import { sequenceFrom } from "./rebuild.ts";
import { type InclusionTerms, type Item, itemsOf, type VerifiedTransaction } from "./sequence.ts";

/** A transaction with what was promised about it. */
export type PromisedTransaction = VerifiedTransaction & { readonly promise: InclusionTerms };

/** The transaction of a hash with its promise, if both are kept. */
export function promisedTransaction(ledger: Ledger, hash: string): PromisedTransaction | undefined {
  const item = itemOf(ledger, hash);
  return item !== undefined && isPromised(item) ? item : undefined;
}

function isPromised(item: Item): item is PromisedTransaction {
  return item.kind === "transaction" && item.promise !== undefined;
}

/** The L1 blocks that promises were made on, by their hashes. */
export function anchorsOf({ blocks, open }: Ledger): ReadonlyMap<string, number> {
  const anchors = new Map<string, number>();
  for (const { items } of [...blocks, open]) {
    for (const item of items) {
      if (!isPromised(item)) continue;
      const { anchorHash, anchorNumber } = item.promise.group;
      anchors.set(anchorHash, anchorNumber);
    }
  }
  return anchors;
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
    .filter(({ promise }) => timestamp <= promise.validUntil)
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
        return isDue && timestamp <= validUntil;
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

/** What is promised no more. */
interface DroppedInclusions {
  /** Hashes of transactions. */
  readonly hashes?: readonly string[];
  /** Hashes of L1 blocks that promises were made on. */
  readonly anchors?: readonly string[];
}

/** The ledger without some promises about transactions. */
export function dropInclusions(
  ledger: Ledger,
  { hashes = [], anchors = [] }: DroppedInclusions,
): Ledger {
  if (hashes.length === 0 && anchors.length === 0) return ledger;
  const [dropped, gone] = [new Set(hashes), new Set(anchors)];
  const without = (items: readonly Item[]) =>
    items.map((item) => {
      if (!isPromised(item)) return item;
      const isDropped = dropped.has(item.hash) || gone.has(item.promise.group.anchorHash);
      return isDropped ? omit(item, "promise") : item;
    });
  const { open } = ledger;
  const blocks = ledger.blocks.map((block) => ({ ...block, items: without(block.items) }));
  return { ...ledger, blocks, open: { ...open, items: without(open.items) } };
}
