/** Proofs that are being made: each once, and at most as many at a time as the prover takes. */
import type { Clock } from "../clock.ts";

/** A proof that is being made, or waits in the prover. */
export interface ProofJobInfo {
  readonly blockNumber: number;
  /** Milliseconds since the prover was asked. */
  readonly askedMs: number;
  /** Milliseconds since somebody has begun; undefined while it waits. */
  readonly startedMs: number | undefined;
}

/** When, by the clock. */
interface Times {
  readonly askedAtMs: number;
  startedAtMs: number | undefined;
}

interface Making {
  readonly blockNumber: number;
  readonly times: Times;
  readonly done: Promise<void>;
  readonly abort: AbortController;
}

/** A job is known by the commitment of its block, so that a changed block is another job. */
export class ProofJobs {
  readonly #making = new Map<string, Making>();
  readonly #capacity: number;
  readonly #clock: Clock;
  readonly #onEnd: () => void;

  /**
   * @param capacity - Jobs at a time, from 1.
   * @param clock - For how long jobs take.
   * @param onEnd - A job has ended in any way, so that there is room for another one.
   */
  constructor(capacity: number, clock: Clock, onEnd: () => void) {
    this.#capacity = capacity;
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  get hasRoom(): boolean {
    return this.#making.size < this.#capacity;
  }

  has(commitment: string): boolean {
    return this.#making.has(commitment);
  }

  /** All jobs, those of the lowest blocks first. */
  get infos(): readonly ProofJobInfo[] {
    const nowMs = this.#clock.nowMs();
    const infos = [...this.#making.values()].map(({ blockNumber, times }) => ({
      blockNumber,
      askedMs: nowMs - times.askedAtMs,
      startedMs: times.startedAtMs === undefined ? undefined : nowMs - times.startedAtMs,
    }));
    return infos.sort((one, other) => one.blockNumber - other.blockNumber);
  }

  /**
   * Runs a job, unless it runs already.
   *
   * @param job - Makes the proof; calls `onStart` whenever somebody begins with it.
   * @returns Settles with the job; resolves if the job is aborted.
   */
  run(
    commitment: string,
    blockNumber: number,
    job: (signal: AbortSignal, onStart: () => void) => Promise<void>,
  ): Promise<void> {
    const known = this.#making.get(commitment);
    if (known !== undefined) return known.done;
    const abort = new AbortController();
    const times: Times = { askedAtMs: this.#clock.nowMs(), startedAtMs: undefined };
    const onStart = () => (times.startedAtMs = this.#clock.nowMs());
    const done = settledOrAborted(job(abort.signal, onStart), abort.signal).finally(() => {
      // Once aborted, the job may have been started again.
      if (this.#making.get(commitment)?.abort === abort) this.#making.delete(commitment);
      this.#onEnd();
    });
    this.#making.set(commitment, { blockNumber, times, done, abort });
    return done;
  }

  /** Aborts the jobs of blocks that are gone. What their prover still answers is not used. */
  abortUnless(isWanted: (commitment: string) => boolean): void {
    for (const [commitment, { abort }] of this.#making) {
      if (isWanted(commitment)) continue;
      this.#making.delete(commitment);
      abort.abort();
    }
  }

  /** Resolves when there is room for a job, or the job runs already. */
  async roomFor(commitment: string): Promise<void> {
    while (!this.hasRoom && !this.has(commitment)) await this.#anyEnd();
  }

  /** Resolves when no job is running. */
  async idle(): Promise<void> {
    while (this.#making.size > 0) await this.#anyEnd();
  }

  #anyEnd(): Promise<unknown> {
    const all = [...this.#making.values()];
    return Promise.race(all.map(({ done }) => done.catch(() => undefined)));
  }
}

/** Settles as the job does, but resolves as soon as it is aborted. */
function settledOrAborted(job: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    job.then(resolve, (error: unknown) => (signal.aborted ? resolve() : reject(error as Error)));
  });
}
