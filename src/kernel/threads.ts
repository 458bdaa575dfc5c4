/**
 * Runs kernel functions in threads over one memory.
 *
 * A *space* is a memory with a module's instances, one per thread. Tasks of a run are independent
 * calls; threads take them by a counter in the memory until none is left. Every call gets the
 * thread's own scratch address as last argument.
 *
 * What a thread is depends on the platform: node-threads.ts has those of Node, web-threads.ts those
 * of browsers, and {@link createOwnThread} is the caller's, where there is no other.
 */

import { SerialQueue } from "../util/serial-queue.ts";
import { createThreadHandler } from "./thread-handler.ts";
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
  /** Whether a memory must be shared, because more than the caller's thread uses it. */
  readonly isShared: boolean;
  open(options: SpaceOptions): Promise<Space>;
  close(): Promise<void>;
}

/** A thread of some platform. */
export interface Thread {
  /** Resolves when the thread has done what the message asks for. */
  send(message: ThreadMessage): Promise<void>;
  close(): Promise<void>;
}

/** @param threads - From 1. The caller's own comes last, because its work blocks the caller. */
export function createKernelThreads(threads: readonly Thread[], isShared: boolean): KernelThreads {
  /** Waits for all threads even if one fails, because none may be busy when the next run starts. */
  const broadcast = async (messageOf: (index: number) => ThreadMessage) => {
    const sent = threads.map((thread, index) => thread.send(messageOf(index)));
    const failed = (await Promise.allSettled(sent)).find(({ status }) => status === "rejected");
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  };
  let spaces = 0;
  return {
    count: threads.length,
    isShared,
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

/** Creates a thread that computes where it is called, and blocks the caller meanwhile. */
export function createOwnThread(): Thread {
  const handle = createThreadHandler();
  return {
    send: async (message) => {
      const { error } = handle(message);
      await Promise.resolve();
      if (error !== null) throw error;
    },
    close: () => Promise.resolve(),
  };
}

/** What a worker of any platform can do. */
export interface WorkerPort {
  post(message: ThreadMessage): void;
  end(): Promise<unknown>;
  /** Called when the first of several messages is sent, and after the last reply. */
  onBusy(isBusy: boolean): void;
}

/** How a worker of any platform is heard. */
export interface WorkerListener {
  onReply(reply: ThreadReply): void;
  /** The worker has ended, and never replies again. */
  onEnd(reason: Error): void;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Creates a thread from a worker that answers each message with one reply, in order. */
export function createWorkerThread(start: (listener: WorkerListener) => WorkerPort): Thread {
  const waiting: Waiting[] = [];
  /** The reason why the worker has ended. */
  let end: Error | undefined;
  const port = start({
    onReply: (reply) => {
      const { resolve, reject } = waiting.shift()!;
      if (waiting.length === 0) port.onBusy(false);
      if (reply.error === null) resolve();
      else reject(reply.error);
    },
    onEnd: (reason) => {
      end ??= reason;
      for (const { reject } of waiting.splice(0)) reject(end);
    },
  });
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) {
          reject(end);
          return;
        }
        waiting.push({ resolve, reject });
        if (waiting.length === 1) port.onBusy(true);
        port.post(message);
      }),
    close: async () => {
      await port.end();
    },
  };
}
