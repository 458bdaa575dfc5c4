/** The thread that runs a store's statements, seen from outside. */
import { Worker } from "node:worker_threads";
import { workerUrl } from "../../util/worker-pool.ts";
import {
  SqlError,
  type SqlExecutor,
  type SqlFailure,
  type SqlTarget,
  type StatementResult,
} from "./executor.ts";

/** A call of {@link SqlExecutor}. */
export interface SqlCall {
  readonly id: number;
  readonly action: keyof SqlExecutor;
  readonly argument?: unknown;
}

export type SqlAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: SqlFailure };

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SqlError) => void;
}

/** Starts a thread with its connections. An error of the connection comes with the first call. */
export function startSqlThread(target: SqlTarget): SqlExecutor {
  const worker = new Worker(workerUrl(import.meta.url, "sql-worker"), { workerData: target });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let ending: SqlError | undefined;
  const end = (message: string) => {
    ending ??= new SqlError({ message, code: "THREAD_ENDED" });
    for (const { reject } of waiting.values()) reject(ending);
    waiting.clear();
  };
  worker.on("message", (answer: SqlAnswer) => {
    const { resolve, reject } = waiting.get(answer.id)!;
    waiting.delete(answer.id);
    // A thread that has nothing to do does not keep the process alive.
    if (waiting.size === 0) worker.unref();
    if ("failure" in answer) reject(new SqlError(answer.failure));
    else resolve(answer.result);
  });
  worker.on("error", (error) => end(`the store's thread has failed: ${String(error)}`));
  worker.on("exit", () => end("the store's thread has ended"));
  worker.unref();
  const call = (action: keyof SqlExecutor, argument?: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      if (ending !== undefined) {
        reject(ending);
        return;
      }
      worker.ref();
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, action, argument } satisfies SqlCall);
    });
  return {
    query: (statement) => call("query", statement) as Promise<StatementResult>,
    transact: (transaction) => call("transact", transaction) as Promise<StatementResult[]>,
    backup: (path) => call("backup", path) as Promise<void>,
    close: async () => {
      await call("close").catch(() => undefined);
      await worker.terminate();
    },
  };
}
