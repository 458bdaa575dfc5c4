/**
 * A prover whose jobs wait in a database for workers elsewhere. The database is trusted with
 * nothing: each proof is verified here against the operator's own key and public inputs, a job that
 * is gone or changed is made again, and while the database does not answer, jobs wait in memory.
 */
import { groth16Error } from "../groth16/errors.ts";
import type { Logger } from "../operator/logger.ts";
import { silentLogger } from "../operator/logger.ts";
import type { JobProof, ProofJob, Prover, ProverWorker } from "../prover/prover.ts";
import { proverError } from "../prover/errors.ts";
import type { Outcome } from "./answer.ts";
import { farmError } from "./errors.ts";
import { type FarmKey, statementOf } from "./job.ts";
import { type JobRow, openJobTable, type JobTable, type JobTableOptions } from "./job-table.ts";
import { decodeAnswer } from "./answer.ts";
import { Workers, WRONG_PROOFS_MAX } from "./workers.ts";

export interface QueueProverOptions extends JobTableOptions {
  /** Keys that jobs are for. */
  readonly keys: readonly FarmKey[];
  /** Whether a proof holds for its public inputs under a key of the operator's own. */
  readonly verify: (keyId: number, proof: JobProof) => Promise<boolean>;
  /** Jobs that wait or are proven at a time, from 1. Default 32. */
  readonly capacity?: number;
  /** Time after which an active job goes to another worker, milliseconds. Default 15 minutes. */
  readonly jobTimeoutMs?: number;
  /** Log sink. Default: none. */
  readonly logger?: Logger;
}

const CAPACITY = 32;
const JOB_MS_MAX = 15 * 60 * 1000;
/** Workers that fail a job, one after the other, before the job counts as failed. */
const ATTEMPTS_MAX = 4;
/** How often answers are looked for. */
const POLL_MS = 50;
/** The same while the database does not answer. */
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 5_000;

/** A job that somebody waits for. */
interface Pending {
  readonly job: ProofJob;
  readonly key: FarmKey;
  readonly statement: string;
  readonly resolve: (proof: JobProof) => void;
  readonly reject: (error: Error) => void;
  readonly onStart: () => void;
  /** Undefined until it is known which generations the database has. */
  generation: number | undefined;
  /** Whether the database has had a job of this generation. */
  isSent: boolean;
  /** Whether the database has refused it when it was asked last. */
  isFailing: boolean;
  /** The last worker that has failed. */
  without: string | undefined;
  readonly reasons: string[];
  /** Attempt that a worker is at, and since when, by this process's clock. */
  active: { readonly attempt: number; readonly sinceMs: number } | undefined;
}

/**
 * Opens the queue of proof jobs and creates its tables if they are missing.
 *
 * @param options - Where the queue is, the keys, and how proofs are verified.
 * @returns The prover. Jobs that it has not waited for stay in the database when it is closed, and
 * the next one finds them, and their proofs.
 * @throws FARM_URL_INVALID, FARM_PACKAGE_MISSING, FARM_UNREACHABLE
 */
export async function createQueueProver(options: QueueProverOptions): Promise<Prover> {
  const { logger = silentLogger } = options;
  const table = await openJobTable(options, options.keys, (reason) =>
    logger.debug(`proof jobs: ${reason}`),
  );
  const prover = new QueueProver(options, table, logger);
  return {
    name: "queue",
    capacity: options.capacity ?? CAPACITY,
    prove: (job, signal, onStart) => prover.prove(job, signal, onStart),
    get workers() {
      return prover.workers;
    },
    close: () => prover.close(),
  };
}

class QueueProver {
  readonly #options: QueueProverOptions;
  readonly #table: JobTable;
  readonly #logger: Logger;
  readonly #workers = new Workers();
  /** By statement, the oldest first. */
  readonly #pending = new Map<string, Pending>();
  #isClosed = false;
  #isRunning = false;
  #failures = 0;
  #wake = () => {};

  constructor(options: QueueProverOptions, table: JobTable, logger: Logger) {
    this.#options = options;
    this.#table = table;
    this.#logger = logger;
  }

  get workers(): readonly ProverWorker[] {
    return this.#workers.all;
  }

