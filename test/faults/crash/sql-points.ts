/**
 * Kills this process at the calls of a store to its thread of SQL, which are the same for SQLite
 * and PostgreSQL. The operator's own code has nothing of it: messages between threads are watched.
 */
import { appendFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Statement, Transaction } from "../../../src/store/sql/executor.ts";
import type { SqlAnswer, SqlCall } from "../../../src/store/sql/sql-thread.ts";
import type { StopWatch } from "./stop.ts";

/** Time in which a call is on its way: shorter and longer than a write takes. */
const DURING_US_MAX = 4_000;
const TABLE = /(insert into|delete from|update|from) "(\w+)"/;
const EVENT_TYPE = /"type":"(\w+)"/;

/** Watches every thread of SQL that this process starts. @param seenFile - Gets names of points. */
export function watchSqlCalls(watch: StopWatch, seenFile: string): void {
  const { postMessage } = Worker.prototype;
  const watched = new WeakSet<Worker>();
  const ends = new Map<number, () => void>();
  Worker.prototype.postMessage = function (this: Worker, message: unknown, transfer?) {
    if (!isSqlCall(message)) return postMessage.call(this, message, transfer as never);
    if (!watched.has(this)) watchAnswers(this, ends);
    watched.add(this);
    const points = pointsOf(message);
    noteNew(
      points.filter((point) => !watch.seen.has(point)),
      seenFile,
    );
    const moment = watch.meet(points);
    if (moment === "before") killSelf();
    if (moment === "after") ends.set(message.id, killSelf);
    postMessage.call(this, message);
    if (moment === "during") killSoon();
  };
}

function watchAnswers(worker: Worker, ends: ReadonlyMap<number, () => void>): void {
  const emit = worker.emit.bind(worker) as (name: string, ...values: unknown[]) => boolean;
  worker.emit = ((name: string, ...values: unknown[]) => {
    if (name === "message") ends.get((values[0] as SqlAnswer).id)?.();
    return emit(name, ...values);
  }) as Worker["emit"];
}

function noteNew(points: readonly string[], seenFile: string): void {
  if (points.length > 0) appendFileSync(seenFile, points.map((point) => `${point}\n`).join(""));
}

function isSqlCall(message: unknown): message is SqlCall {
  return typeof message === "object" && message !== null && "action" in message && "id" in message;
}

/** What a call does, by the tables that it writes or reads, and events by their types. */
function pointsOf({ action, argument }: SqlCall): string[] {
  if (action === "query") return [`read ${tableOf(argument as Statement)}`];
  if (action !== "transact") return [action];
  const points = (argument as Transaction).statements.flatMap((statement) => {
    if (!/^insert into "events"/.test(statement.sql)) return [`write ${tableOf(statement)}`];
    const lines = statement.parameters.filter((value) => typeof value === "string");
    const types = lines
      .flatMap((text) => text.split("\n"))
      .map((line) => EVENT_TYPE.exec(line)?.[1]);
    return types.map((type) => `event ${type ?? "unknown"}`);
  });
  return [...new Set(points)];
}

function tableOf({ sql }: Statement): string {
  const [, action, table] = TABLE.exec(sql) ?? [];
  if (table === undefined) return "schema";
  return action === "delete from" ? `${table} (delete)` : table;
}

/** The same signal as of `kill -9`, at this very instruction. */
function killSelf(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

function killSoon(): never {
  const endMs = performance.now() + (Math.random() * DURING_US_MAX) / 1000;
  while (performance.now() < endMs);
  return killSelf();
}
