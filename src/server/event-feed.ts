/** What happens to blocks and transactions, kept for a while so that clients can resume. */
import { randomBytes } from "node:crypto";
import { rpcError } from "../api/errors.ts";
import {
  type Change,
  changesOf,
  type KeptChange,
  type ToldItem,
  toToldItem,
} from "../operator/changes.ts";
import type { PastOperation } from "../operator/history.ts";
import type { LedgerEvent } from "../operator/ledger/events.ts";
import type { Ledger } from "../operator/ledger/ledger.ts";
import type { Operator } from "../operator/operator.ts";
import type { OperationSpec } from "../operations/definition.ts";
import { OPERATIONS } from "../operations/table.ts";
import { isRollupError } from "../util/errors.ts";

/** A change with all that is told of it. */
export type ToldChange =
  | Change
  | (Omit<Extract<Change, { kind: "block" }>, "items"> & { readonly items: readonly ToldItem[] })
  | Extract<KeptChange, { kind: "accepted" }>;

export interface FeedEntry {
  readonly number: number;
  /** Place after which a client resumes. */
  readonly cursor: string;
  readonly change: ToldChange;
}

export interface FeedListener {
  readonly onEntry: (entry: FeedEntry) => void;
  /** All cursors are void. */
  readonly onReset: () => void;
}

/** Changes that are kept in memory: hours of a quiet rollup, and some seconds of a full one. */
const CHANGES_MAX = 20_000;
/** Entries that are given at a time. */
const ENTRIES_MAX = 500;
/** Pause before a store that is away is asked again whether it has kept what it was given. */
const OUTAGE_PAUSE_MS = 250;

/**
 * Follows an operator. A change is published when the store has kept it, so nobody hears of what a
 * crash could undo. A durable store has the changes too: their numbers go on after a restart.
 */
