/** Runs jobs in worker threads, so that long computations do not block the event loop. */

import { type Transferable, Worker } from "node:worker_threads";

/**
 * Workers of one kind. Each runs one job at a time; other jobs wait in the order of submission.
 * Running jobs keep the process alive, idle workers do not.
 */
export interface WorkerPool<Job, Result> {
  /** @param transfer - Buffers that move to the worker instead of being copied. */
  run(job: Job, transfer?: readonly Transferable[]): Promise<Result>;
  /** Terminates the workers immediately; unfinished jobs are rejected. */
  close(): Promise<void>;
}

interface PendingJob<Job, Result> {
  readonly job: Job;
  readonly transfer: readonly Transferable[];
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Starts a pool of worker threads.
 *
 * @param module - URL of the worker's module, see {@link workerUrl}. It must answer each message
 *   with one message. An error that it throws ends the pool: all jobs are rejected.
 * @param size - Number of workers.
 * @param workerData - Passed to each worker when it starts.
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
 * Returns the URL of a worker module beside the caller.
 *
 * @param base - The caller's `import.meta.url`; its extension is that of the worker too.
 * @param name - File name of the worker's module, without extension.
 */
export function workerUrl(base: string, name: string): URL {
  return new URL(`./${name}${base.endsWith(".ts") ? ".ts" : ".js"}`, base);
}
