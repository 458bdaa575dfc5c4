/** What the ledger becomes when L1 is read. Pure. */
import type { ExecuteBlock, L1Progress, QueuedRequest } from "../../l1/types.ts";
import { assert } from "../../util/errors.ts";
import { hasPayouts, isExecuted, toExecuteBlock } from "./blocks.ts";
import { isStillAuthorized, isUsedUp } from "./consent.ts";
import type { NewsTaken } from "./events.ts";
import { type L1View, readNews } from "./l1-view.ts";
import type { Ledger } from "./ledger.ts";
import { withBlocks } from "./move-blocks.ts";
import { firstSealedNumber, latestView, viewsOf } from "./queries.ts";
import { adopt, rebuild, sequenceAfter, sequenceFrom } from "./rebuild.ts";
import { type Item, itemsOf, placeBatch } from "./sequence.ts";
import { isStillQueued, withL1Status, withRequests } from "./compare-l1.ts";

/** How many views of L1 are kept for reorgs; before the oldest comes the start. */
const L1_HISTORY_MAX = 64;

export function takeNews(ledger: Ledger, { news, since, confirmed }: NewsTaken): Ledger {
  const latest = latestView(ledger);
  const base = viewsOf(ledger).find(({ nextBlock }) => nextBlock === since);
  assert(base !== undefined, "news continue a view that is known");
  const { state } = ledger.start;
  const authorizations = news.authorizations.filter((fact) => !isUsedUp(state, fact));
  const { view, requests } = readNews(base, { ...news, authorizations }, confirmed);
  const first = base === latest ? undefined : firstBroken(ledger, view, { base, requests });
  const next =
    first === undefined
      ? append(ledger, view, requests)
      : rebuildWithRequests(ledger, first, view, { base, requests });
  const { l1History } = ledger;
  const earlier = l1History.slice(0, l1History.indexOf(base) + 1);
  const older = earlier.filter(({ nextBlock }) => nextBlock < view.nextBlock);
  return {
    ...next,
    receipts: next.receipts.withoutRequests(view.nextRequestId, latest.nextRequestId),
    l1History: [...older, view].slice(-L1_HISTORY_MAX),
  };
}

/** What L1 says when it is read again from an earlier view on. */
interface Rereading {
  readonly base: L1View;
  /** Those that were not known then. */
  readonly requests: readonly QueuedRequest[];
}

/** Gives the open block the time of L1, and requests that are new the next slots. */
function append(ledger: Ledger, view: L1View, requests: readonly QueuedRequest[]): Ledger {
  const { nextRequestId } = latestView(ledger);
  const { blockNumber, timestamp } = ledger.open.block.header;
  const dated = view.timestamp > timestamp ? rebuild(ledger, blockNumber, view) : ledger;
  const added = requests.filter(({ requestId }) => requestId >= nextRequestId);
  const sequence = added.reduce(
    (next, request) => placeBatch(next, [{ kind: "request", request }]),
    sequenceAfter(dated),
  );
  return adopt(dated, sequence);
}

/** Number of the first block that is not on L1 and has an item that L1 has dropped, if any. */
function firstBroken(
  ledger: Ledger,
  view: L1View,
  { base, requests }: Rereading,
): number | undefined {
  const isBroken = (item: Item) =>
    !isStillQueued(item, base.nextRequestId, requests) || !isStillAuthorized(view, item);
  const first = firstSealedNumber(ledger);
  const { sealed, open } = sequenceFrom(ledger, first);
  const broken = [...sealed, open].findIndex(({ items }) => items.some(isBroken));
  return broken < 0 ? undefined : first + broken;
}

/** Rebuilds the blocks from a number on with the requests that L1 has now. */
function rebuildWithRequests(
  ledger: Ledger,
  first: number,
  view: L1View,
  { base, requests }: Rereading,
): Ledger {
  const items = itemsOf(sequenceFrom(ledger, first));
  const held = items.flatMap((item) => (item.kind === "request" ? [item.request] : []));
  const firstId = held[0]?.requestId ?? latestView(ledger).nextRequestId;
  const queue = [
    ...held.filter(({ requestId }) => requestId < base.nextRequestId),
    ...requests.filter(({ requestId }) => requestId >= firstId),
  ];
  return rebuild(ledger, first, view, { items: withRequests(items, queue) });
}

export function takeProgress(ledger: Ledger, progress: L1Progress): Ledger {
  const { blocks, start, domain } = ledger;
  return withBlocks(ledger, withL1Status(blocks, progress, start.storedBlock, domain));
}

export function recheckPayouts(ledger: Ledger): Ledger {
  const known = new Set(ledger.unpaid.map(({ storedBlock }) => storedBlock.blockNumber));
  const others = ledger.blocks.filter(isExecuted).filter(hasPayouts).map(toExecuteBlock);
  const again = others.filter(({ storedBlock }) => !known.has(storedBlock.blockNumber));
  return { ...ledger, unpaid: [...ledger.unpaid, ...again] };
}

export function settlePayouts(ledger: Ledger, blockNumbers: readonly number[]): Ledger {
  const isOpen = ({ storedBlock }: ExecuteBlock) => !blockNumbers.includes(storedBlock.blockNumber);
  return { ...ledger, unpaid: ledger.unpaid.filter(isOpen) };
}
