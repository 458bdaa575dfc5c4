/** A queue with operators and workers whose proofs take no time, for tests. */
import { createHash } from "node:crypto";
import type { FarmKey } from "../../src/farm/job.ts";
import { createQueueProver, type QueueProverOptions } from "../../src/farm/queue-prover.ts";
import { type FarmWorker, startWorker, type WorkerOptions } from "../../src/farm/worker.ts";
import type { JobProof, ProofJob, Prover } from "../../src/prover/prover.ts";
import type { TestDatabase } from "../helpers/postgres.ts";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

export const KEYS: readonly FarmKey[] = [
  { keyId: 4, circuit: hash("circuit 4"), key: hash("key 4") },
  { keyId: 5, circuit: hash("circuit 5"), key: hash("key 5") },
];

export function jobOf(number: number, keyId = 4): ProofJob {
  const input = { amount: 2n ** 250n + BigInt(number), path: [[1n, 0n], [BigInt(number)]] };
  return { keyId, input, publicInputs: [BigInt(number), 2n ** 253n] };
}

/** The only right proof of a job, in these tests. */
export function proofOf({ keyId, publicInputs }: ProofJob): JobProof {
  const text = `${keyId} ${publicInputs.join(" ")}`;
  return {
    proof: Array.from({ length: 8 }, (_, i) => BigInt(`0x${hash(`${text} ${i}`)}`)),
    publicInputs,
  };
}

export function isRight(keyId: number, proof: JobProof): Promise<boolean> {
  const expected = proofOf({ keyId, publicInputs: proof.publicInputs, input: {} });
  return Promise.resolve(expected.proof.every((word, index) => word === proof.proof[index]));
}

/** A worker's prover, which keeps its jobs. */
export class FarmProver implements Prover {
  readonly name = "test";
  readonly capacity = 1;
  readonly jobs: ProofJob[] = [];
  /** Makes what a job is answered with; may fail. */
  make: (job: ProofJob, signal: AbortSignal | undefined) => Promise<JobProof>;

  constructor(make: FarmProver["make"] = (job) => Promise.resolve(proofOf(job))) {
    this.make = make;
  }

  prove(job: ProofJob, signal?: AbortSignal): Promise<JobProof> {
    this.jobs.push(job);
    return this.make(job, signal);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Keeps lines. */
export class FarmLog {
  readonly lines: string[] = [];
  readonly debug = (line: string) => void this.lines.push(line);
  readonly info = (line: string) => void this.lines.push(line);
  readonly error = (line: string) => void this.lines.push(line);

  has(part: string): boolean {
    return this.lines.some((line) => line.includes(part));
  }
}

export interface FarmWorld {
  readonly log: FarmLog;
  operator(options?: Partial<QueueProverOptions>): Promise<Prover>;
  worker(name: string, prover?: Prover, options?: Partial<WorkerOptions>): Promise<FarmWorker>;
  /** Closes all operators and workers. */
  close(): Promise<void>;
}

export function createFarmWorld({ url, schema }: TestDatabase): FarmWorld {
  const log = new FarmLog();
  const closing: (() => Promise<unknown>)[] = [];
  return {
    log,
    operator: async (options = {}) => {
      const given = { url, schema, keys: KEYS, verify: isRight, logger: log, ...options };
      const prover = await createQueueProver(given);
      closing.push(() => prover.close());
      return prover;
    },
    worker: async (name, prover = new FarmProver(), options = {}) => {
      const given = { url, schema, name, keys: KEYS, prover, logger: log, ...options };
      const worker = await startWorker(given);
      closing.push(() => worker.stop("return"));
      return worker;
    },
    close: async () => {
      await Promise.all(closing.splice(0).map((close) => close()));
    },
  };
}

/** Waits until something holds; a busy machine may take long to start a process. */
export async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (performance.now() < endMs) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it has not happened within a minute");
}
