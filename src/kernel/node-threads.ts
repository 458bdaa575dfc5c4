/** Threads of the kernel in Node. */

import { Worker } from "node:worker_threads";
import { workerUrl } from "../util/worker-pool.ts";
import {
  createKernelThreads,
  createWorkerThread,
  type KernelThreads,
  type Thread,
} from "./threads.ts";

/** Starts `count` threads. They do not keep the process alive. */
export function createNodeThreads(count: number): KernelThreads {
  const url = workerUrl(import.meta.url, "thread-worker");
  return createKernelThreads(
    Array.from({ length: count }, () => createNodeThread(url)),
    true,
  );
}

function createNodeThread(url: URL): Thread {
  return createWorkerThread(({ onReply, onEnd }) => {
    const worker = new Worker(url);
    worker.on("message", onReply);
    worker.on("error", onEnd);
    worker.on("exit", () => onEnd(new Error("A kernel thread has ended")));
    worker.unref(); // after the listeners, which let it keep the process alive
    return {
      post: (message) => worker.postMessage(message),
      end: () => worker.terminate(),
      onBusy: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
    };
  });
}
