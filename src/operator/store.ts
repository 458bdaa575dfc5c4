/** Where the events of a ledger are kept, so that it can be made again of them. */
import type { L1BlockCounts } from "../l1/types.ts";
import type { StateHashing } from "../state/rollup-state.ts";
import type { RollupError } from "../util/errors.ts";
import type { ChangeLog } from "./changes.ts";
import type { History } from "./history.ts";
import type { LedgerEvent } from "./ledger/events.ts";
import type { Ledger } from "./ledger/ledger.ts";

/** What a store has of a ledger. */
export interface StoredLedger {
  /** The newest one; undefined if nothing is kept. */
  readonly snapshot: Ledger | undefined;
  /** All that has happened since then, oldest first. */
  readonly events: readonly LedgerEvent[];
}

/** What some events have made of a ledger. */
export interface LedgerChange {
  readonly before: Ledger;
  readonly after: Ledger;
}

/**
 * Keeps what has happened to one ledger. The operator appends before it answers, and before it
 * sends to L1 what follows from an event.
 */
export interface Store {
  /**
   * Whether `append` and `replace` are done when they return. If not, they return promises, and
   * only the calls of the operator that return promises can be used.
   */
  readonly isImmediate: boolean;
  /** Receipts that stay in memory of items in older blocks, and of rejected ones. */
  readonly finalReceiptsMax: number;
  /**
   * Why nothing can be kept: for good, or while the store tries again by itself. Meanwhile it
   * rejects with this error, and keeps what it was given as soon as it can.
   */
  readonly obstacle?: RollupError | undefined;
  /** What has left the memory. By default it cannot be asked for. */
  readonly history?: History;
  /** What clients that were away may want to know. By default nothing is kept. */
  readonly changes?: ChangeLog;
  /**
   * Returns what is kept.
   *
   * @param hashing - Hashes a state, possibly in threads.
   */
  load(hashing: StateHashing): Promise<StoredLedger>;
  /**
   * Keeps events, all or none. It may gather several calls and keep them together.
   *
   * @param events - What has happened since the last call, oldest first.
   * @param change - The ledger before and after them.
   * @returns Resolves when they are kept, and with them all that was appended before.
   */
  append(events: readonly LedgerEvent[], change: LedgerChange): Promise<void> | undefined;
  /**
   * Keeps a ledger in place of all that was kept: the next events happen to this one.
   *
   * @param ledger - The new ledger.
   * @returns Resolves when it is kept.
   */
  replace(ledger: Ledger): Promise<void> | undefined;
  /**
   * The rule by which blocks leave the memory, with all but the receipts of their items.
   *
   * @param progress - Numbers of the last committed, proven and executed blocks.
   * @returns Number of the last block that may leave, at most the last executed one. The operator
   * keeps it longer while a reorg of L1 may need it.
   */
  lastForgettable(progress: L1BlockCounts): number;
}

/** How much a memory store keeps of what is over. */
export interface MemoryStoreOptions {
  /** Executed blocks that stay in memory in any case. */
  readonly executedBlocksMax: number;
  /** Receipts that stay of transactions and requests in older blocks, and of rejected ones. */
  readonly finalReceiptsMax: number;
}

/**
 * Creates a store that keeps nothing: the ledger in memory is all there is, and nothing survives
 * the process.
 *
 * @param options - How many executed blocks and final receipts stay in memory, each from 0.
 * @returns The store of one operator.
 *
 * @example
 * const store = createMemoryStore({ executedBlocksMax: 16, finalReceiptsMax: 1000 });
 * store.isImmediate; // true
 * store.lastForgettable({ committed: 22, proven: 21, executed: 20 }); // 4
 */
export function createMemoryStore({
  executedBlocksMax,
  finalReceiptsMax,
}: MemoryStoreOptions): Store {
  return {
    isImmediate: true,
    finalReceiptsMax,
    load: () => Promise.resolve({ snapshot: undefined, events: [] }),
    append: () => undefined,
    replace: () => undefined,
    lastForgettable: ({ executed }) => executed - executedBlocksMax,
  };
}
