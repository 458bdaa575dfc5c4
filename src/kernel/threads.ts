/**
 * Runs kernel functions in worker threads over one shared memory.
 *
 * A *space* is a memory with a module's instances, one per thread. Tasks of a run are independent
 * calls; threads take them by a counter in the memory until none is left. Every call gets the
 * thread's own scratch address as last argument.
 */

import { Worker } from "node:worker_threads";
import { SerialQueue } from "../util/serial-queue.ts";
import { workerUrl } from "../util/worker-pool.ts";
import type {
  OpenMessage,
  RunMessage,
  Task,
  ThreadMessage,
  ThreadReply,
} from "./thread-messages.ts";

export type { Task };

export interface SpaceOptions {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of four bytes that nothing else uses; a multiple of 4. */
  readonly counterAddress: number;
  /** One per thread. */
  readonly scratchAddresses: readonly number[];
}

export interface Space {
  /** Runs tasks in any order; resolves when all are done. Runs of a space do not overlap. */
  run(tasks: readonly Task[]): Promise<void>;
  /** Releases the memory in all threads. */
  close(): Promise<void>;
}

export interface KernelThreads {
  readonly count: number;
  open(options: SpaceOptions): Promise<Space>;
  close(): Promise<void>;
}

/** Starts `count` threads. They do not keep the process alive. */
export function createKernelThreads(count: number): KernelThreads {
  const url = workerUrl(import.meta.url, "thread-worker");
  const threads = Array.from({ length: count }, () => createThread(url));
  /** Waits for all threads even if one fails, because none may be busy when the next run starts. */
  const broadcast = async (messageOf: (index: number) => ThreadMessage) => {
    const sent = threads.map((thread, index) => thread.send(messageOf(index)));
    const failed = (await Promise.allSettled(sent)).find(({ status }) => status === "rejected");
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  };
  let spaces = 0;
  return {
    count,
    open: async ({ module, memory, counterAddress, scratchAddresses }) => {
      const space = spaces++;
      const counter = new Int32Array(memory.buffer, counterAddress, 1);
      await broadcast((index): OpenMessage => {
        const scratchAddress = scratchAddresses[index]!;
        return { kind: "open", space, module, memory, counterAddress, scratchAddress };
      });
      const runs = new SerialQueue();
      const run = async (tasks: readonly Task[]) => {
        Atomics.store(counter, 0, 0);
        await broadcast((): RunMessage => ({ kind: "run", space, tasks }));
      };
      return {
        run: (tasks) => runs.run(() => run(tasks)),
        close: async () => {
          await broadcast(() => ({ kind: "close", space }));
        },
      };
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Thread {
  send(message: ThreadMessage): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A worker that answers each message with one reply, in order. */
function createThread(url: URL): Thread {
  const worker = new Worker(url);
  const waiting: Waiting[] = [];
  /** The reason why the worker has ended; it never answers then. */
  let end: Error | undefined;
  const fail = (error: Error) => {
    end ??= error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on("message", (reply: ThreadReply) => {
    const { resolve, reject } = waiting.shift()!;
    if (waiting.length === 0) worker.unref();
    if (reply.error === null) resolve();
    else reject(reply.error);
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("A kernel thread has ended")));
  worker.unref(); // after the listeners, which let it keep the process alive
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) {
          reject(end);
          return;
        }
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(message);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
