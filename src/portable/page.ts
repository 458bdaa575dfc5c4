/** The prover of a page: an engine in a worker, or in the page itself. */

import type { FlatInput } from "../circom/witness-inputs.ts";
import type { ProofWithSignals } from "../groth16/snarkjs.ts";
import { createWebThreads } from "../kernel/web-threads.ts";
import type { WebWorker, WebWorkerConstructor } from "../kernel/web-worker-types.ts";
import { isRollupError } from "../util/errors.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import { abortable } from "./abortable.ts";
import {
  createEngine,
  type Engine,
  type EngineRequest,
  type EngineResult,
  type SentFile,
} from "./engine.ts";
import type { NamedFile } from "./files.ts";
import { createGroth16Over } from "./groth16.ts";
import type { Platform } from "./platform.ts";
import type { AbortListener, FallbackProver, Groth16, ResponseFile } from "./types.ts";
import { createWorkerEngine } from "./worker-engine.ts";

declare const Worker: WebWorkerConstructor | undefined;
declare const fetch: (url: string, options: { signal?: unknown }) => Promise<ResponseFile>;

/** Options of a page's prover. */
export interface PageOptions {
  /**
   * Threads that compute, the prover's worker included. With 0 there is no worker, and a proof
   * blocks its caller. Default: the cores, at most 16. Without cross-origin isolation one computes.
   */
  readonly threads?: number | undefined;
  /**
   * URL of `groth16-worker.js`, of the page's origin. Default: that file beside the bundle; a
   * bundler that knows `new URL(…, import.meta.url)` puts it there.
   */
  readonly workerUrl?: string | { readonly href: string } | undefined;
  /** Maximum keys in memory, and maximum circuits, from 1. Default 2. */
  readonly keysMax?: number | undefined;
  /**
   * Loads who proves where the browser or the processor cannot run the kernel:
   * `() => import("snarkjs")`. Default: nobody, and KERNEL_UNSUPPORTED says so.
   */
  readonly fallback?: (() => Promise<FallbackProver>) | undefined;
}

const KEYS_MAX = 2;

/**
 * Creates a prover of a page, with a worker of its own.
 *
 * @param options - Threads, the worker's script, and how many keys stay in memory.
 * @returns snarkjs's functions; the worker starts at the first proof, and `terminate()` ends it.
 *
 * @example
 * ```text
 * const { fullProve, terminate } = createGroth16({ workerUrl: "/assets/groth16-worker.js" });
 * const { proof, publicSignals } = await fullProve({ a: 3, b: 11 }, "/a.wasm", "/a.zkey");
 * await terminate();
 * ```
 */
export function createGroth16(options: PageOptions = {}): Groth16 {
  return createGroth16Over(createPage(options), options.fallback);
}

function createPage(options: PageOptions): Platform {
  const jobs = createJobs(() => startEngine(options));
  const ids = createIds();
  return {
    resolve: (name) => new URL(name, baseUrl()).href,
    open: (url, { signal }) => fetch(url, { signal }),
    prefetch: (file) => {
      // Whoever needs the file gets the error of its download.
      if (!jobs.isHeld(ids("prove", file))) file.read().catch(() => undefined);
    },
    calculate: (circuit, inputs: readonly FlatInput[], signal) =>
      jobs.run(signal, circuit, ids("calculate", circuit), (file) => {
        return { kind: "calculate", file, inputs };
      }) as Promise<Uint8Array>,
    prove: (zkey, witness, signal) =>
      jobs.run(signal, zkey, ids("prove", zkey), (file) => {
        return { kind: "prove", file, witness };
      }) as Promise<ProofWithSignals>,
    terminate: () => jobs.terminate(),
  };
}

/**
 * Runs requests one after the other in an engine, which starts again after an abort. A request
 * waits for its own file only: whoever downloads is not in the queue.
 */
function createJobs(start: () => Engine) {
  const queue = new SerialQueue();
  let engine: Engine | undefined;
  let running: AbortListener | undefined;
  const endEngine = async (): Promise<void> => {
    const ended = engine;
    engine = undefined;
    await ended?.close();
  };
  const compute = async (signal: AbortListener, request: EngineRequest) => {
    running = signal;
    try {
      engine ??= start();
      return await engine.compute(request);
    } catch (error) {
      // Another one may start where this one has failed, for example for lack of memory.
      if (isRollupError(error) && error.code === "WORKER_FAILED") await endEngine();
      throw error;
    } finally {
      running = undefined;
    }
  };
  const isHeld = (id: string) => engine?.held().includes(id) ?? false;
  const runFile = async (
    signal: AbortListener,
    source: NamedFile,
    id: string,
    toRequest: (file: SentFile) => EngineRequest,
  ): Promise<EngineResult> => {
    const { name, isBorrowed } = source;
    let read: Uint8Array | undefined;
    for (;;) {
      if (!isHeld(id)) read = await source.read();
      const result = await queue.run(() => {
        if (signal.aborted) throw signal.reason;
        // The engine may have dropped the file, or ended, while this request waited.
        if (read === undefined && !isHeld(id)) return undefined;
        const bytes = isHeld(id) ? null : isBorrowed ? read!.slice() : read!;
        return compute(signal, toRequest({ id, name, bytes }));
      });
      if (result !== undefined) return result;
    }
  };
  return {
    isHeld,
    run: (
      signal: AbortListener,
      file: NamedFile,
      id: string,
      toRequest: (file: SentFile) => EngineRequest,
    ) =>
      abortable(
        signal,
        () => runFile(signal, file, id, toRequest),
        () => void (running === signal && endEngine()),
      ),
    terminate: endEngine,
  };
}

/**
 * Names files for the engine: by their use, because a caller may give one file for two, and by
 * their URL, or by a number for each object.
 */
function createIds() {
  const objects = new WeakMap<object, number>();
  let count = 0;
  return (use: EngineRequest["kind"], { key }: NamedFile): string => {
    if (typeof key === "string") return `${use} ${key}`;
    const id = objects.get(key) ?? count++;
    objects.set(key, id);
    return `${use} object ${id}`;
  };
}

/** What relative URLs are relative to: a worker has no document. */
function baseUrl(): string {
  const { document, location } = globalThis as {
    document?: { readonly baseURI: string };
    location?: { readonly href: string };
  };
  return document?.baseURI ?? location!.href;
}

function startEngine({ threads, workerUrl, keysMax = KEYS_MAX }: PageOptions): Engine {
  if (threads === 0 || typeof Worker === "undefined") {
    return createEngine(() => createWebThreads(1, () => startWorker(workerUrl)), keysMax);
  }
  return createWorkerEngine(() => startWorker(workerUrl), { threads, keysMax });
}

/** Bundlers find the worker by the literal form of this call. */
function startWorker(url: PageOptions["workerUrl"]): WebWorker {
  if (url === undefined) {
    return new Worker!(new URL("./groth16-worker.js", import.meta.url), {
      type: "module",
      name: "hardhat-zkrollup-prover",
    });
  }
  const href = typeof url === "string" ? url : url.href;
  return new Worker!(href, { type: "module", name: "hardhat-zkrollup-prover" });
}
