/** Where items went, as a value. */
import type { OperationName } from "../../operations/table.ts";
import type { Status } from "../../protocol/stages.ts";
import { PersistentMap } from "../../util/persistent-map.ts";
import { type Receipt, toPlacedReceipt, toRejectedReceipt } from "./receipts.ts";
import type { DroppedItem, Item } from "./sequence.ts";

interface Entry {
  readonly item: Item;
  readonly blockNumber: number;
  readonly slotIndex: number;
}

/** Names an item: the transaction's hash, or the place in the priority queue. */
export type ReceiptKey = string | number;

/** A slot that an item has taken: how far its block has come, and what the item is there. */
export interface TakenSlot {
  readonly status: Status;
  readonly operation: OperationName;
}
type FindSlot = (blockNumber: number, slotIndex: number) => TakenSlot;

interface Contents {
  /** How many final receipts are kept. */
  readonly finalMax: number;
  /** Items that can still change place. */
  readonly entries: PersistentMap<ReceiptKey, Entry>;
  readonly final: PersistentMap<ReceiptKey, { readonly receipt: Receipt; readonly turn: number }>;
  /** Keys of final receipts by the turn in which they came; the oldest leave first. */
  readonly turns: PersistentMap<number, ReceiptKey>;
  readonly oldestTurn: number;
  readonly nextTurn: number;
}

/**
 * Of items that can still change place all is known; of the others only the receipt, and that of
 * the latest: an older one is not found.
 */
export class ReceiptBook {
  readonly #contents: Contents;

  private constructor(contents: Contents) {
    this.#contents = contents;
  }

  /** @param finalMax - How many final receipts are kept. */
  static empty(finalMax: number): ReceiptBook {
    return new ReceiptBook({
      finalMax,
      entries: PersistentMap.empty(),
      final: PersistentMap.empty(),
      turns: PersistentMap.empty(),
      oldestTurn: 0,
      nextTurn: 0,
    });
  }

  /**
   * A book with final receipts.
   *
   * @param finals - In the order in which they became final.
   */
  static withFinals(
    finalMax: number,
    finals: Iterable<readonly [ReceiptKey, Receipt]>,
  ): ReceiptBook {
    const empty = ReceiptBook.empty(finalMax).#contents;
    let { final, turns, nextTurn } = empty;
    for (const [key, receipt] of finals) {
      final = final.set(key, { receipt, turn: nextTurn });
      turns = turns.set(nextTurn++, key);
    }
    return new ReceiptBook(withoutOldest({ ...empty, final, turns, nextTurn }));
  }

  /** Iterates over the final receipts, in the order in which they became final. */
  *finals(): Generator<[ReceiptKey, Receipt]> {
    const { final, turns, oldestTurn, nextTurn } = this.#contents;
    for (let turn = oldestTurn; turn < nextTurn; turn++) {
      const key = turns.get(turn);
      if (key !== undefined) yield [key, final.get(key)!.receipt];
    }
  }

  /** Receipts of items that can still change place, and final ones. */
  get sizes(): { readonly open: number; readonly final: number } {
    return { open: this.#contents.entries.size, final: this.#contents.final.size };
  }

  /** Names of all items that have a receipt. */
  get keys(): ReceiptKey[] {
    const { entries, final } = this.#contents;
    return [...entries.entries(), ...final.entries()].map(([key]) => key);
  }

  /** Number of final receipts that there have ever been, see {@link finalSince}. */
  get finalCount(): number {
    return this.#contents.nextTurn;
  }

  /**
   * The receipts that have become final since an earlier count, as far as they are kept.
   *
   * @param count - {@link finalCount} at that time.
   */
  finalSince(count: number): Receipt[] {
    const { turns, final, oldestTurn, nextTurn } = this.#contents;
    const found: Receipt[] = [];
    for (let turn = Math.max(count, oldestTurn); turn < nextTurn; turn++) {
      const key = turns.get(turn);
      const receipt = key === undefined ? undefined : final.get(key)?.receipt;
      if (receipt !== undefined) found.push(receipt);
    }
    return found;
  }

  /** With the slots that the items of a block take. @param first - Slot of the first new one. */
  withBlock(blockNumber: number, items: readonly Item[], first = 0): ReceiptBook {
    let contents = this.#contents;
    for (let slotIndex = first; slotIndex < items.length; slotIndex++) {
      const item = items[slotIndex]!;
      const key = keyOf(item);
      const entries = contents.entries.set(key, { item, blockNumber, slotIndex });
      contents = { ...withoutFinal(contents, key), entries };
    }
    return new ReceiptBook(contents);
  }

  withDropped(dropped: readonly DroppedItem[]): ReceiptBook {
    const contents = dropped.reduce(
      (next, { item, rejection }) => withFinal(next, item, toRejectedReceipt(item, rejection)),
      this.#contents,
    );
    return new ReceiptBook(contents);
  }

  /** With nothing but the receipts of a block's items. @param findSlot - What is said of them. */
  withFinalBlock(items: readonly Item[], findSlot: FindSlot): ReceiptBook {
    const contents = items.reduce((next, item) => {
      const receipt = this.find(keyOf(item), findSlot);
      return receipt === undefined ? next : withFinal(next, item, receipt);
    }, this.#contents);
    return new ReceiptBook(contents);
  }

  /** Without requests that L1 does not have any more. */
  withoutRequests(fromRequestId: number, toRequestId: number): ReceiptBook {
    let contents = this.#contents;
    for (let id = fromRequestId; id < toRequestId; id++) {
      contents = { ...withoutFinal(contents, id), entries: contents.entries.delete(id) };
    }
    return new ReceiptBook(contents);
  }

  /** Where an item stands, if it can still change place. */
  placeOf(
    key: ReceiptKey,
  ): { readonly blockNumber: number; readonly slotIndex: number } | undefined {
    return this.#contents.entries.get(key);
  }

  /** @returns Undefined if nothing of this name is known. */
  find(key: ReceiptKey, findSlot: FindSlot): Receipt | undefined {
    const entry = this.#contents.entries.get(key);
    if (entry === undefined) return this.#contents.final.get(key)?.receipt;
    const { item, blockNumber, slotIndex } = entry;
    const { status, operation } = findSlot(blockNumber, slotIndex);
    return toPlacedReceipt(item, { status, operation, blockNumber, slotIndex });
  }
}

function keyOf(item: Item): ReceiptKey {
  return item.kind === "request" ? item.request.requestId : item.hash;
}

function withFinal(contents: Contents, item: Item, receipt: Receipt): Contents {
  const key = keyOf(item);
  const { entries, final, turns, nextTurn, ...rest } = withoutFinal(contents, key);
  return withoutOldest({
    ...rest,
    entries: entries.delete(key),
    final: final.set(key, { receipt, turn: nextTurn }),
    turns: turns.set(nextTurn, key),
    nextTurn: nextTurn + 1,
  });
}

function withoutFinal(contents: Contents, key: ReceiptKey): Contents {
  const known = contents.final.get(key);
  if (known === undefined) return contents;
  const final = contents.final.delete(key);
  return { ...contents, final, turns: contents.turns.delete(known.turn) };
}

/** With as many final receipts as are kept. */
function withoutOldest(contents: Contents): Contents {
  let kept = contents;
  while (kept.final.size > kept.finalMax) {
    let { oldestTurn } = kept;
    // Turns of receipts that became open again are missing.
    while (!kept.turns.has(oldestTurn)) oldestTurn++;
    const without = withoutFinal(kept, kept.turns.get(oldestTurn)!);
    kept = { ...without, oldestTurn: oldestTurn + 1 };
  }
  return kept;
}