export class EventFeed {
  readonly #operator: Operator;
  readonly #changesMax: number;
  readonly #stop: () => void;
  readonly #listeners = new Set<FeedListener>();
  readonly #changes = new Map<number, Change>();
  /** Distinguishes replaced ledgers, and processes without a durable store. */
  #epoch: string;
  /** Number of the last change that is published, and of the last one that has happened. */
  #last: number;
  #noted: number;
  #ledger: Ledger;
  #publishing: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param operator - Whose store has kept everything so far. */
  constructor(operator: Operator, changesMax = CHANGES_MAX) {
    this.#operator = operator;
    this.#changesMax = changesMax;
    this.#ledger = operator.checkpoint();
    this.#epoch = operator.changes?.epoch ?? newEpoch();
    this.#last = operator.changes?.last ?? 0;
    this.#noted = this.#last;
    this.#stop = operator.watch({
      onEvents: (events, after) => this.#take(events, after),
      onReplaced: (after) => this.#reset(after),
    });
  }

  /** Number of the last change. */
  get last(): number {
    return this.#last;
  }

  /** Place after a change. */
  cursorOf(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  /**
   * Reads the number of a cursor.
   *
   * @throws RPC_CURSOR_GONE if it is of another process without a store, or of a replaced ledger.
   */
  read(cursor: string): number {
    const [epoch, text] = cursor.split("-");
    const number = Number(text);
    if (epoch === this.#epoch && number <= this.#last) return number;
    throw rpcError({ code: "RPC_CURSOR_GONE", cursor });
  }

  /** Whether what follows a number needs no store. */
  isInMemory(number: number): boolean {
    return number >= this.#last - this.#changes.size;
  }

  /** Lists some of the changes after a number that {@link isInMemory}; none after the last. */
  since(after: number): FeedEntry[] {
    const end = Math.min(after + ENTRIES_MAX, this.#last);
    const entries: FeedEntry[] = [];
    for (let number = after + 1; number <= end; number++) {
      entries.push(this.#toEntry(number, this.#changes.get(number)!));
    }
    return entries;
  }

  /**
   * Reads some of the changes after a number from the store.
   *
   * @throws RPC_CURSOR_GONE if they are not kept any more.
   */
  async sinceStored(after: number): Promise<FeedEntry[]> {
    const cursor = this.cursorOf(after);
    const kept = await this.#operator.changes?.read(after);
    if (kept === undefined || kept.length === 0) {
      throw rpcError({ code: "RPC_CURSOR_GONE", cursor });
    }
    const entries: FeedEntry[] = [];
    for (const [index, change] of kept.entries()) {
      const number = after + 1 + index;
      if (number > this.#last) break;
      entries.push(this.#toEntry(number, await this.#withItems(change)));
    }
    return entries;
  }

  /** @returns Ends the listening. */
  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.#listeners.clear();
  }

  #toEntry(number: number, change: ToldChange): FeedEntry {
    return { number, cursor: this.cursorOf(number), change };
  }

  /** A block as it is now: after a rebuild, its earlier content is not worth telling. */
  async #withItems(change: KeptChange): Promise<ToldChange> {
    if (change.kind !== "block") return change;
    const { blockNumber } = change;
    const items = this.#operator.block(blockNumber)?.items.map(toToldItem);
    if (items !== undefined) return { ...change, items };
    const past = await this.#operator.pastOperations(blockNumber);
    return { ...change, items: past.map(toPastItem) };
  }

  #take(events: readonly LedgerEvent[], after: Ledger): void {
    const changes = changesOf(events, { before: this.#ledger, after });
    this.#ledger = after;
    if (changes.length === 0) return;
    const epoch = this.#epoch;
    const first = this.#noted + 1;
    this.#noted += changes.length;
    this.#publishing = this.#publishing.then(async () => {
      if (!(await this.#untilSaved()) || epoch !== this.#epoch) return;
      for (const [index, change] of changes.entries()) this.#publish(first + index, change);
    });
  }

  /** @returns False if the store has failed for good: what was not kept has not happened. */
  async #untilSaved(): Promise<boolean> {
    for (;;) {
      try {
        await this.#operator.saved();
        return true;
      } catch (error) {
        const isAway = isRollupError(error) && error.code === "STORE_UNAVAILABLE";
        if (!isAway || this.#isClosed) return false;
        await new Promise((resolve) => setTimeout(resolve, OUTAGE_PAUSE_MS).unref());
      }
    }
  }

  #reset(ledger: Ledger): void {
    const { changes } = this.#operator;
    this.#epoch = changes?.epoch ?? newEpoch();
    this.#last = changes?.last ?? this.#noted;
    this.#noted = this.#last;
    this.#changes.clear();
    this.#ledger = ledger;
    for (const { onReset } of [...this.#listeners]) onReset();
  }

  #publish(number: number, change: Change): void {
    this.#last = number;
    this.#changes.set(number, change);
    this.#changes.delete(number - this.#changesMax);
    const entry = this.#toEntry(number, change);
    for (const { onEntry } of [...this.#listeners]) onEntry(entry);
  }
}

/** What was told of an operation of an executed block. */
function toPastItem({ type, hash, requestId, fields }: PastOperation): ToldItem {
  const { origin, record, message, l1 }: OperationSpec = OPERATIONS[type];
  const field = (name: string | undefined) =>
    name === undefined ? undefined : (fields[name] as number | undefined);
  if (origin === "l1") {
    const accountId = l1.serves === "fullExit" ? field(record.accountA) : undefined;
    const account = accountId !== undefined && { accountId };
    const owner = fields["owner"] as bigint;
    return { requestId: requestId!, type: l1.serves!, owner, ...account };
  }
  const recipient = fields["recipient"] as bigint | undefined;
  return {
    hash: hash!,
    type: message!.type,
    accountId: field(record.accountA)!,
    nonce: fields["nonce"] as number,
    ...(recipient !== undefined && { recipient }),
  };
}

function newEpoch(): string {
  return randomBytes(4).toString("hex");
}
