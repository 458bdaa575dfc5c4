/**
 * Backups: a file, or an empty database, with what a store has at one time, made while its writer
 * goes on. It is a store itself, of SQLite or PostgreSQL, whichever it was made from.
 */
import { existsSync } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { sql } from "kysely";
import type { Ledger } from "../operator/ledger/ledger.ts";
import { numberOf } from "../operator/ledger/blocks.ts";
import { headState } from "../operator/ledger/queries.ts";
import type { Preset } from "../protocol/presets.ts";
import { isRollupError } from "../util/errors.ts";
import { copyTables, dropTables, sizeInPostgres } from "./copy.ts";
import { openDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import type { StoreIdentity } from "./identity.ts";
import { describeTarget } from "./location.ts";
import { readSchemaVersion } from "./migrations.ts";
import type { SqlTarget } from "./sql/executor.ts";
import { checkStore, viewStore } from "./store-view.ts";
import { toStoreError } from "./store-error.ts";

export interface BackupOptions {
  /** The store. */
  readonly target: SqlTarget;
  /** A new file in a folder that exists, or a database of PostgreSQL without a store. */
  readonly output: SqlTarget;
  /** Of which one is the rollup's, with the kinds of blocks of the config. */
  readonly presets: readonly Preset[];
  readonly finalReceiptsMax: number;
  /** Gets what is done at present, and how many records of it are done. */
  readonly onProgress?: (step: "copied" | "checked", records: number) => void;
}

/** What a backup has. */
export interface Backup {
  /** The file or the database, without a password. */
  readonly name: string;
  readonly bytes: number;
  /** What it is of; empty if the store had no ledger yet. */
  readonly identity: StoreIdentity;
  /** Number of the last event. */
  readonly sequence: number;
  /** Records whose checksum was right when the backup was read back. */
  readonly records: number;
  /** The last sealed block, and the root of the state with all that is accepted. */
  readonly head?: { readonly blockNumber: number; readonly stateRoot: bigint };
}

type Checked = Omit<Backup, "name" | "bytes">;

/**
 * Makes a backup, and reads it back: every checksum, the newest snapshot, and a replay of all later
 * events up to the state root of each block. Only then a file gets its name.
 *
 * @throws BACKUP_EXISTS, BACKUP_FAILED, and as `viewStore` and `checkStore`
 */
export async function backUpStore(options: BackupOptions): Promise<Backup> {
  const { output } = options;
  const name = describeTarget(output);
  const copied =
    output.type === "sqlite" ? await backUpToFile(options, output.path) : await backUpInto(options);
  return { name, ...copied };
}

async function backUpToFile(options: BackupOptions, file: string): Promise<Omit<Backup, "name">> {
  if (existsSync(file)) throw storeError({ code: "BACKUP_EXISTS", name: file });
  const partial = `${file}.partial-${process.pid}`;
  const failing = failingFor(file);
  try {
    const copy = { type: "sqlite", path: partial } as const;
    await copyStore(options, copy, failing);
    const checked = await checkCopy(options, copy);
    const { size: bytes } = await failing(() => publish(partial, file));
    return { bytes, ...checked };
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) {
      await rm(`${partial}${suffix}`, { force: true });
    }
  }
}

/** @throws BACKUP_EXISTS if the database has a store, or a part of one */
async function backUpInto(options: BackupOptions): Promise<Omit<Backup, "name">> {
  const { output } = options;
  const name = describeTarget(output);
  const database = openDatabase(output);
  const failing = failingFor(name);
  try {
    if ((await readSchemaVersion(database)) > 0) throw storeError({ code: "BACKUP_EXISTS", name });
    try {
      await copyStore(options, output, failing);
      const checked = await checkCopy(options, output);
      return { bytes: await sizeInPostgres(database), ...checked };
    } catch (error) {
      await dropTables(database).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw toStoreError(error, name);
  } finally {
    await database.close();
  }
}

type Failing = ReturnType<typeof failingFor>;

/** SQLite copies itself into a file, in one transaction; all else is copied row by row. */
async function copyStore(
  { target, presets, onProgress = () => undefined }: BackupOptions,
  output: SqlTarget,
  failing: Failing,
): Promise<void> {
  await viewStore(target, presets, ({ database }) =>
    failing(async () => {
      if (database.type === "sqlite" && output.type === "sqlite") {
        // Not within another one.
        await sql`rollback`.execute(database.queries);
        return database.backup(output.path);
      }
      const copy = openDatabase(output);
      await copyTables(database, copy, (rows) => onProgress("copied", rows)).finally(() =>
        copy.close(),
      );
    }),
  );
}

function checkCopy(
  { target, presets, finalReceiptsMax, onProgress = () => undefined }: BackupOptions,
  copy: SqlTarget,
): Promise<Checked> {
  return viewStore(copy, presets, async (view) => {
    const note = (records: number) => onProgress("checked", records);
    // What is damaged here was so in the store, in all likelihood.
    const checked = await checkStore(
      { ...view, name: describeTarget(target) },
      finalReceiptsMax,
      note,
    );
    const { ledger, damaged, ...counts } = checked;
    if (damaged[0] !== undefined) throw damaged[0];
    return { ...counts, identity: view.identity, ...(ledger && { head: headOf(ledger) }) };
  });
}

/** Gives what fails with the backup its own words. @throws BACKUP_FAILED */
function failingFor(name: string) {
  return async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (cause) {
      if (isRollupError(cause)) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw storeError({ code: "BACKUP_FAILED", name, reason }, { cause });
    }
  };
}

/** Makes the file last, and gives it its name. @throws BACKUP_EXISTS */
async function publish(partial: string, file: string): Promise<{ readonly size: number }> {
  for (const path of [partial, dirname(file)]) {
    const handle = await open(path, "r");
    await handle.sync().finally(() => handle.close());
  }
  if (existsSync(file)) throw storeError({ code: "BACKUP_EXISTS", name: file });
  await rename(partial, file);
  return stat(file);
}

function headOf(ledger: Ledger): NonNullable<Backup["head"]> {
  const last = ledger.blocks.at(-1);
  const blockNumber = last === undefined ? ledger.start.storedBlock.blockNumber : numberOf(last);
  return { blockNumber, stateRoot: headState(ledger).root };
}
