/**
 * Copies of a store's tables into another database, which is marked as incomplete until they are
 * all there: nobody takes a part for the whole.
 */
import { type RawBuilder, sql } from "kysely";
import type { StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import { migrate, readSchemaVersion } from "./migrations.ts";
import { TABLE_KEYS, type Tables } from "./tables.ts";

/** Rows that are copied at a time. */
const ROWS = 64;

/** Name of the mark in the table `meta`. */
const MARK = "incomplete";

/** @throws STORE_INCOMPLETE if a copy into the database was cut off, or goes on */
export async function assertComplete({ queries }: StoreDatabase, store: string): Promise<void> {
  const mark = await queries.selectFrom("meta").select("name").where("name", "=", MARK).execute();
  if (mark.length > 0) throw storeError({ code: "STORE_INCOMPLETE", store });
}

/**
 * Copies all tables as they are in the transaction of the source.
 *
 * @param copy - A database without a store.
 * @param onRows - Gets the number of copied rows from time to time.
 */
export async function copyTables(
  source: StoreDatabase,
  copy: StoreDatabase,
  onRows: (count: number) => void,
): Promise<void> {
  await migrate(copy, 0, await readSchemaVersion(source));
  await run(copy, [sql`insert into meta (name, value) values (${MARK}, 'a copy')`]);
  let count = 0;
  for (const name of await listTables(copy)) {
    if (name === "meta") continue;
    for await (const rows of readTable(source, name)) {
      await run(copy, [toInsert(name, rows)]);
      onRows((count += rows.length));
    }
  }
  const { rows } = await sql<Row>`select * from meta`.execute(source.queries);
  await run(copy, [sql`delete from meta`, toInsert("meta", rows)]);
}

/** Removes a store from a database. */
export async function dropTables(database: StoreDatabase): Promise<void> {
  const names = await listTables(database);
  await run(
    database,
    names.map((name) => sql`drop table ${sql.table(name)}`),
  );
}

/** Bytes that a store takes in PostgreSQL, its indices included. */
export async function sizeInPostgres(database: StoreDatabase): Promise<number> {
  const sizes = (await listTables(database)).map((name) => sql`pg_total_relation_size(${name})`);
  const query = sql<{ bytes: number }>`select ${sql.join(sizes, sql` + `)} as bytes`;
  return (await query.execute(database.queries)).rows[0]!.bytes;
}

/** The tables of a database: an older schema has fewer. */
async function listTables({ type, queries }: StoreDatabase): Promise<(keyof Tables)[]> {
  const all =
    type === "sqlite"
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
      : sql<{ name: string }>`select table_name as name from information_schema.tables
          where table_schema = current_schema()`;
  const { rows } = await all.execute(queries);
  const names = Object.keys(TABLE_KEYS) as (keyof Tables)[];
  return names.filter((name) => rows.some((row) => row.name === name));
}

type Row = Readonly<Record<string, unknown>>;

/** Reads the rows of a table in the order of its key, some at a time. */
async function* readTable({ queries }: StoreDatabase, name: keyof Tables): AsyncGenerator<Row[]> {
  const key = TABLE_KEYS[name].map((column) => sql.ref(column));
  const isWhole = key.length === 0;
  let rest = sql``;
  for (;;) {
    const order = isWhole ? sql`` : sql`order by ${sql.join(key)} limit ${sql.lit(ROWS)}`;
    const query = sql<Row>`select * from ${sql.table(name)} ${rest} ${order}`;
    const { rows } = await query.execute(queries);
    if (rows.length > 0) yield rows;
    if (isWhole || rows.length < ROWS) return;
    const last = rows.at(-1)!;
    const values = TABLE_KEYS[name].map((column) => sql`${last[column]}`);
    rest = sql`where (${sql.join(key)}) > (${sql.join(values)})`;
  }
}

function toInsert(name: keyof Tables, rows: readonly Row[]): RawBuilder<unknown> {
  const columns = Object.keys(rows[0]!);
  const lists = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  const names = sql.join(columns.map((column) => sql.ref(column)));
  return sql`insert into ${sql.table(name)} (${names}) values ${sql.join(lists)}`;
}

async function run(
  database: StoreDatabase,
  statements: readonly RawBuilder<unknown>[],
): Promise<void> {
  const compiled = statements.map((statement) => statement.compile(database.queries));
  await database.transact({ statements: compiled });
}