  prove(job: ProofJob, signal?: AbortSignal, onStart = () => {}): Promise<JobProof> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closedError();
      signal?.throwIfAborted();
      const key = this.#options.keys.find(({ keyId }) => keyId === job.keyId);
      if (key === undefined) throw missingKey(job.keyId);
      const statement = statementOf(job, key);
      const known = this.#pending.get(statement);
      const pending: Pending = {
        job,
        key,
        statement,
        resolve: both(known?.resolve, resolve),
        reject: both(known?.reject, reject),
        onStart: both(known?.onStart, onStart),
        generation: known?.generation,
        isSent: known?.isSent ?? false,
        isFailing: known?.isFailing ?? false,
        without: known?.without,
        reasons: known?.reasons ?? [],
        active: known?.active,
      };
      this.#pending.set(statement, pending);
      if (pending.active !== undefined) onStart();
      signal?.addEventListener("abort", () => this.#withdraw(statement, signal.reason as Error), {
        once: true,
      });
      this.#wake();
      if (!this.#isRunning) void this.#run();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#pending.values()) reject(closedError());
    this.#pending.clear();
    this.#wake();
    await this.#table.close();
  }

  /** Nobody waits for the proof any more, and no worker should. */
  #withdraw(statement: string, reason: Error): void {
    const pending = this.#pending.get(statement);
    if (pending === undefined) return;
    this.#pending.delete(statement);
    pending.reject(reason);
    const { key, generation } = pending;
    if (generation === undefined) return;
    this.#table.remove(key, statement, generation).catch((error: unknown) => {
      this.#logger.debug(`proof jobs: ${String(error)}`);
    });
  }

  /** Looks after the jobs until there is none. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#pending.size > 0) {
      const isReached = await this.#look();
      if (isReached && this.#failures > 0)
        this.#logger.info("The proof jobs' database answers again");
      this.#failures = isReached ? 0 : this.#failures + 1;
      const retryMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(this.#failures, 8));
      if (this.#pending.size > 0) await this.#sleep(isReached ? POLL_MS : retryMs);
    }
    this.#isRunning = false;
  }

  /** @returns Whether the database has answered. */
  async #look(): Promise<boolean> {
    try {
      const all = [...this.#pending.values()];
      await this.#find(all.filter(({ generation }) => generation === undefined));
      const sent = all.filter((pending) => this.#isPending(pending));
      const rows = await this.#table.read(sent.map(toSentJob));
      const advance = (pending: Pending) => this.#advance(pending, rows.get(pending.statement));
      this.#noteFailures(sent, await Promise.allSettled(sent.map(advance)));
      return true;
    } catch (error) {
      if (this.#isClosed) return true;
      if (this.#failures === 0) this.#logger.error(`${String(error)} Proofs wait until it does.`);
      return false;
    }
  }

  /** A job that the database refuses holds up no other one. @throws What all have failed with */
  #noteFailures(jobs: readonly Pending[], results: readonly PromiseSettledResult<void>[]): void {
    const isRejected = (result: PromiseSettledResult<void>) => result.status === "rejected";
    const [first] = results.filter(isRejected);
    if (first !== undefined && results.every(isRejected)) throw first.reason;
    for (const [index, result] of results.entries()) {
      const pending = jobs[index]!;
      const isNew = isRejected(result) && !pending.isFailing;
      pending.isFailing = isRejected(result);
      if (isNew) this.#logger.error(`prove: a job waits: ${String(result.reason)}`);
    }
  }

  /** Finds what an operator before this one has left: proofs, and jobs of a generation. */
  async #find(fresh: readonly Pending[]): Promise<void> {
    if (fresh.length === 0) return;
    const proofs = await this.#table.findProofs(fresh.map(({ statement }) => statement));
    const generations = await this.#table.findGenerations(fresh);
    for (const pending of fresh) {
      const proof = proofs.get(pending.statement);
      if (proof !== undefined && (await this.#isRight(pending, proof))) {
        this.#settle(pending, proof);
        continue;
      }
      const generation = generations.get(pending.statement);
      pending.generation = generation ?? 0;
      pending.isSent = generation !== undefined;
    }
  }

  async #advance(pending: Pending, row: JobRow | undefined): Promise<void> {
    if (!this.#isPending(pending)) return;
    if (row === undefined) {
      if (pending.isSent) this.#logger.debug(`proof jobs: a job has gone, it is made again`);
      await this.#send(pending);
      return;
    }
    if (row.state === "active") return this.#watch(pending, row);
    pending.active = undefined;
    if (row.state === "completed") return this.#take(pending, row);
    if (row.state === "failed") await this.#retry(pending, "its workers have died");
    if (row.state === "cancelled") await this.#retry(pending, "it was cancelled");
  }

  async #send(pending: Pending): Promise<void> {
    const { key, job, statement, generation, without } = pending;
    pending.isSent = true;
    await this.#table.send({ key, job, statement, generation: generation!, without });
  }

  /** Whoever writes to the table can keep a job active without end, but not by this clock. */
  async #watch(pending: Pending, { attempt }: JobRow): Promise<void> {
    const nowMs = performance.now();
    if (pending.active?.attempt !== attempt) {
      pending.active = { attempt, sinceMs: nowMs };
      pending.onStart();
    }
    const limitMs = this.#options.jobTimeoutMs ?? JOB_MS_MAX;
    if (nowMs - pending.active.sinceMs < limitMs) return;
    await this.#retry(pending, `it has taken more than ${Math.round(limitMs / 1000)} s`);
  }

  async #take(pending: Pending, { id, output }: JobRow): Promise<void> {
    const answer = output === undefined ? undefined : decodeAnswer(output, id);
    if (answer === undefined) return this.#retry(pending, "its answer is not signed by a worker");
    const { worker, outcome } = answer;
    if (!this.#workers.isTrusted(worker)) {
      return this.#retry(pending, `${worker} is not trusted any more`, worker);
    }
    return this.#takeOutcome(pending, worker, outcome);
  }

  async #takeOutcome(pending: Pending, worker: string, outcome: Outcome): Promise<void> {
    if (outcome.type === "returned") return this.#replace(pending);
    if (outcome.type === "failure") {
      this.#workers.note(worker, "failures");
      this.#logger.info(`prove: ${worker} has failed: ${outcome.reason}`);
      return this.#retry(pending, `${worker}: ${outcome.reason}`, worker);
    }
    const { proof } = outcome;
    // Somebody has changed the job: the worker has proven what it was given.
    if (!isProofOf(pending, proof)) return this.#retry(pending, "its proof is of another job");
    if (await this.#isRight(pending, proof)) {
      this.#logger.debug(`prove: a proof by ${worker}`);
      this.#workers.note(worker, "proofs");
      try {
        const { key, statement, generation } = pending;
        await this.#table.keep(key, statement, generation!, { proof, worker });
      } finally {
        // A database that does not keep it holds up nobody who waits for it.
        this.#settle(pending, proof);
      }
      return;
    }
    const { wrong: count } = this.#workers.note(worker, "wrong");
    const { keyId } = pending.key;
    this.#logger.error(String(proverError({ code: "PROOF_INVALID", keyId, prover: worker })));
    if (count === WRONG_PROOFS_MAX) {
      this.#logger.error(`prove: ${worker} is not trusted any more, after ${count} wrong proofs`);
    }
    await this.#retry(pending, `${worker} has given a wrong proof`, worker);
  }

  async #isRight(pending: Pending, proof: JobProof): Promise<boolean> {
    if (!isProofOf(pending, proof)) return false;
    try {
      return await this.#options.verify(pending.key.keyId, proof);
    } catch {
      return false; // such as a coordinate beyond the field
    }
  }

  /** Gives the job to another worker, until too many have failed. */
  async #retry(pending: Pending, reason: string, worker?: string): Promise<void> {
    pending.reasons.push(reason);
    pending.without = worker;
    if (pending.reasons.length < ATTEMPTS_MAX) return this.#replace(pending);
    const { key, statement, generation, reasons } = pending;
    if (this.#isPending(pending)) this.#pending.delete(statement);
    const facts = { keyId: key.keyId, attempts: reasons.length, reasons };
    pending.reject(farmError({ code: "FARM_JOB_FAILED", ...facts }));
    await this.#table.remove(key, statement, generation!);
  }

  /** The next generation has another id, so a row that cannot be removed holds up nothing. */
  async #replace(pending: Pending): Promise<void> {
    const { key, statement, generation } = pending;
    pending.generation = this.#table.nextGeneration(generation!);
    pending.active = undefined;
    pending.isSent = false;
    if (this.#isPending(pending)) await this.#send(pending);
    await this.#table.remove(key, statement, generation!);
  }

  #settle({ statement, resolve }: Pending, proof: JobProof): void {
    // Somebody else may have asked for it while the database was.
    const latest = this.#pending.get(statement);
    this.#pending.delete(statement);
    resolve(proof);
    latest?.resolve(proof);
  }

  /** It may have been withdrawn while the database was asked. */
  #isPending(pending: Pending): boolean {
    return this.#pending.get(pending.statement) === pending && pending.generation !== undefined;
  }

  #sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isProofOf({ job }: Pending, { publicInputs }: JobProof): boolean {
  const expected = job.publicInputs;
  const isSame = expected.every((value, index) => value === publicInputs[index]);
  return isSame && expected.length === publicInputs.length;
}

function toSentJob({ key, statement, generation }: Pending) {
  return { key, statement, generation: generation! };
}

/** Calls both, if there is a first one. */
function both<T extends unknown[]>(
  first: ((...values: T) => void) | undefined,
  second: (...values: T) => void,
): (...values: T) => void {
  if (first === undefined) return second;
  return (...values) => {
    first(...values);
    second(...values);
  };
}

function closedError(): Error {
  return groth16Error({ code: "PROVER_CLOSED", prover: "queue" });
}

function missingKey(keyId: number): Error {
  const facts = { keyId, what: "key", expected: "one of the build", actual: "none" };
  return farmError({ code: "FARM_KEY_MISMATCH", ...facts });
}
