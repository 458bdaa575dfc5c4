/**
 * Writes what happens to a store's ledger: everything that comes while one write is under way goes
 * into the next. A write that fails is tried again until its outcome is known, so a full disk or a
 * lost connection costs nothing but time.
 */
import { crc32 } from "node:zlib";
import { type Change, changesOf } from "../operator/changes.ts";
import type { LedgerEvent } from "../operator/ledger/events.ts";
import type { Ledger } from "../operator/ledger/ledger.ts";
import type { LedgerChange } from "../operator/store.ts";
import type { RollupError } from "../util/errors.ts";
import type { StoredChanges } from "./change-log.ts";
import { encode } from "./codec.ts";
import { storeError } from "./errors.ts";
import { projectChange } from "./projection.ts";
import { FENCED, SqlError, type Statement } from "./sql/executor.ts";
import type { StoreWriter } from "./store-writer.ts";

/** How long a group may be unwritten before callers are told, and how often that is asked. */
const OUTAGE_MS = 2_000;
const WATCH_MS = 250;
/** Pauses between attempts. */
const FIRST_RETRY_MS = 50;
const RETRY_MS_MAX = 2_000;

/** Something to write, in its turn: events that are written together, or something else. */
interface Job {
  readonly events: LedgerEvent[];
  readonly changes: LedgerChange[];
  /** What clients are told of them. */
  readonly told: Change[];
  /** Writes something else, under a sequence number of its own. */
  readonly task?: (sequence: number) => Promise<void>;
  readonly done: Deferred;
}

/** What is known of the writes. */
export interface CommitParts {
  readonly writer: StoreWriter;
  readonly told: StoredChanges;
  /** A group is on the disk. */
  readonly onKept: (kept: { readonly ledger: Ledger; readonly bytes: number }) => void;
  /** Writes fail, or work again. */
  readonly onOutage: (obstacle: RollupError | undefined) => void;
}

export class GroupCommit {
  readonly #parts: CommitParts;
  /** Of the last event that is on the disk. */
  #sequence: number;
  /** What is being written, and all that comes after it. */
  readonly #jobs: Job[] = [];
  #running: Promise<void> | undefined;
  #isBusy = false;
  /** Why nothing will ever be written any more. */
  #end: RollupError | undefined;
  #obstacle: RollupError | undefined;

  /** @param sequence - Number of the last event that is kept. */
  constructor(parts: CommitParts, sequence: number) {
    this.#parts = parts;
    this.#sequence = sequence;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Why nothing can be written, at present or for good. */
  get obstacle(): RollupError | undefined {
    return this.#end ?? this.#obstacle;
  }

  /** @returns Resolves when the events are on the disk. */
  append(events: readonly LedgerEvent[], change: LedgerChange): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const last = this.#jobs.at(-1);
    const isGathering = last !== undefined && last.task === undefined && !this.#isWriting(last);
    const job = isGathering ? last : this.#addJob();
    job.events.push(...events);
    job.changes.push(change);
    const told = changesOf(events, change);
    this.#parts.told.note(told);
    job.told.push(...told);
    return job.done.promise;
  }

