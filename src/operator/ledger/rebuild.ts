/** How the end of the ledger is rebuilt: blocks that are not on L1, and the open one. Pure. */
import { assert } from "../../util/errors.ts";
import type { BlockRecord } from "./blocks.ts";
import { lapseOf } from "./consent.ts";
import type { TransactionsRejected } from "./events.ts";
import type { L1View } from "./l1-view.ts";
import type { Ledger } from "./ledger.ts";
import { promisedLengths } from "./promises.ts";
import { firstSealedNumber, indexOfBlock, latestView } from "./queries.ts";
import type { Rejection } from "./rejection.ts";
import {
  type DroppedItem,
  type Item,
  itemsOf,
  rebuildSequence,
  type Sequence,
} from "./sequence.ts";

export function reject(
  ledger: Ledger,
  { fromBlockNumber, rejections }: TransactionsRejected,
): Ledger {
  const byHash = new Map(rejections);
  const rejectionOf = (item: Item) =>
    item.kind === "transaction" ? byHash.get(item.hash) : undefined;
  return rebuild(ledger, fromBlockNumber, latestView(ledger), { rejectionOf });
}

interface RebuildOptions {
  /** By default those that the blocks have. */
  readonly items?: readonly Item[];
  /** Why an item has to go, besides consents that have lapsed. */
  readonly rejectionOf?: (item: Item) => Rejection | undefined;
}

/** Rebuilds the blocks from a number on; all of them must be sealed only. */
export function rebuild(
  ledger: Ledger,
  first: number,
  view: L1View,
  { items, rejectionOf }: RebuildOptions = {},
): Ledger {
  assert(first >= firstSealedNumber(ledger), "what is on L1 stays as it is");
  const sequence = sequenceFrom(ledger, first);
  const latest = ledger.open.block.header.timestamp;
  const rebuilt = rebuildSequence({
    sequence,
    timestamp: view.timestamp > latest ? view.timestamp : latest,
    items: items ?? itemsOf(sequence),
    lengths: promisedLengths(ledger, first),
    rejectionOf: (item) => rejectionOf?.(item) ?? lapseOf(view, item),
  });
  const before = { ...ledger, blocks: ledger.blocks.slice(0, indexOfBlock(ledger, first)) };
  return adopt(before, rebuilt.sequence, rebuilt.dropped);
}

/** The blocks from a number on, and the open one. */
export function sequenceFrom(ledger: Ledger, first: number): Sequence {
  const { blocks } = ledger;
  return { ...sequenceAfter(ledger), sealed: blocks.slice(indexOfBlock(ledger, first)) };
}

/** The open block alone. */
export function sequenceAfter({ open, limits, blockOverhead }: Ledger): Sequence {
  return { sealed: [], open, limits, blockOverhead };
}

/** Makes a sequence the end of the ledger. */
export function adopt(
  ledger: Ledger,
  { sealed, open }: Sequence,
  dropped: readonly DroppedItem[] = [],
): Ledger {
  let { receipts } = ledger;
  for (const { applied, items } of sealed) {
    receipts = receipts.withBlock(applied.block.blockNumber, items);
  }
  // A block that was rebuilt has another header, and perhaps other items.
  const isSameBlock = open.block.header === ledger.open.block.header;
  const first = isSameBlock ? ledger.open.items.length : 0;
  receipts = receipts.withBlock(open.block.header.blockNumber, open.items, first);
  const added = sealed.map((slots): BlockRecord => ({ ...slots, status: "sealed" }));
  return {
    ...ledger,
    open,
    blocks: added.length > 0 ? [...ledger.blocks, ...added] : ledger.blocks,
    receipts: receipts.withDropped(dropped),
  };
}
