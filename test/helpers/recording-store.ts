/** A store that keeps events as plain data, and can make the ledger again of them. */
import type { LedgerEvent } from "../../src/operator/ledger/events.ts";
import type { Ledger } from "../../src/operator/ledger/ledger.ts";
import { requestReceipt, transactionReceipt } from "../../src/operator/ledger/queries.ts";
import { reduce } from "../../src/operator/ledger/reduce.ts";
import { createMemoryStore, type Store } from "../../src/operator/store.ts";

const RETENTION = { executedBlocksMax: 256, finalReceiptsMax: 2 ** 16 };

export class RecordingStore implements Store {
  readonly isImmediate = true;
  readonly finalReceiptsMax: number;
  readonly lastForgettable: Store["lastForgettable"];
  #snapshot: Ledger | undefined;
  #events: LedgerEvent[] = [];

  constructor(retention = RETENTION) {
    const { finalReceiptsMax, lastForgettable } = createMemoryStore(retention);
    this.finalReceiptsMax = finalReceiptsMax;
    this.lastForgettable = lastForgettable;
  }

  get events(): readonly LedgerEvent[] {
    return this.#events;
  }

  load() {
    return Promise.resolve({ snapshot: this.#snapshot, events: this.#events });
  }

  append(events: readonly LedgerEvent[]): undefined {
    // Only plain data can be cloned; and what is kept does not change when a ledger's part does.
    this.#events.push(...structuredClone(events));
  }

  replace(ledger: Ledger): undefined {
    this.#snapshot = ledger;
    this.#events = [];
  }

  /** Forgets everything: the next operator begins with a ledger of its own. */
  clear(): void {
    this.#snapshot = undefined;
    this.#events = [];
  }

  /** What all that is kept leads to. */
  replay(): Ledger {
    return this.#events.reduce(reduce, this.#snapshot!);
  }
}

/** All of a ledger as plain data, to be compared. */
export function describeLedger(ledger: Ledger) {
  const { rollup, domain, progress, l1History, unpaid, limits, create2PausedUntil } = ledger;
  const { start, blocks, open, receipts, promises, secondFactors } = ledger;
  const keys = receipts.keys.sort((a, b) => String(a).localeCompare(String(b)));
  return {
    rollup,
    domain,
    progress,
    l1History,
    unpaid,
    limits,
    create2PausedUntil,
    promises,
    secondFactors: [...secondFactors.entries()].sort(([one], [other]) => (one < other ? -1 : 1)),
    start: { ...start, state: start.state.root },
    blocks: blocks.map(({ applied, ...rest }) => {
      const { block, before, state, payouts } = applied;
      return { ...rest, block, payouts, before: before.root, after: state.root };
    }),
    open: {
      items: open.items,
      cost: open.cost,
      header: open.block.header,
      fees: open.block.fees,
      payouts: open.block.payouts,
      root: open.block.state.root,
    },
    sizes: receipts.sizes,
    receipts: keys.map((key) =>
      typeof key === "string" ? transactionReceipt(ledger, key) : requestReceipt(ledger, key),
    ),
  };
}