  /** Runs a task after all that was appended, and before all that comes later. */
  run(task: (sequence: number) => Promise<void>): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return this.#addJob(task).done.promise;
  }

  /** Resolves when all that was appended so far is kept. @throws STORE_UNAVAILABLE */
  async flushed(): Promise<void> {
    await this.#jobs.at(-1)?.done.promise;
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Gives up what is not kept: for closing while the store does not work. */
  abandon(error: RollupError): void {
    this.#end ??= error;
  }

  #isWriting(job: Job): boolean {
    return this.#isBusy && job === this.#jobs[0];
  }

  #addJob(task?: Job["task"]): Job {
    const done = createDeferred();
    const job = { events: [], changes: [], told: [], done, ...(task && { task }) };
    this.#jobs.push(job);
    this.#running ??= this.#runJobs();
    return job;
  }

  async #runJobs(): Promise<void> {
    // Whoever appends in the same breath comes along.
    await new Promise((resolve) => setImmediate(resolve));
    this.#isBusy = true;
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      try {
        await (job.task === undefined ? this.#keep(job) : this.#runTask(job.task));
        this.#jobs.shift();
        job.done.resolve();
      } catch (error) {
        this.#fail(error as RollupError);
      }
    }
    this.#isBusy = false;
    this.#running = undefined;
    this.#recover();
  }

  async #runTask(task: NonNullable<Job["task"]>): Promise<void> {
    const sequence = this.#sequence + 1;
    await task(sequence);
    this.#sequence = sequence;
  }

  /** Nothing is ever written any more. */
  #fail(error: RollupError): void {
    this.#end ??= error;
    for (const { done } of this.#jobs.splice(0)) done.reject(this.#end);
  }

  async #keep({ events, changes, told }: Job): Promise<void> {
    const first = this.#sequence + 1;
    const last = this.#sequence + events.length;
    const data = events.map(encode).join("\n");
    const { writer, onKept } = this.#parts;
    const statements = [
      writer.queries
        .insertInto("events")
        .values({ first, last, data, checksum: crc32(data) })
        .compile(),
      ...changes.flatMap((change) => projectChange(writer.queries, change)),
      ...this.#parts.told.insert(told),
    ];
    await this.#write(statements, { first, last });
    this.#sequence = last;
    this.#parts.told.noteKept(told);
    onKept({ ledger: changes.at(-1)!.after, bytes: data.length });
  }

  /** Writes until it is known that the statements have taken effect. @throws STORE_TAKEN_OVER */
  async #write(
    statements: readonly Statement[],
    { first, last }: { readonly first: number; readonly last: number },
  ): Promise<void> {
    const { writer } = this.#parts;
    let reason = "a write takes long";
    // Turns are counted, not time: this thread may have been busy with something else.
    let turns = 0;
    const watch = setInterval(() => {
      if (++turns * WATCH_MS >= OUTAGE_MS) this.#noteOutage(turns * WATCH_MS, reason);
    }, WATCH_MS).unref();
    let pauseMs = FIRST_RETRY_MS;
    try {
      for (let isOpen = false; ;) {
        try {
          if (isOpen) {
            await writer.reconnect();
            const kept = await writer.readLastSequence();
            if (kept === last) return;
            if (kept !== first - 1) throw writer.takenOver();
            isOpen = false;
          }
          await writer.transact(statements);
          return;
        } catch (error) {
          if (this.#end !== undefined) throw this.#end;
          if (!(error instanceof SqlError)) throw error;
          if (error.code === FENCED) throw writer.takenOver();
          isOpen = true;
          reason = error.message;
          await pause(pauseMs);
          pauseMs = Math.min(2 * pauseMs, RETRY_MS_MAX);
        }
      }
    } finally {
      clearInterval(watch);
    }
  }

  /** Nobody is kept waiting: what is open stays open, and nothing is added. */
  #noteOutage(ms: number, reason: string): void {
    const isNew = this.#obstacle === undefined;
    const seconds = Math.floor(ms / 1000);
    this.#obstacle = storeError({ code: "STORE_UNAVAILABLE", seconds, reason });
    if (!isNew) return;
    this.#parts.onOutage(this.#obstacle);
    for (const { done } of this.#jobs) done.reject(this.#obstacle);
  }

  #recover(): void {
    if (this.#obstacle === undefined) return;
    this.#obstacle = undefined;
    this.#parts.onOutage(undefined);
  }
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function createDeferred(): Deferred {
  let resolve: Deferred["resolve"] = () => {};
  let reject: Deferred["reject"] = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    [resolve, reject] = [onResolve, onReject];
  });
  promise.catch(() => undefined); // whoever waits gets it
  return { promise, resolve, reject };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
