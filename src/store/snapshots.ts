/** Snapshots of a ledger in the database: written part by part, read from the newest whole one. */
import { crc32 } from "node:zlib";
import type { Ledger } from "../operator/ledger/ledger.ts";
import { isRollupError } from "../util/errors.ts";
import type { StoreDatabase } from "./database.ts";
import { corrupt, readSnapshotPart } from "./records.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
  type SnapshotPart,
  type SnapshotSettings,
} from "./snapshot-codec.ts";
import type { Statement } from "./sql/executor.ts";
import type { StoreWriter } from "./store-writer.ts";
import { LEDGER_RULES } from "./rules.ts";

/** Complete snapshots that are kept: if the newest cannot be read, the one before can. */
const KEPT_SNAPSHOTS = 2;

/** A snapshot that is kept. */
interface KeptSnapshot {
  readonly sequence: number;
  readonly parts: number;
  readonly rules: number;
}

interface SnapshotOptions {
  /** Returns what removes that which the snapshot makes superfluous. */
  readonly prune: (sequence: number) => Promise<Statement[]> | Statement[];
  /** Asked between parts, whether the work is to be given up. */
  readonly shouldEnd: () => boolean;
}

/**
 * Writes a snapshot, and removes what it makes superfluous once it has been read back. The parts
 * count only when all are there, so it may be cut off at any point.
 *
 * @returns Its size in bytes, or undefined if it was given up.
 * @throws SqlError, STORE_CORRUPT
 */
export async function writeSnapshot(
  writer: StoreWriter,
  ledger: Ledger,
  sequence: number,
  { prune, shouldEnd }: SnapshotOptions,
): Promise<number | undefined> {
  const { queries } = writer;
  await writer.transact([
    queries.deleteFrom("snapshot_parts").where("sequence", "=", sequence).compile(),
  ]);
  let [parts, bytes] = [0, 0];
  for (const { kind, data } of encodeSnapshot(ledger)) {
    if (shouldEnd()) return undefined;
    const row = { sequence, part: parts, kind, data, checksum: crc32(data) };
    await writer.transact([queries.insertInto("snapshot_parts").values(row).compile()]);
    await assertKept(writer, row);
    parts++;
    bytes += data.length;
    await nextTurn();
  }
  const row = { sequence, parts, bytes, rules: LEDGER_RULES, made: Date.now() };
  await writer.transact([
    queries.insertInto("snapshots").values(row).compile(),
    ...(await prune(sequence)),
  ]);
  return bytes;
}

async function assertKept(
  { queries, name }: StoreWriter,
  { sequence, part, checksum }: { sequence: number; part: number; checksum: number },
): Promise<void> {
  const row = await queries
    .selectFrom("snapshot_parts")
    .select("data")
    .where("sequence", "=", sequence)
    .where("part", "=", part)
    .executeTakeFirst();
  if (row !== undefined && crc32(row.data) === checksum) return;
  const reason = "it is not as it was written";
  throw corrupt(name, `part ${part} of the snapshot at ${sequence}`, reason);
}

/** Statements that leave the newest snapshots, and the events after the older of them. */
export async function pruneOlder({ queries }: StoreWriter, newest: number): Promise<Statement[]> {
  const earlier = await queries
    .selectFrom("snapshots")
    .select("sequence")
    .where("sequence", "<", newest)
    .orderBy("sequence", "desc")
    .limit(KEPT_SNAPSHOTS - 1)
    .execute();
  const kept = [newest, ...earlier.map(({ sequence }) => sequence)];
  return [
    queries.deleteFrom("snapshots").where("sequence", "not in", kept).compile(),
    queries.deleteFrom("snapshot_parts").where("sequence", "not in", kept).compile(),
    queries.deleteFrom("events").where("last", "<=", kept.at(-1)!).compile(),
  ];
}

/** Statements that leave nothing but a new ledger's first snapshot. */
export function pruneAll({ queries }: StoreWriter, newest: number, { start }: Ledger): Statement[] {
  const { blockNumber } = start.storedBlock;
  return [
    queries.deleteFrom("snapshots").where("sequence", "<", newest).compile(),
    queries.deleteFrom("snapshot_parts").where("sequence", "<", newest).compile(),
    queries.deleteFrom("events").compile(),
    queries.deleteFrom("blocks").where("number", ">", blockNumber).compile(),
    queries.deleteFrom("operations").where("block", ">", blockNumber).compile(),
    queries.deleteFrom("account_operations").where("block", ">", blockNumber).compile(),
  ];
}

/** Lists the complete snapshots, the newest first. */
export function listSnapshots({ queries }: StoreDatabase): Promise<KeptSnapshot[]> {
  return queries
    .selectFrom("snapshots")
    .select(["sequence", "parts", "rules"])
    .orderBy("sequence", "desc")
    .execute();
}

/** @throws STORE_CORRUPT */
export async function readSnapshot(
  database: StoreDatabase,
  { sequence, parts: count }: KeptSnapshot,
  { name, ...settings }: SnapshotSettings & { readonly name: string },
): Promise<Ledger> {
  const parts: SnapshotPart[] = [];
  for (let part = 0; part < count; part++) {
    parts.push(await readSnapshotPart(database, name, sequence, part));
  }
  try {
    return await decodeSnapshot(parts, settings);
  } catch (error) {
    const reason = isRollupError(error) ? error.sentence : String(error);
    throw corrupt(name, `the snapshot at ${sequence}`, reason);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
