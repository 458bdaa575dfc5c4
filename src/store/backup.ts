/**
 * Backups: a file with what a store has at one time, made while its writer goes on. It is a store
 * itself, of SQLite, whichever database it was made from.
 */
import { existsSync } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type RawBuilder, sql } from "kysely";
import type { Ledger } from "../operator/ledger/ledger.ts";
import { numberOf } from "../operator/ledger/blocks.ts";
import { headState } from "../operator/ledger/queries.ts";
import type { Preset } from "../protocol/presets.ts";
import { isRollupError } from "../util/errors.ts";
import { openDatabase, type StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import type { StoreIdentity } from "./identity.ts";
import { describeTarget } from "./location.ts";
import { migrate, readSchemaVersion } from "./migrations.ts";
import type { SqlTarget } from "./sql/executor.ts";
import { checkStore, type StoreView, viewStore } from "./store-view.ts";
import { TABLE_KEYS, type Tables } from "./tables.ts";

/** Rows that are copied at a time. */
const ROWS = 64;

export interface BackupOptions {
  readonly target: SqlTarget;
  /** Path of the new file. Its folder must exist. */
  readonly file: string;
  /** Of which one is the rollup's, with the kinds of blocks of the config. */
  readonly presets: readonly Preset[];
  readonly finalReceiptsMax: number;
  /** Gets what is done at present, and how many records of it are done. */
  readonly onProgress?: (step: "copied" | "checked", records: number) => void;
}

/** What a backup has. */
export interface Backup {
  readonly file: string;
  readonly bytes: number;
  /** What it is of; empty if the store had no ledger yet. */
  readonly identity: StoreIdentity;
  /** Number of the last event. */
  readonly sequence: number;
  /** Records whose checksum was right when the file was read back. */
  readonly records: number;
  /** The last sealed block, and the root of the state with all that is accepted. */
  readonly head?: { readonly blockNumber: number; readonly stateRoot: bigint };
}

/**
 * Makes a backup, and reads it back: every checksum, the newest snapshot, and a replay of all later
 * events up to the state root of each block. Only then it gets its name.
 *
 * @throws BACKUP_EXISTS, BACKUP_FAILED, and as `viewStore` and `checkStore`
 */
export async function backUpStore({
  target,
  file,
  presets,
  finalReceiptsMax,
  onProgress = () => undefined,
}: BackupOptions): Promise<Backup> {
  if (existsSync(file)) throw storeError({ code: "BACKUP_EXISTS", file });
  const partial = `${file}.partial-${process.pid}`;
  const failing = failingFor(file);
  try {
    const name = describeTarget(target);
    await viewStore(target, presets, (view) =>
      failing(() => copyStore(view, partial, (records) => onProgress("copied", records))),
    );
    const copy = { type: "sqlite", path: partial } as const;
    const checked = await viewStore(copy, presets, async (view) => {
      const note = (records: number) => onProgress("checked", records);
      // What is damaged here was so in the store, in all likelihood.
      const checked = await checkStore({ ...view, name }, finalReceiptsMax, note);
      const { ledger, damaged, ...counts } = checked;
      if (damaged[0] !== undefined) throw damaged[0];
      return { ...counts, identity: view.identity, ...(ledger && { head: headOf(ledger) }) };
    });
    const { size: bytes } = await failing(() => publish(partial, file));
    return { file, bytes, ...checked };
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) {
      await rm(`${partial}${suffix}`, { force: true });
    }
  }
}

/** Gives what fails with the file its own words. @throws BACKUP_FAILED */
function failingFor(file: string) {
  return async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (cause) {
      if (isRollupError(cause)) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw storeError({ code: "BACKUP_FAILED", file, reason }, { cause });
    }
  };
}

/** Makes the file last, and gives it its name. @throws BACKUP_EXISTS */
async function publish(partial: string, file: string): Promise<{ readonly size: number }> {
  for (const path of [partial, dirname(file)]) {
    const handle = await open(path, "r");
    await handle.sync().finally(() => handle.close());
  }
  if (existsSync(file)) throw storeError({ code: "BACKUP_EXISTS", file });
  await rename(partial, file);
  return stat(file);
}

function headOf(ledger: Ledger): NonNullable<Backup["head"]> {
  const last = ledger.blocks.at(-1);
  const blockNumber = last === undefined ? ledger.start.storedBlock.blockNumber : numberOf(last);
  return { blockNumber, stateRoot: headState(ledger).root };
}

// ------------------------------------------------------------------------------------- copying

/** SQLite copies itself, in one transaction. */
async function copyStore(
  { database }: StoreView,
  file: string,
  onRecords: (count: number) => void,
): Promise<void> {
  if (database.type === "sqlite") {
    // Not within another one.
    await sql`rollback`.execute(database.queries);
    await database.backup(file);
  } else await copyTables(database, file, onRecords);
}

/** Copies all tables as they are in the transaction of the source. */
async function copyTables(
  source: StoreDatabase,
  file: string,
  onRecords: (count: number) => void,
): Promise<void> {
  const copy = openDatabase({ type: "sqlite", path: file });
  try {
    await migrate(copy, 0, await readSchemaVersion(source));
    await insert(copy, sql`delete from meta`);
    let count = 0;
    for (const name of await listTables(copy)) {
      for await (const rows of readTable(source, name)) {
        await insert(copy, toInsert(name, rows));
        onRecords((count += rows.length));
      }
    }
  } finally {
    await copy.close();
  }
}

/** The tables of a copy: an older schema has fewer. */
async function listTables({ queries }: StoreDatabase): Promise<(keyof Tables)[]> {
  const all = sql<{ name: string }>`select name from sqlite_master where type = 'table'`;
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

async function insert(copy: StoreDatabase, statement: RawBuilder<unknown>): Promise<void> {
  await copy.transact({ statements: [statement.compile(copy.queries)] });
}
