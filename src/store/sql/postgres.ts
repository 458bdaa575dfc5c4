/** PostgreSQL, by the package `pg`, which is loaded when it is used. */
import type { Client } from "pg";
import { fencedError, type SqlExecutor, type Statement, type StatementResult } from "./executor.ts";

/** Time limits, so that a server that hangs is a failure. */
const CONNECT_MS_MAX = 10_000;
const QUERY_MS_MAX = 30_000;
/** After this the server ends a transaction whose process is halted, so that the next can write. */
const HALTED_MS_MAX = 5_000;

/** Code of the failure if the package is not installed. */
export const PACKAGE_MISSING = "PACKAGE_MISSING";

/** @throws Error with the code of PostgreSQL, of the system, or {@link PACKAGE_MISSING} */
export async function openPostgres(url: string, isReadOnly = false): Promise<SqlExecutor> {
  const { default: pg } = await loadPg();
  // All of ours are numbers that JavaScript can hold; the thread has no other queries.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const connect = async () => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: QUERY_MS_MAX,
      idle_in_transaction_session_timeout: HALTED_MS_MAX,
      keepAlive: true,
      application_name: "hardhat-zkrollup",
    });
    // What the connection suffers while it is idle is found by the next statement.
    client.on("error", () => {});
    await client.connect();
    if (isReadOnly) await client.query("set default_transaction_read_only = on");
    return client;
  };
  const writer = await connect();
  const reader = await connect().catch(async (error: unknown) => {
    await writer.end();
    throw error;
  });
  // A server may be set to answer before a transaction is on its disk.
  await writer.query("set synchronous_commit = on");
  return {
    query: (statement) => run(reader, statement),
    transact: async ({ fence, statements }) => {
      await writer.query("begin");
      try {
        if (fence !== undefined && (await run(writer, fence)).changes !== 1) throw fencedError();
        const results: StatementResult[] = [];
        for (const statement of statements) results.push(await run(writer, statement));
        await writer.query("commit");
        return results;
      } catch (error) {
        await writer.query("rollback").catch(() => undefined);
        throw error;
      }
    },
    backup: () => Promise.reject(new Error("PostgreSQL has its own program, pg_dump")),
    close: async () => {
      await Promise.allSettled([reader.end(), writer.end()]);
    },
  };
}

async function run(client: Client, { sql, parameters }: Statement): Promise<StatementResult> {
  const { rows, rowCount } = await client.query(sql, [...parameters]);
  return { rows, changes: rowCount ?? 0 };
}

async function loadPg() {
  try {
    return await import("pg");
  } catch (cause) {
    throw Object.assign(new Error("the package pg is not installed", { cause }), {
      code: PACKAGE_MISSING,
    });
  }
}
