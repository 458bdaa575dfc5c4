/** The database of a store: typed queries, and transactions that only its present writer can do. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { assert } from "../util/errors.ts";
import type {
  SqlExecutor,
  SqlTarget,
  Statement,
  StatementResult,
  Transaction,
} from "./sql/executor.ts";
import { startSqlThread } from "./sql/sql-thread.ts";
import type { Tables } from "./tables.ts";

export interface StoreDatabase {
  readonly type: SqlTarget["type"];
  /** Reads run at once; what writes is compiled and given to {@link transact}. */
  readonly queries: Kysely<Tables>;
  /**
   * Runs statements together or not at all. If it fails, they may have taken effect all the same,
   * unless the code is `FENCED`.
   *
   * @throws SqlError
   */
  transact(transaction: Transaction): Promise<readonly StatementResult[]>;
  backup(path: string): Promise<void>;
  /** Connects again, after a failure. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a database. An error of the connection comes with the first query. */
export function openDatabase(
  target: SqlTarget,
  start: (target: SqlTarget) => SqlExecutor = startSqlThread,
): StoreDatabase {
  let executor = start(target);
  const query = (statement: Statement) => executor.query(statement);
  const queries = new Kysely<Tables>({ dialect: createDialect(target.type, query) });
  return {
    type: target.type,
    queries,
    transact: ({ fence, statements }) =>
      executor.transact({
        fence: fence && toStatement(fence),
        statements: statements.map(toStatement),
      }),
    backup: (path) => executor.backup(path),
    reconnect: async () => {
      await executor.close();
      executor = start(target);
    },
    close: () => executor.close(),
  };
}

/** Without what else a compiled query has, which cannot pass to a thread. */
function toStatement({ sql, parameters }: Statement): Statement {
  return { sql, parameters };
}

type RunQuery = (statement: Statement) => Promise<StatementResult>;

function createDialect(type: SqlTarget["type"], run: RunQuery): Dialect {
  const isSqlite = type === "sqlite";
  return {
    createDriver: () => createDriver(run),
    createAdapter: () => (isSqlite ? new SqliteAdapter() : new PostgresAdapter()),
    createQueryCompiler: () => (isSqlite ? new SqliteQueryCompiler() : new PostgresQueryCompiler()),
    createIntrospector: (queries) =>
      isSqlite ? new SqliteIntrospector(queries) : new PostgresIntrospector(queries),
  };
}

/** A driver for single statements. */
function createDriver(run: RunQuery): Driver {
  const connection: DatabaseConnection = {
    executeQuery: async <R>({ sql, parameters }: CompiledQuery) => {
      const { rows, changes } = await run({ sql, parameters });
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    },
    streamQuery: () => {
      throw new Error("nothing is streamed");
    },
  };
  const none = () => Promise.resolve();
  const noTransaction = () => {
    assert(false, "what belongs together is given to transact");
  };
  return {
    init: none,
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: noTransaction,
    commitTransaction: noTransaction,
    rollbackTransaction: noTransaction,
    releaseConnection: none,
    destroy: none,
  };
}
