/** SQLite, by the module of Node. Used in the store's thread only: every call blocks. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import {
  fencedError,
  SqlError,
  type SqlExecutor,
  type Statement,
  type StatementResult,
} from "./executor.ts";

/** How long a statement waits for another process, in milliseconds. */
const BUSY_MS = 5_000;
/** Statements that stay prepared; what is left out is prepared again. */
const PREPARED_MAX = 200;

/** @throws SqlError with SQLite's extended code */
export async function openSqlite(path: string, isReadOnly = false): Promise<SqlExecutor> {
  const { DatabaseSync: Database } = await loadSqlite();
  const open = (readOnly: boolean) => {
    const database = new Database(path, { readOnly });
    database.exec(`pragma busy_timeout = ${BUSY_MS}`);
    return database;
  };
  const writer = coded(() => {
    const database = open(isReadOnly);
    if (isReadOnly) return database;
    // With FULL, a transaction is on the disk when it ends, not only with the system.
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    return database;
  });
  const reader = coded(() => open(true));
  const run = { reader: createRunner(reader), writer: createRunner(writer) };
  return {
    query: (statement) => settled(() => run.reader(statement)),
    transact: ({ fence, statements }) =>
      settled(() => {
        writer.exec("begin immediate");
        try {
          if (fence !== undefined && run.writer(fence).changes !== 1) throw fencedError();
          const results = statements.map(run.writer);
          writer.exec("commit");
          return results;
        } catch (error) {
          if (writer.isTransaction) writer.exec("rollback");
          throw error;
        }
      }),
    backup: (file) => settled(() => void reader.prepare("vacuum into ?").run(file)),
    close: () =>
      settled(() => {
        reader.close();
        writer.close();
      }),
  };
}

/** Node 22 says with a warning that the module is new. */
function loadSqlite() {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  return import("node:sqlite").finally(() => {
    process.emitWarning = emitWarning;
  });
}

function createRunner(database: DatabaseSync): (statement: Statement) => StatementResult {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string) => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    if (prepared.size >= PREPARED_MAX) prepared.clear();
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return ({ sql, parameters }) => {
    const statement = prepare(sql);
    const values = parameters as SQLInputValue[];
    if (statement.columns().length > 0) return { rows: statement.all(...values), changes: 0 };
    return { rows: [], changes: Number(statement.run(...values).changes) };
  };
}

function settled<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => resolve(coded(action)));
}

function coded<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error) || !("errcode" in error)) throw error;
    throw new SqlError({ message: error.message, code: `SQLITE_${String(error.errcode)}` });
  }
}
