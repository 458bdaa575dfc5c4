/** The ledger as it is now: the only place where it changes, and only by events. */
import type { StateHashing } from "../state/rollup-state.ts";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { operatorError } from "./errors.ts";
import type { LedgerEvent, PromisesDropped } from "./ledger/events.ts";
import { brokenInclusions, promisedTransaction } from "./ledger/inclusions.ts";
import { brokenPromises, promiseOf } from "./ledger/promises.ts";
import { firstSealedNumber } from "./ledger/queries.ts";
import type { Ledger, RollupIdentity } from "./ledger/ledger.ts";
import { reduce } from "./ledger/reduce.ts";
import type { Store } from "./store.ts";
import { Watchers } from "./watchers.ts";

export class EventLog {
  /** Whether the ledger has come from the store when it was opened. */
  readonly isLoaded: boolean;
  readonly #store: Store;
  /** Who takes the events that are recorded. */
  readonly watchers = new Watchers();
  #ledger: Ledger;
  /** Settles when the store has kept all that it was given; undefined if it has. */
  #saving: Promise<void> | undefined;
  #failure: RollupError | undefined;
  /** The last refusal of events that would have broken a promise. */
  #conflict: RollupError | undefined;
  #onBroken: ((broken: readonly string[]) => void) | undefined;

  private constructor(store: Store, ledger: Ledger, { isLoaded }: Pick<EventLog, "isLoaded">) {
    this.isLoaded = isLoaded;
    this.#store = store;
    this.#ledger = ledger;
  }

  /**
   * Goes on with what a store has.
   *
   * @param hashing - Hashes the state of what it has.
   * @param rollup - Whose ledger it must be.
   * @param createFirst - Makes the ledger to begin with if the store has none.
   * @throws STORE_FAILED
   */
  static async open(
    store: Store,
    hashing: StateHashing,
    rollup: RollupIdentity,
    createFirst: () => Ledger,
  ): Promise<EventLog> {
    const { snapshot, events } = await orStoreError(store.load(hashing));
    if (snapshot !== undefined) {
      assertSameRollup(snapshot.rollup, rollup);
      return new EventLog(store, replay(snapshot, events), { isLoaded: true });
    }
    const first = createFirst();
    await orStoreError(store.replace(first));
    return new EventLog(store, first, { isLoaded: false });
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Whether what is recorded is kept at once, so that it can be answered at once. */
  get isImmediate(): boolean {
    return this.#store.isImmediate;
  }

  /**
   * Why nothing can be recorded: for good, or until the store can keep things again. What the store
   * has may lack the latest events then.
   */
  get failure(): RollupError | undefined {
    return this.#failure ?? this.#store.obstacle;
  }

  /** Why a promised block or transaction cannot be committed as it was promised, while it waits. */
  get conflict(): RollupError | undefined {
    const error = this.#conflict;
    return error !== undefined && this.#isWaiting(error) ? error : undefined;
  }

  #isWaiting({ code, facts }: RollupError): boolean {
    const ledger = this.#ledger;
    if (code === "INCLUSION_CONFLICT") {
      const hash = facts["hash"] as string;
      const blockNumber = ledger.receipts.placeOf(hash)?.blockNumber ?? 0;
      const isOnL1 = blockNumber < firstSealedNumber(ledger);
      return !isOnL1 && promisedTransaction(ledger, hash) !== undefined;
    }
    const blockNumber = facts["blockNumber"] as number;
    return blockNumber >= firstSealedNumber(ledger) && promiseOf(ledger, blockNumber) !== undefined;
  }

  /** Whether events may break promises. */
  get mayBreak(): boolean {
    return this.#onBroken !== undefined;
  }

  /**
   * Lets events break promises from now on.
   *
   * @param onBroken - Takes what is not promised any more, such as `block 7`.
   */
  mayBreakPromises(onBroken: (broken: readonly string[]) => void): void {
    this.#onBroken = onBroken;
  }

  /**
   * Applies events and appends them, all or none.
   *
   * @throws STORE_FAILED, PROMISE_CONFLICT, INCLUSION_CONFLICT, and what the ledger refuses an
   * event with
   */
  record(events: readonly LedgerEvent[]): void {
    if (events.length === 0) return;
    const before = this.#ledger;
    const after = events.reduce(reduce, before);
    const dropped = this.#answerConflicts(before, after);
    if (dropped === undefined) this.#append(events, after);
    else this.#append([dropped, ...events], [dropped, ...events].reduce(reduce, before));
  }

