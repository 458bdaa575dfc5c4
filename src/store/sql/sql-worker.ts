/** The store's thread: runs statements, so that no write to a disk holds up the operator. */
import { parentPort, workerData } from "node:worker_threads";
import type { SqlExecutor, SqlTarget, Statement, Transaction } from "./executor.ts";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";
import type { SqlAnswer, SqlCall } from "./sql-thread.ts";

const target = workerData as SqlTarget;
const { isReadOnly } = target;
const opening =
  target.type === "sqlite"
    ? openSqlite(target.path, isReadOnly)
    : openPostgres(target.url, isReadOnly);
opening.catch(() => undefined); // the first call gets the error
/** Transactions, one after the other. */
let last: Promise<unknown> = opening;

function run(executor: SqlExecutor, { action, argument }: SqlCall): Promise<unknown> {
  switch (action) {
    case "query":
      return executor.query(argument as Statement);
    case "transact": {
      const result = last.then(() => executor.transact(argument as Transaction));
      last = result.catch(() => undefined);
      return result;
    }
    case "backup":
      return executor.backup(argument as string);
    case "close":
      return executor.close();
  }
}

async function answer(call: SqlCall): Promise<SqlAnswer> {
  const { id } = call;
  try {
    return { id, result: await run(await opening, call) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return { id, failure: { message, code } };
  }
}

parentPort!.on("message", (call: SqlCall) => {
  void answer(call).then((answered) => parentPort!.postMessage(answered));
});
