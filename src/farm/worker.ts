/**
 * A worker: fetches proof jobs from a database, proves them with the keys that it has, and answers.
 * It gives signs of life while it proves; a job that was given to another meanwhile is aborted.
 */
import type { JobWithMetadata, PgBoss } from "pg-boss";
import type { Logger } from "../operator/logger.ts";
import { silentLogger } from "../operator/logger.ts";
import type { Prover } from "../prover/prover.ts";
import { isRollupError } from "../util/errors.ts";
import { createIdentity, encodeAnswer, type Outcome, type WorkerIdentity } from "./answer.ts";
import { type FarmDatabase, openDatabase } from "./database.ts";
import type { QueueLocation } from "./location.ts";
import { farmError } from "./errors.ts";
import { decodeJob, type FarmJob, type FarmKey, queueOf } from "./job.ts";
import { HEARTBEAT_SECONDS } from "./job-table.ts";

export interface WorkerOptions extends QueueLocation {
  /** Name in the operator's log: letters, digits and `_.:-`, at most 63. */
  readonly name: string;
  /** Keys that the prover has. */
  readonly keys: readonly FarmKey[];
  /** Proves jobs of these keys, and verifies its proofs; stays the caller's to close. */
  readonly prover: Prover;
  /** Jobs at a time, from 1. Default 1. */
  readonly concurrency?: number;
  /** Log sink. Default: none. */
  readonly logger?: Logger;
}

/** How a worker stops: after its jobs, or at once, giving them back. */
export type WorkerStop = "finish" | "return";

export interface FarmWorker {
  /** Its name, with a fingerprint of the key that it signs answers with. */
  readonly name: string;
  /** Jobs that it has proven. */
  readonly provenCount: number;
  /** Time that their proofs took, all together. */
  readonly provingSeconds: number;
  /** Stops; may be called again with "return". */
  stop(how: WorkerStop): Promise<void>;
}

/** How often an idle worker asks for a job. */
const POLL_MS = 100;
const RETRY_MS = 2_000;
/** Polls without a job after which it takes one that it has failed before, too. */
const LONELY_POLLS = 20;
/** How long it tries to give an answer that the database does not take. */
const ANSWER_MS_MAX = 10 * 60 * 1000;
const BEATS_PER_LIMIT = 3;

/**
 * Joins a queue.
 *
 * @throws FARM_URL_INVALID, FARM_PACKAGE_MISSING, FARM_UNREACHABLE
 */
export async function startWorker(options: WorkerOptions): Promise<FarmWorker> {
  const { logger = silentLogger, name, concurrency = 1 } = options;
  const database = await openDatabase(options, "worker", (reason) =>
    logger.debug(`proof jobs: ${reason}`),
  );
  const worker = new Worker(options, database, createIdentity(name), logger);
  worker.start(concurrency);
  return worker;
}

type FetchedJob = Pick<
  JobWithMetadata<unknown>,
  "id" | "name" | "data" | "retryCount" | "heartbeatSeconds"
>;

class Worker implements FarmWorker {
  readonly #options: WorkerOptions;
  readonly #database: FarmDatabase;
  readonly #identity: WorkerIdentity;
  readonly #logger: Logger;
  readonly #queues: readonly string[];
  readonly #abort = new AbortController();
  readonly #stopping = new AbortController();
  #lanes: readonly Promise<void>[] = [];
  #isReached = true;
  #ended: Promise<void> | undefined;
  provenCount = 0;
  provingSeconds = 0;

  constructor(
    options: WorkerOptions,
    database: FarmDatabase,
    identity: WorkerIdentity,
    logger: Logger,
  ) {
    this.#options = options;
    this.#database = database;
    this.#identity = identity;
    this.#logger = logger;
    this.#queues = options.keys.map(queueOf);
  }

  get name(): string {
    return this.#identity.name;
  }

  start(concurrency: number): void {
    this.#lanes = Array.from({ length: concurrency }, () => this.#work());
  }

  stop(how: WorkerStop): Promise<void> {
    this.#stopping.abort();
    if (how === "return") this.#abort.abort(new Error("the worker stops"));
    this.#ended ??= Promise.all(this.#lanes).then(() => this.#database.close());
    return this.#ended;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Proves one job after the other; while one is answered, the next is fetched and proven. */
  async #work(): Promise<void> {
    let idlePolls = 0;
    let answering = Promise.resolve();
    while (!this.#isStopping) {
      const job = await this.#fetch(idlePolls >= LONELY_POLLS);
      idlePolls = job === undefined ? idlePolls + 1 : 0;
      if (job === undefined) await this.#pause(this.#isReached ? POLL_MS : RETRY_MS);
      else {
        const answer = await this.#handle(job);
        await answering;
        answering = answer();
      }
    }
    await answering;
  }

