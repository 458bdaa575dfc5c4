/** The engine of a page in its worker: both sides of their messages. */

import { createWebThreads, serveWebThread } from "../kernel/web-threads.ts";
import type {
  WebWorker,
  WebWorkerConstructor,
  WebWorkerScope,
} from "../kernel/web-worker-types.ts";
import { isRollupError, RollupError } from "../util/errors.ts";
import { groth16Error } from "../groth16/errors.ts";
import { createEngine, type Engine, type EngineRequest, type EngineResult } from "./engine.ts";
import { portableError } from "./errors.ts";

/** Name of a thread, by which the script knows that it is not the prover's worker. */
const THREAD_NAME = "hardhat-zkrollup-thread";

/** More threads gain little, and each takes memory of its own. */
const THREADS_MAX = 16;

/** What the prover's worker is told at first. */
export interface EngineOptions {
  /** Undefined for the number of cores. */
  readonly threads: number | undefined;
  readonly keysMax: number;
}

type Request = { readonly options: EngineOptions } | { readonly request: EngineRequest };

type Reply = { readonly held: readonly string[] } & (
  { readonly result: EngineResult } | { readonly failure: SentError }
);

/** An error as plain data: a clone of an error keeps neither its code nor its facts. */
interface SentError {
  readonly message: string;
  readonly coded: Pick<RollupError, "facts" | "sentence" | "fix"> | null;
}

/** Creates an engine from a page's worker, which runs {@link serveEngine}. */
export function createWorkerEngine(start: () => WebWorker, options: EngineOptions): Engine {
  let held: readonly string[] = [];
  let waiting: Waiting | undefined;
  let end: Error | undefined;
  let worker: WebWorker | undefined;
  const fail = (reason: Error) => {
    end ??= reason;
    held = [];
    worker?.terminate();
    waiting?.reject(end);
  };
  try {
    worker = start();
    worker.onerror = ({ message }) => fail(workerFailed(message ?? "its script cannot be loaded"));
    worker.onmessage = ({ data }) => {
      const reply = data as Reply;
      ({ held } = reply);
      if ("failure" in reply) waiting?.reject(fromSent(reply.failure));
      else waiting?.resolve(reply.result);
    };
    worker.postMessage({ options } satisfies Request);
  } catch (cause) {
    fail(workerFailed(cause instanceof Error ? cause.message : String(cause), cause));
  }
  return {
    held: () => held,
    compute: (request) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) {
          reject(end);
          return;
        }
        waiting = { resolve, reject };
        worker!.postMessage({ request } satisfies Request, movable(request));
      }),
    close: () => {
      fail(groth16Error({ code: "PROVER_CLOSED", prover: "kernel" }));
      return Promise.resolve();
    },
  };
}

interface Waiting {
  readonly resolve: (result: EngineResult) => void;
  readonly reject: (reason: Error) => void;
}

function workerFailed(reason: string, cause?: unknown): RollupError {
  return portableError({ code: "WORKER_FAILED", reason }, { cause });
}

/** Buffers that move to the worker, because the page has no use for them any more. */
function movable({ file }: EngineRequest): ArrayBufferLike[] {
  return file.bytes?.buffer instanceof ArrayBuffer ? [file.bytes.buffer] : [];
}

/** A witness moves to the page. */
function movableOf(reply: Reply): ArrayBufferLike[] {
  return "result" in reply && reply.result instanceof Uint8Array ? [reply.result.buffer] : [];
}

/** Makes the script of a worker the engine of a page, or one of its threads. */
export function serveEngine(scope: WebWorkerScope & { readonly name: string }): void {
  if (scope.name === THREAD_NAME) {
    serveWebThread(scope);
    return;
  }
  let engine: Engine;
  scope.onmessage = ({ data }) => {
    const message = data as Request;
    if ("options" in message) engine = createScopeEngine(scope, message.options);
    else
      void answer(engine, message.request).then((reply) =>
        scope.postMessage(reply, movableOf(reply)),
      );
  };
}

function createScopeEngine({ location }: WebWorkerScope, options: EngineOptions): Engine {
  const { navigator, Worker } = globalThis as {
    navigator?: { readonly hardwareConcurrency?: number };
    Worker?: WebWorkerConstructor;
  };
  const cores = Math.min(navigator?.hardwareConcurrency ?? 1, THREADS_MAX);
  const count = Worker === undefined ? 1 : (options.threads ?? cores);
  const startThread = () => new Worker!(location.href, { type: "module", name: THREAD_NAME });
  return createEngine(() => createWebThreads(count, startThread), options.keysMax);
}

async function answer(engine: Engine, request: EngineRequest): Promise<Reply> {
  try {
    const result = await engine.compute(request);
    return { result, held: engine.held() };
  } catch (error) {
    return { failure: toSent(error), held: engine.held() };
  }
}

function toSent(error: unknown): SentError {
  const message = error instanceof Error ? error.message : String(error);
  if (!isRollupError(error)) return { message, coded: null };
  const { facts, sentence, fix } = error;
  return { message, coded: { facts, sentence, fix } };
}

function fromSent({ message, coded }: SentError): Error {
  if (coded === null) return workerFailed(message);
  return new RollupError(coded.facts, { text: coded });
}
