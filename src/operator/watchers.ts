/** Who wants to know what an operator does: metrics, subscriptions, a program of the user's. */
import type { L1Transaction } from "../l1/types.ts";
import type { LedgerEvent } from "./ledger/events.ts";
import type { Ledger } from "./ledger/ledger.ts";

/** What the operator sends to L1. */
export type L1Step = "commit" | "prove" | "execute" | "payOut" | "revert";

/** Takes the events of a ledger, and the ledger after them. */
export type EventListener = (events: readonly LedgerEvent[], ledger: Ledger) => void;

/** A call of L1 that has ended. */
export interface L1Call {
  /** Name of the method of the operator's L1 port. */
  readonly call: string;
  readonly durationMs: number;
  /** Set if the call has failed. */
  readonly error?: unknown;
}

/**
 * Receives what an operator does. What a listener throws is dropped; what it takes long for holds
 * up the operator.
 */
export interface OperatorWatcher {
  /** Events have been recorded; a store may still be writing them to disk. */
  readonly onEvents?: EventListener | undefined;
  /** The ledger was replaced by another one, such as a checkpoint. */
  readonly onReplaced?: ((ledger: Ledger) => void) | undefined;
  /** Transactions were refused with the error; nothing has changed. */
  readonly onRefused?: ((error: unknown) => void) | undefined;
  /** An L1 transaction of the operator was mined. */
  readonly onL1Transaction?: ((step: L1Step, transaction: L1Transaction) => void) | undefined;
  /** L1 has answered a call, or has failed to. */
  readonly onL1Call?: ((call: L1Call) => void) | undefined;
}

/** The watchers of one operator. */
export class Watchers {
  readonly #watchers = new Set<OperatorWatcher>();

  /** @returns Removes the watcher. */
  add(watcher: OperatorWatcher): () => void {
    // One object may be added twice, and is removed once for each.
    const own = { ...watcher };
    this.#watchers.add(own);
    return () => void this.#watchers.delete(own);
  }

  /** Runs an action for each watcher. Never throws: a watcher is no part of the operator. */
  notify(action: (watcher: OperatorWatcher) => void): void {
    for (const watcher of this.#watchers) {
      try {
        action(watcher);
      } catch {
        // It has failed at something of its own.
      }
    }
  }
}