  /** @param isLonely - Nobody else takes what it has failed. */
  async #fetch(isLonely: boolean): Promise<FetchedJob | undefined> {
    const { boss } = this.#database;
    for (const queue of this.#queues) {
      if (this.#isStopping) return undefined;
      try {
        const ignoreGroups = isLonely ? null : [this.name];
        const [job] = await boss.fetch<object>(queue, { ignoreGroups });
        this.#noteReached();
        if (job !== undefined) return job;
      } catch (error) {
        // An operator that has never run has made no queue.
        if (!isRollupError(error)) continue;
        this.#noteUnreached(error);
        return undefined;
      }
    }
    return undefined;
  }

  /** Proves a job. @returns Gives the answer; until then there are signs of life. */
  async #handle(job: FetchedJob): Promise<() => Promise<void>> {
    const startMs = performance.now();
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#abort.signal]);
    const beat = this.#startBeating(job, abort);
    const outcome = await this.#prove(job, signal);
    const seconds = (performance.now() - startMs) / 1000;
    return async () => {
      const isTaken = !abort.signal.aborted && (await this.#answer(job, outcome));
      clearInterval(beat);
      if (!isTaken) {
        this.#logger.info("A job is not needed any more, or was given to another worker");
      } else if (outcome.type === "proof") {
        this.provenCount++;
        this.provingSeconds += seconds;
        this.#logger.info(`Proven in ${seconds.toFixed(1)} s: job ${job.id}`);
      }
    };
  }

  async #prove({ data, id }: FetchedJob, signal: AbortSignal): Promise<Outcome> {
    try {
      const { job } = checkedJob(data, this.#options.keys);
      const proving = this.#options.prover.prove(job, signal);
      return { type: "proof", proof: await untilAborted(proving, signal) };
    } catch (error) {
      if (signal.aborted) return { type: "returned" };
      const reason = this.#database.describe(error);
      this.#logger.error(`Job ${id}: ${reason}`);
      return { type: "failure", reason };
    }
  }

  #startBeating(job: FetchedJob, abort: AbortController): NodeJS.Timeout {
    const limitSeconds = job.heartbeatSeconds ?? HEARTBEAT_SECONDS;
    return setInterval(
      () => {
        this.#database.boss.touch(job.name, attemptOf(job)).then(
          (response) => {
            if (affectedBy(response) === 0) abort.abort(new Error("the job is withdrawn"));
          },
          (error: unknown) => this.#noteUnreached(error),
        );
      },
      (limitSeconds * 1000) / BEATS_PER_LIMIT,
    );
  }

  /**
   * Gives an answer, as soon as the database takes it.
   *
   * @returns Whether the job was still this worker's.
   */
  async #answer(job: FetchedJob, outcome: Outcome): Promise<boolean> {
    const endMs = performance.now() + ANSWER_MS_MAX;
    const answer = encodeAnswer(this.#identity, job.id, outcome);
    for (;;) {
      try {
        const response = await this.#database.boss.complete(job.name, attemptOf(job), answer);
        this.#noteReached();
        return affectedBy(response) > 0;
      } catch (error) {
        this.#noteUnreached(error);
        if (performance.now() > endMs || this.#abort.signal.aborted) return false;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #noteReached(): void {
    if (!this.#isReached) this.#logger.info("The proof jobs' database answers again");
    this.#isReached = true;
  }

  #noteUnreached(error: unknown): void {
    if (this.#isReached) this.#logger.error(this.#database.describe(error));
    this.#isReached = false;
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#stopping.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, durationMs);
      this.#stopping.signal.addEventListener("abort", end);
    });
  }
}

/** @throws FARM_JOB_MALFORMED, FARM_KEY_MISMATCH */
function checkedJob(data: unknown, keys: readonly FarmKey[]): FarmJob {
  const job = decodeJob(data);
  const { keyId } = job;
  const own = keys.find((key) => key.keyId === keyId);
  for (const what of ["circuit", "key"] as const) {
    const [expected, actual] = [job[what], own?.[what] ?? "none"];
    if (actual === expected) continue;
    throw farmError({ code: "FARM_KEY_MISMATCH", keyId, what, expected, actual });
  }
  return job;
}

/** The attempt that was fetched: once it was given to another, calls about it do nothing. */
function attemptOf({ id, retryCount }: FetchedJob) {
  return { id, retryCount };
}

/** pg-boss types its answer without what it has. */
function affectedBy(response: Awaited<ReturnType<PgBoss["complete"]>> | object): number {
  return (response as { readonly affected: number }).affected;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
