/** The schema of a store, version by version. Versions go forward only. */
import { type CreateTableBuilder, type Kysely, sql } from "kysely";
import type { StoreDatabase } from "./database.ts";
import type { Statement } from "./sql/executor.ts";
import type { Tables } from "./tables.ts";

/** The statements that lead from the version before to the next. */
type Migration = (queries: Kysely<Tables>) => readonly Statement[];

/** Columns by name and type: those without `null` in their type are always set. */
type Columns = Readonly<Record<string, "bigint" | "text" | "bigint null" | "text null">>;

function table(
  { schema }: Kysely<Tables>,
  name: keyof Tables,
  columns: Columns,
  key: readonly string[],
): Statement {
  let builder: CreateTableBuilder<string, string> = schema.createTable(name);
  for (const [column, type] of Object.entries(columns)) {
    const isNullable = type.endsWith(" null");
    const sqlType = type.startsWith("bigint") ? "bigint" : "text";
    builder = builder.addColumn(column, sqlType, (definition) =>
      isNullable ? definition : definition.notNull(),
    );
  }
  if (key.length === 0) return builder.compile();
  return builder.addPrimaryKeyConstraint(`${name}_key`, key as [string]).compile();
}

function index({ schema }: Kysely<Tables>, name: keyof Tables, column: string): Statement {
  return schema.createIndex(`${name}_by_${column}`).on(name).column(column).compile();
}

const MIGRATIONS: readonly Migration[] = [
  (queries) => [
    table(
      queries,
      "events",
      { first: "bigint", last: "bigint", data: "text", checksum: "bigint" },
      ["first"],
    ),
    table(
      queries,
      "snapshots",
      { sequence: "bigint", parts: "bigint", bytes: "bigint", rules: "bigint", made: "bigint" },
      ["sequence"],
    ),
    table(
      queries,
      "snapshot_parts",
      { sequence: "bigint", part: "bigint", kind: "text", data: "text", checksum: "bigint" },
      ["sequence", "part"],
    ),
    table(
      queries,
      "l1_transactions",
      {
        ...{ account: "text", nonce: "bigint", version: "bigint", hash: "text" },
        ...{ raw: "text", purpose: "text", sent: "bigint" },
      },
      ["account", "nonce", "version"],
    ),
    table(queries, "l1_costs", { account: "text", time: "bigint", wei: "text" }, []),
    index(queries, "l1_costs", "account"),
    table(
      queries,
      "blocks",
      { number: "bigint", kind: "text", timestamp: "bigint", operations: "bigint", data: "text" },
      ["number"],
    ),
    table(
      queries,
      "operations",
      {
        ...{ block: "bigint", slot: "bigint", type: "text", source: "text" },
        ...{ hash: "text null", request: "bigint null", data: "text" },
      },
      ["block", "slot"],
    ),
    index(queries, "operations", "hash"),
    index(queries, "operations", "request"),
    table(queries, "account_operations", { account: "bigint", block: "bigint", slot: "bigint" }, [
      "account",
      "block",
      "slot",
    ]),
    table(queries, "rejections", { hash: "text", data: "text" }, ["hash"]),
  ],
  (queries) => [
    table(queries, "changes", { first: "bigint", last: "bigint", data: "text" }, ["first"]),
    index(queries, "changes", "last"),
  ],
];

/** Version of the schema that this module knows. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Name of the schema's version in the table `meta`. */
const VERSION_NAME = "schema";

/** @returns 0 for a database without a store. */
export async function readSchemaVersion({ type, queries }: StoreDatabase): Promise<number> {
  const search =
    type === "sqlite"
      ? sql<{ found: string }>`select name as found from sqlite_master where name = 'meta'`
      : sql<{ found: string | null }>`select to_regclass('meta') as found`;
  const { rows } = await search.execute(queries);
  if (rows.every(({ found }) => found === null)) return 0;
  const row = await queries
    .selectFrom("meta")
    .select("value")
    .where("name", "=", VERSION_NAME)
    .executeTakeFirst();
  return Number(row?.value ?? 0);
}

/**
 * Brings the schema from a version to a later one, each step in a transaction of its own.
 *
 * @param to - Default: the newest.
 */
export async function migrate(
  database: StoreDatabase,
  from: number,
  to = SCHEMA_VERSION,
): Promise<void> {
  const { queries } = database;
  for (let version = from; version < to; version++) {
    const value = String(version + 1);
    await database.transact({
      statements: [
        ...(version > 0 ? [] : [table(queries, "meta", { name: "text", value: "text" }, ["name"])]),
        ...MIGRATIONS[version]!(queries),
        queries
          .insertInto("meta")
          .values({ name: VERSION_NAME, value })
          .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
          .compile(),
      ],
    });
  }
}
