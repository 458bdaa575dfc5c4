/**
 * Renews a lease in a thread of its own: the main thread may take longer than the lease lasts, for
 * example to read a large snapshot.
 */
import { Worker } from "node:worker_threads";
import { workerUrl } from "../util/worker-pool.ts";
import { leaseError } from "./errors.ts";
import { type Held, hold, type LeaseTimes, type Moment, now, since } from "./lease.ts";

/** Which row is renewed, and how. */
export interface RenewedRow {
  readonly url: string;
  readonly name: string;
  readonly resource: string;
  readonly times: LeaseTimes;
}

/** What the thread is started with. */
export interface RenewalJob extends RenewedRow {
  readonly shared: SharedArrayBuffer;
}

/** A row that this process has taken. */
export interface TakenRow {
  readonly fencingToken: number;
  /** Before it was asked for. */
  readonly acquiredAt: Moment;
}

/** What the thread is told: to renew a row, or to give it up. */
export type RenewalOrder = TakenRow | "release";

/** What the thread reports. */
export type RenewalReport = { readonly lost: string } | "ready" | "released";

/** A main thread that does nothing for longer is taken for dead, and its lease ends. */
const SILENCE_MS_MAX = 120_000;

/** Time for a thread to start, after which the row is taken all the same. */
const START_MS_MAX = 30_000;

const [RENEWED, ALIVE, CELLS] = [0, 2, 4];

/** Two moments that both threads see: that of the last renewal, and the main thread's last sign. */
export class SharedMoments {
  readonly #cells: BigInt64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#cells = new BigInt64Array(shared);
  }

  static create(): { moments: SharedMoments; shared: SharedArrayBuffer } {
    const shared = new SharedArrayBuffer(CELLS * BigInt64Array.BYTES_PER_ELEMENT);
    const moments = new SharedMoments(shared);
    moments.noteAlive();
    return { moments, shared };
  }

  get renewedAt(): Moment {
    return this.#read(RENEWED);
  }

  set renewedAt(moment: Moment) {
    this.#write(RENEWED, moment);
  }

  noteAlive(): void {
    this.#write(ALIVE, now());
  }

  get isMainSilent(): boolean {
    return since(this.#read(ALIVE)) > SILENCE_MS_MAX;
  }

  #read(cell: number): Moment {
    const [monotonic, wall] = [cell, cell + 1].map((at) => Number(Atomics.load(this.#cells, at)));
    return { monotonicMs: monotonic!, wallMs: wall! };
  }

  /** Rounded down: a lease may only seem older than it is. */
  #write(cell: number, { monotonicMs, wallMs }: Moment): void {
    Atomics.store(this.#cells, cell, BigInt(Math.floor(monotonicMs)));
    Atomics.store(this.#cells, cell + 1, BigInt(Math.floor(wallMs)));
  }
}

const FENCE = "update rollup_leases set token = token where resource = $1 and token = $2";

/** A thread that is ready before a row is taken: its start takes no time of the lease. */
export class RenewalThread {
  readonly #row: RenewedRow;
  readonly #moments: SharedMoments;
  readonly #worker: Worker;
  #lose: (reason: string) => void = () => undefined;

  private constructor(row: RenewedRow) {
    const { moments, shared } = SharedMoments.create();
    const workerData: RenewalJob = { ...row, shared };
    this.#row = row;
    this.#moments = moments;
    this.#worker = new Worker(workerUrl(import.meta.url, "renewal-worker"), { workerData });
    this.#worker.on("error", (error) => this.#lose(`its thread has failed: ${String(error)}`));
    this.#worker.on("exit", () => this.#lose("its thread has ended"));
    this.#worker.on("message", (report: RenewalReport) => {
      if (typeof report === "object") this.#lose(report.lost);
    });
  }

  /** Starts a thread, which has connected if the database can be reached. */
  static async start(row: RenewedRow): Promise<RenewalThread> {
    const thread = new RenewalThread(row);
    await thread.#reported("ready", START_MS_MAX);
    thread.#worker.unref();
    return thread;
  }

  /** Holds a row as long as the thread can renew it. */
  hold({ fencingToken, acquiredAt }: TakenRow): Held {
    const { name, resource, times } = this.#row;
    this.#moments.noteAlive();
    this.#moments.renewedAt = acquiredAt;
    this.#order({ fencingToken, acquiredAt });
    const held = hold({
      fencingToken,
      acquiredAt,
      times,
      renewedAt: () => this.#moments.renewedAt,
      watch: (lose) => (this.#lose = lose),
      renew: () => {
        this.#moments.noteAlive();
        return Promise.resolve(undefined);
      },
      end: (isHeld) => this.#end(isHeld),
      toLoss: (reason) => leaseError({ code: "LEASE_LOST", lease: name, reason }),
    });
    return { ...held, fence: { sql: FENCE, parameters: [resource, fencingToken] } };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  /** A server that does not answer is not waited for. */
  async #end(isHeld: boolean): Promise<void> {
    if (isHeld) {
      const released = this.#reported("released", this.#row.times.ttlMs);
      this.#order("release");
      await released;
    }
    await this.close();
  }

  #order(order: RenewalOrder): void {
    this.#worker.postMessage(order);
  }

  /** Waits for a report, until the thread ends, or for a time. */
  #reported(wanted: RenewalReport, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#worker.off("message", onMessage).off("exit", done);
        resolve();
      };
      const onMessage = (report: RenewalReport) => {
        if (report === wanted) done();
      };
      const timer = setTimeout(done, limitMs);
      this.#worker.on("message", onMessage).once("exit", done);
    });
  }
}
