/** Reads the records of a store, events and parts of snapshots, and finds what is damaged. */
import { crc32 } from "node:zlib";
import { isRollupError, type RollupError } from "../util/errors.ts";
import type { StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import type { SnapshotPart } from "./snapshot-codec.ts";

/** Rows of events that are read at a time. */
const EVENT_ROWS = 256;

/** Events that were written together, a line each. */
export interface EventRecord {
  /** Numbers of the first and the last event. */
  readonly first: number;
  readonly last: number;
  readonly data: string;
  readonly checksum: number;
}

/** Reads the records of all events after one, in their order. @throws SqlError */
export async function* eventRecords(
  { queries }: StoreDatabase,
  after: number,
): AsyncGenerator<EventRecord> {
  for (let last = after; ;) {
    const rows = await queries
      .selectFrom("events")
      .selectAll()
      .where("last", ">", last)
      .orderBy("first")
      .limit(EVENT_ROWS)
      .execute();
    yield* rows;
    if (rows.length < EVENT_ROWS) return;
    last = rows.at(-1)!.last;
  }
}

/**
 * Returns the events of a record, a line each.
 *
 * @throws STORE_CORRUPT: it is not what was written
 */
export function eventLines(store: string, { first, last, data, checksum }: EventRecord): string[] {
  const record = `the record of the events ${first} to ${last}`;
  if (crc32(data) !== checksum) throw corrupt(store, record, WRONG_CHECKSUM);
  const lines = data.split("\n");
  if (lines.length !== last - first + 1) throw corrupt(store, record, "it has gaps");
  return lines;
}

/** @throws STORE_CORRUPT: the part is missing, or not what was written. SqlError */
export async function readSnapshotPart(
  { queries }: StoreDatabase,
  store: string,
  sequence: number,
  part: number,
): Promise<SnapshotPart> {
  const row = await queries
    .selectFrom("snapshot_parts")
    .select(["kind", "data", "checksum"])
    .where("sequence", "=", sequence)
    .where("part", "=", part)
    .executeTakeFirst();
  const record = `part ${part} of the snapshot at ${sequence}`;
  if (row === undefined) throw corrupt(store, record, "it is missing");
  if (crc32(row.data) !== row.checksum) throw corrupt(store, record, WRONG_CHECKSUM);
  return { kind: row.kind as SnapshotPart["kind"], data: row.data };
}

export function corrupt(store: string, record: string, reason: string): RollupError {
  return storeError({ code: "STORE_CORRUPT", store, record, reason });
}

export function isCorrupt(error: unknown): error is RollupError {
  return isRollupError(error) && error.code === "STORE_CORRUPT";
}

const WRONG_CHECKSUM = "its checksum is wrong";
