/**
 * Threads of the kernel in browsers: Web Workers that share a memory with the caller, which is a
 * worker too and computes with them. A page that is not cross-origin isolated shares no memory:
 * there the caller computes alone.
 *
 * @see https://html.spec.whatwg.org/multipage/document-sequences.html#cross-origin-isolation
 */

import { createThreadHandler } from "./thread-handler.ts";
import type { ThreadMessage, ThreadReply } from "./thread-messages.ts";
import {
  createKernelThreads,
  createOwnThread,
  createWorkerThread,
  type KernelThreads,
  type Thread,
} from "./threads.ts";
import type { WebWorker, WebWorkerScope } from "./web-worker-types.ts";

/**
 * Starts threads.
 *
 * @param count - From 1, the caller's own included. Only one is used without shared memory.
 * @param start - Starts a worker whose script calls {@link serveWebThread}.
 */
export function createWebThreads(count: number, start: () => WebWorker): KernelThreads {
  const isShared = count > 1 && canShareMemory();
  const others = Array.from({ length: isShared ? count - 1 : 0 }, () => createWebThread(start));
  return createKernelThreads([...others, createOwnThread()], isShared);
}

/** Whether workers of this page or worker can share a memory. */
function canShareMemory(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return crossOriginIsolated === true && typeof SharedArrayBuffer === "function";
}

/** Makes a worker a thread: it answers each message. */
export function serveWebThread(scope: WebWorkerScope): void {
  const handle = createThreadHandler();
  scope.onmessage = ({ data }) => scope.postMessage(handle(data as ThreadMessage));
}

function createWebThread(start: () => WebWorker): Thread {
  return createWorkerThread(({ onReply, onEnd }) => {
    const worker = start();
    worker.onmessage = ({ data }) => onReply(data as ThreadReply);
    worker.onerror = ({ message }) =>
      onEnd(new Error(message ?? "A kernel thread has not started"));
    return {
      post: (message) => worker.postMessage(message),
      end: () => {
        worker.terminate();
        return Promise.resolve();
      },
      onBusy: () => undefined,
    };
  });
}
