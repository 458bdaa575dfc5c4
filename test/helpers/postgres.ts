/**
 * A real PostgreSQL for tests. `ROLLUP_TEST_POSTGRES` names a database that they may use, such as
 * `postgres://postgres@127.0.0.1:5432/test`; each suite has a schema of its own, which it drops.
 * Without the variable, the suites are skipped with a line that says so.
 */
import { randomBytes } from "node:crypto";
import type { Pool } from "pg";

/** The variable that names the database. CI sets it, so that nothing is skipped there. */
export const POSTGRES_VARIABLE = "ROLLUP_TEST_POSTGRES";

export interface TestDatabase {
  readonly url: string;
  /** A name that no other run has. Whoever needs the schema creates it. */
  readonly schema: string;
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Drops the schema, and closes the connection. */
  drop(): Promise<void>;
}

/** As mocha's `describe`, of tests that use a PostgreSQL. */
export function describeWithPostgres(
  title: string,
  define: (this: Mocha.Suite, url: string) => void,
): void {
  const url = process.env[POSTGRES_VARIABLE];
  if (url !== undefined && url !== "") {
    describe(title, function () {
      define.call(this, url);
    });
    return;
  }
  const how = `set ${POSTGRES_VARIABLE} to the URL of a database to run them`;
  describe.skip(`${title} (skipped: ${how})`, () => it("needs PostgreSQL"));
}

/** @param prefix - First part of the schema's name. */
export async function openTestDatabase(url: string, prefix: string): Promise<TestDatabase> {
  const { default: pg } = await import("pg");
  const pool: Pool = new pg.Pool({ connectionString: url, max: 2 });
  const schema = `${prefix}_${randomBytes(6).toString("hex")}`;
  return {
    url,
    schema,
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await pool.query(text, [...values])).rows as Row[],
    drop: async () => {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await pool.end();
    },
  };
}
