/** Runs jobs in worker threads, so that long computations leave the event loop free. */

import { type Transferable, Worker } from "node:worker_threads";

/**
 * Workers of one kind. Each takes one job at a time; jobs wait in the order they came. Only jobs
 * keep the process alive.
 */
export interface WorkerPool<Job, Result> {
  run(job: Job, transfer?: readonly Transferable[]): Promise<Result>;
  /** Ends the workers at once; unfinished jobs are rejected. */
  close(): Promise<void>;
}

interface PendingJob<Job, Result> {
  readonly job: Job;
  readonly transfer: readonly Transferable[];
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Starts `size` workers.
 *
 * @param module The worker's module as `import.meta.resolve`-style URL, see {@link workerUrl}. It
 *   must answer each message with one message, and may throw to reject the job.
 * @param workerData What each worker gets once, at its start.
 */
export function createWorkerPool<Job, Result>(
  module: URL,
  size: number,
  workerData: unknown = null,
): WorkerPool<Job, Result> {
  const waiting: PendingJob<Job, Result>[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, PendingJob<Job, Result>>();
  let failure: Error | null = null;

  const dispatch = () => {
    while (idle.length > 0 && waiting.length > 0) {
      const worker = idle.pop()!;
      const pending = waiting.shift()!;
      busy.set(worker, pending);
      worker.ref();
      worker.postMessage(pending.job, pending.transfer);
    }
  };
  const fail = (error: Error) => {
    failure ??= error;
    for (const { reject } of [...busy.values(), ...waiting]) reject(failure);
    busy.clear();
    waiting.length = 0;
  };
  const workers = Array.from({ length: size }, () => {
    const worker = new Worker(module, { workerData });
    worker.on("message", (result: Result) => {
      busy.get(worker)?.resolve(result);
      busy.delete(worker);
      worker.unref();
      idle.push(worker);
      dispatch();
    });
    worker.on("error", fail);
    worker.on("exit", (code) => fail(new Error(`A worker thread ended with exit code ${code}`)));
    worker.unref();
    idle.push(worker);
    return worker;
  });
  return {
    run: (job, transfer = []) =>
      new Promise((resolve, reject) => {
        if (failure !== null) {
          reject(failure);
          return;
        }
        waiting.push({ job, transfer, resolve, reject });
        dispatch();
      }),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/**
 * The URL of a worker module beside the caller.
 *
 * @param base The caller's `import.meta.url`; its ending tells whether sources or the build run.
 * @param name The module's file name without its ending.
 */
export function workerUrl(base: string, name: string): URL {
  return new URL(`./${name}${base.endsWith(".ts") ? ".ts" : ".js"}`, base);
}
