/** What happens to blocks and transactions, kept for a while so that clients can resume. */
import { randomBytes } from "node:crypto";
import { rpcError } from "../api/errors.ts";
import { type BlockRecord, numberOf } from "../operator/ledger/blocks.ts";
import type { LedgerEvent } from "../operator/ledger/events.ts";
import type { Ledger } from "../operator/ledger/ledger.ts";
import { latestView } from "../operator/ledger/queries.ts";
import type { Receipt } from "../operator/ledger/receipts.ts";
import type { Item } from "../operator/ledger/sequence.ts";
import type { Operator } from "../operator/operator.ts";

/** Something that clients may want to know. */
export type Change =
  /** A block was sealed, or has another status; after a reorg perhaps an earlier one. */
  | {
      readonly kind: "block";
      readonly blockNumber: number;
      readonly status: BlockRecord["status"];
      readonly items: readonly Item[];
    }
  | { readonly kind: "accepted"; readonly items: readonly Item[] }
  | { readonly kind: "rejected"; readonly receipts: readonly Receipt[] };

export interface FeedEntry {
  /** Place after which a client resumes. */
  readonly cursor: string;
  readonly change: Change;
}

export interface FeedListener {
  readonly onEntry: (entry: FeedEntry) => void;
  /** All cursors are void. */
  readonly onReset: () => void;
}

/** Changes that are kept: hours of a quiet rollup, and some seconds of a full one. */
const CHANGES_MAX = 20_000;

/**
 * Follows an operator. A change is published when the store has kept it, so nobody hears of what a
 * crash could undo.
 */
export class EventFeed {
  readonly #operator: Operator;
  readonly #changesMax: number;
  readonly #stop: () => void;
  readonly #listeners = new Set<FeedListener>();
  readonly #changes = new Map<number, Change>();
  /** Distinguishes processes and replaced states: their numbers mean something else. */
  #epoch = newEpoch();
  #last = 0;
  #publishing: Promise<void> = Promise.resolve();
  #blocks: Ledger["blocks"];
  #finalReceipts: number;
  #nextRequestId: number;

  constructor(operator: Operator, changesMax = CHANGES_MAX) {
    this.#operator = operator;
    this.#changesMax = changesMax;
    const ledger = operator.checkpoint();
    this.#blocks = ledger.blocks;
    this.#finalReceipts = ledger.receipts.finalCount;
    this.#nextRequestId = latestView(ledger).nextRequestId;
    this.#stop = operator.watch({
      onEvents: (events, after) => this.#take(events, after),
      onReplaced: (after) => this.#reset(after),
    });
  }

  /** Place after the last change. */
  get cursor(): string {
    return this.#cursorOf(this.#last);
  }

  /**
   * Lists the changes after a cursor.
   *
   * @throws RPC_CURSOR_GONE if some of them are not kept, or the cursor is of another process.
   */
  since(cursor: string): FeedEntry[] {
    const [epoch, text] = cursor.split("-");
    const after = Number(text);
    const isKept = after >= this.#last - this.#changes.size && after <= this.#last;
    if (epoch !== this.#epoch || !isKept) throw rpcError({ code: "RPC_CURSOR_GONE", cursor });
    const entries: FeedEntry[] = [];
    for (let number = after + 1; number <= this.#last; number++) {
      entries.push({ cursor: this.#cursorOf(number), change: this.#changes.get(number)! });
    }
    return entries;
  }

  /** @returns Ends the listening. */
  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#stop();
    this.#listeners.clear();
  }

  #take(events: readonly LedgerEvent[], ledger: Ledger): void {
    const changes = [
      ...events.flatMap((event) => this.#acceptedBy(event)),
      ...this.#rejections(ledger),
      ...this.#blockChanges(ledger),
    ];
    this.#nextRequestId = latestView(ledger).nextRequestId;
    if (changes.length === 0) return;
    const epoch = this.#epoch;
    this.#publishing = this.#publishing
      .then(() => this.#operator.saved())
      .then(
        () => {
          if (epoch === this.#epoch) for (const change of changes) this.#publish(change);
        },
        () => {
          // The store has failed: what was not kept has not happened.
        },
      );
  }

  #acceptedBy(event: LedgerEvent): Change[] {
    if (event.type === "batchAccepted") return [{ kind: "accepted", items: event.batch }];
    if (event.type !== "newsTaken") return [];
    const items = event.news.requests
      .filter(({ requestId }) => requestId >= this.#nextRequestId)
      .map((request): Item => ({ kind: "request", request }));
    return items.length === 0 ? [] : [{ kind: "accepted", items }];
  }

  #rejections({ receipts }: Ledger): Change[] {
    if (receipts.finalCount === this.#finalReceipts) return [];
    const rejected = receipts
      .finalSince(this.#finalReceipts)
      .filter(({ status }) => status === "rejected");
    this.#finalReceipts = receipts.finalCount;
    return rejected.length === 0 ? [] : [{ kind: "rejected", receipts: rejected }];
  }

  #blockChanges({ blocks }: Ledger): Change[] {
    if (blocks === this.#blocks) return [];
    const before = new Map(this.#blocks.map((block) => [numberOf(block), block]));
    this.#blocks = blocks;
    return blocks.flatMap((block): Change[] => {
      const blockNumber = numberOf(block);
      const known = before.get(blockNumber);
      const isSame = known?.status === block.status && known.items === block.items;
      const { status, items } = block;
      return isSame ? [] : [{ kind: "block", blockNumber, status, items }];
    });
  }

  #reset(ledger: Ledger): void {
    this.#epoch = newEpoch();
    this.#changes.clear();
    this.#blocks = ledger.blocks;
    this.#finalReceipts = ledger.receipts.finalCount;
    this.#nextRequestId = latestView(ledger).nextRequestId;
    for (const { onReset } of [...this.#listeners]) onReset();
  }

  #publish(change: Change): void {
    const number = ++this.#last;
    this.#changes.set(number, change);
    this.#changes.delete(number - this.#changesMax);
    const entry = { cursor: this.#cursorOf(number), change };
    for (const { onEntry } of [...this.#listeners]) onEntry(entry);
  }

  #cursorOf(number: number): string {
    return `${this.#epoch}-${number}`;
  }
}

function newEpoch(): string {
  return randomBytes(4).toString("hex");
}