  #append(events: readonly LedgerEvent[], after: Ledger): void {
    const before = this.#ledger;
    this.#change(after, () => this.#store.append(events, { before, after }));
    if (events.some(({ type }) => type === "newsTaken")) this.#endDropConflict();
    this.watchers.notify(({ onEvents }) => onEvents?.(events, after));
  }

  /**
   * As {@link record}, for events that can wait: if they would break a promise they are left out,
   * and {@link conflict} says so.
   */
  recordUnlessBroken(events: readonly LedgerEvent[]): void {
    try {
      this.record(events);
    } catch (error) {
      if (error !== this.#conflict) throw error;
    }
  }

  /**
   * @returns What gives up the promises that the change of the ledger would break, if any.
   * @throws PROMISE_CONFLICT and INCLUSION_CONFLICT unless promises may be broken
   */
  #answerConflicts(before: Ledger, after: Ledger): PromisesDropped | undefined {
    const blockNumbers = brokenPromises(before, after).map(({ blockNumber }) => blockNumber);
    const inclusions = brokenInclusions(before, after);
    if (blockNumbers.length === 0 && inclusions.length === 0) return undefined;
    if (this.#onBroken === undefined) {
      const [blockNumber] = blockNumbers;
      this.#conflict =
        blockNumber === undefined
          ? operatorError({ code: "INCLUSION_CONFLICT", ...inclusions[0]! })
          : operatorError({ code: "PROMISE_CONFLICT", blockNumber });
      throw this.#conflict;
    }
    const hashes = inclusions.map(({ hash }) => hash);
    this.#onBroken([
      ...blockNumbers.map((blockNumber) => `block ${blockNumber}`),
      ...inclusions.map(({ hash, reason }) => `transaction ${hash} (${reason})`),
    ]);
    return { type: "promisesDropped", blockNumbers, hashes };
  }

  /** What would have dropped a promised transaction was L1 that was shorter, and has come back. */
  #endDropConflict(): void {
    if (this.#conflict?.facts["reason"] === "dropped") this.#conflict = undefined;
  }

  /** Makes the ledger another one, such as a checkpoint of it. @throws STORE_FAILED */
  replace(ledger: Ledger): void {
    this.#change(ledger, () => this.#store.replace(ledger));
    this.watchers.notify(({ onReplaced }) => onReplaced?.(ledger));
  }

  /** Waits until all that was recorded so far is kept. @throws STORE_FAILED */
  async saved(): Promise<void> {
    await this.#saving;
    this.#assertUsable();
  }

  #assertUsable(): void {
    const { failure } = this;
    if (failure !== undefined) throw failure;
  }

  #change(next: Ledger, save: () => Promise<void> | undefined): void {
    this.#assertUsable();
    try {
      this.#await(save());
    } catch (cause) {
      throw this.#fail(cause);
    }
    this.#ledger = next;
  }

  #await(saving: Promise<void> | undefined): void {
    if (saving === undefined) return;
    const done = saving
      .catch((cause: unknown) => {
        // A store that tries again, or has given up, says so itself.
        if (this.#store.obstacle === undefined) this.#fail(cause);
      })
      .then(() => {
        if (this.#saving === done) this.#saving = undefined;
      });
    this.#saving = done;
  }

  #fail(cause: unknown): RollupError {
    this.#failure ??= toStoreError(cause);
    return this.#failure;
  }
}

/** Applies events to a ledger. @throws STORE_FAILED if an event does not belong to the ledger */
export function replay(snapshot: Ledger, events: readonly LedgerEvent[]): Ledger {
  let ledger = snapshot;
  for (const [index, event] of events.entries()) {
    try {
      ledger = reduce(ledger, event);
    } catch (cause) {
      const place = `event ${index + 1} of ${events.length} after the snapshot (${event.type})`;
      const why = isRollupError(cause) ? cause.message : String(cause);
      const reason = `${place} does not follow from those before it: ${why}`;
      throw operatorError({ code: "STORE_FAILED", reason }, { cause });
    }
  }
  return ledger;
}

/** @throws STORE_FAILED */
function assertSameRollup(kept: RollupIdentity, rollup: RollupIdentity): void {
  const { chainId, rollupAddress } = kept;
  if (chainId === rollup.chainId && rollupAddress === rollup.rollupAddress) return;
  const reason = `what is kept is of the rollup ${rollupAddress} on chain ${chainId}`;
  throw operatorError({ code: "STORE_FAILED", reason });
}

async function orStoreError<T>(promise: Promise<T> | T): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    throw toStoreError(cause);
  }
}

function toStoreError(cause: unknown): RollupError {
  if (isRollupError(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return operatorError({ code: "STORE_FAILED", reason }, { cause });
}
