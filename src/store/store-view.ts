/** A store as somebody sees it who only reads: its writer goes on, and remains the writer. */
import { existsSync } from "node:fs";
import { type RawBuilder, sql } from "kysely";
import { createBatchCrypto } from "../kernel/batch.ts";
import { replay } from "../operator/event-log.ts";
import { isPrepared, numberOf } from "../operator/ledger/blocks.ts";
import type { Ledger } from "../operator/ledger/ledger.ts";
import type { JournaledTransaction } from "../l1/journal.ts";
import type { Preset } from "../protocol/presets.ts";
import type { RollupError } from "../util/errors.ts";
import { assertComplete } from "./copy.ts";
import { openDatabase, type StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import { presetOf, readIdentity, type StoreIdentity } from "./identity.ts";
import { loadLedger } from "./load-ledger.ts";
import { describeTarget } from "./location.ts";
import { readSchemaVersion, SCHEMA_VERSION } from "./migrations.ts";
import { corrupt, eventLines, eventRecords, isCorrupt, readSnapshotPart } from "./records.ts";
import { listSnapshots } from "./snapshots.ts";
import type { SqlTarget } from "./sql/executor.ts";
import { toStoreError } from "./store-error.ts";
import { readJournal } from "./l1-records.ts";

/** What a store has at one time. */
export interface StoreView {
  /** The file or the database, without a password. */
  readonly name: string;
  readonly database: StoreDatabase;
  /** What the store is of; empty if it has no ledger. */
  readonly identity: StoreIdentity;
  /** Undefined if it has no ledger, or none of a known preset. */
  readonly preset: Preset | undefined;
}

/** A ledger that was replayed, and what was checked for it. */
export interface CheckedStore {
  /** Undefined if the store has none. */
  readonly ledger: Ledger | undefined;
  /** Number of the last event. */
  readonly sequence: number;
  /** Records whose checksum is right: of events, and of parts of snapshots. */
  readonly records: number;
  /** Whatever is damaged, and not needed for the ledger. */
  readonly damaged: readonly RollupError[];
}

/**
 * Reads a store as it is at one time, while its writer goes on.
 *
 * @param presets - Of which one is the rollup's, with the kinds of blocks of the config.
 * @throws STORE_NOT_FOUND, STORE_TOO_NEW, STORE_INCOMPLETE, STORE_UNREACHABLE,
 * STORE_DRIVER_MISSING, and what the action throws
 */
export async function viewStore<T>(
  target: SqlTarget,
  presets: readonly Preset[],
  action: (view: StoreView) => Promise<T>,
): Promise<T> {
  const name = describeTarget(target);
  if (target.type === "sqlite" && !existsSync(target.path)) {
    throw storeError({ code: "STORE_NOT_FOUND", store: name });
  }
  const database = openDatabase({ ...target, isReadOnly: true });
  try {
    const isSqlite = target.type === "sqlite";
    await run(database, isSqlite ? sql`begin` : sql`begin isolation level repeatable read`);
    const version = await readSchemaVersion(database);
    if (version === 0) throw storeError({ code: "STORE_NOT_FOUND", store: name });
    if (version > SCHEMA_VERSION) {
      const facts = { store: name, kept: version, known: SCHEMA_VERSION };
      throw storeError({ code: "STORE_TOO_NEW", ...facts });
    }
    await assertComplete(database, name);
    const identity = await readIdentity(database);
    return await action({ name, database, identity, preset: presetOf(identity, presets) });
  } catch (error) {
    throw toStoreError(error, name);
  } finally {
    await database.close();
  }
}

/**
 * Checks every record of a store, replays its ledger, and compares the state after each block with
 * the root that L1 was shown of it.
 *
 * @param onRecords - Gets the number of checked records from time to time.
 * @throws STORE_CORRUPT, STORE_RULES_CHANGED, STORE_MISMATCH, STORE_FAILED: the ledger cannot be
 * read
 */
export async function checkStore(
  { name, database, identity, preset }: StoreView,
  finalReceiptsMax: number,
  onRecords: (count: number) => void = () => undefined,
): Promise<CheckedStore> {
  const damaged: RollupError[] = [];
  let records = 0;
  for await (const read of recordReads(database, name)) {
    damaged.push(...(await damageOf(read)));
    onRecords(++records);
  }
  if (preset === undefined && Object.keys(identity).length > 0) {
    const differences = `its preset is ${identity["preset"] ?? "not known"}`;
    throw storeError({ code: "STORE_MISMATCH", store: name, differences });
  }
  const loaded = await loadLedger(database, {
    ...{ name, preset, finalReceiptsMax },
    hashing: createBatchCrypto(0),
  });
  const { snapshot, events, sequence } = loaded;
  const ledger = snapshot && replay(snapshot, events);
  if (ledger !== undefined) assertRoots(name, ledger);
  return { ledger, sequence, records, damaged };
}

/** Returns the L1 transactions of all accounts that are not settled. */
export function viewJournal({ database }: StoreView): Promise<readonly JournaledTransaction[]> {
  return readJournal(database.queries);
}

/** Version of the server, if the store is in one. */
export async function readServerVersion({ database }: StoreView): Promise<string | undefined> {
  if (database.type === "sqlite") return undefined;
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(
    database.queries,
  );
  return rows[0]?.server_version;
}

function run({ queries }: StoreDatabase, statement: RawBuilder<unknown>): Promise<unknown> {
  return statement.execute(queries);
}

/** What reads each record, one after the other. */
async function* recordReads(database: StoreDatabase, name: string): AsyncGenerator<() => unknown> {
  for await (const record of eventRecords(database, 0)) yield () => eventLines(name, record);
  for (const { sequence, parts } of await listSnapshots(database)) {
    for (let part = 0; part < parts; part++) {
      yield () => readSnapshotPart(database, name, sequence, part);
    }
  }
}

/** Returns what reading a record says of its damage. */
async function damageOf(read: () => unknown): Promise<RollupError[]> {
  try {
    await read();
    return [];
  } catch (error) {
    if (isCorrupt(error)) return [error];
    throw error;
  }
}

/** @throws STORE_CORRUPT if a block leads to another state than L1 was shown */
function assertRoots(name: string, { blocks }: Ledger): void {
  for (const block of blocks) {
    if (!isPrepared(block)) continue;
    const { stateRoot } = block.storedBlock;
    const { root } = block.applied.state;
    if (root === stateRoot) continue;
    throw corrupt(name, `block ${numberOf(block)}`, `it leads to the root ${root}`);
  }
}
