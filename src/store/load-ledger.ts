/** Reads the ledger of a store: the newest snapshot that is whole, and all later events. */
import type { LedgerEvent } from "../operator/ledger/events.ts";
import type { StoredLedger } from "../operator/store.ts";
import type { Preset } from "../protocol/presets.ts";
import type { StateHashing } from "../state/rollup-state.ts";
import { assert, type RollupError } from "../util/errors.ts";
import { decode } from "./codec.ts";
import type { StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import { corrupt, eventLines, eventRecords, isCorrupt } from "./records.ts";
import { LEDGER_RULES } from "./rules.ts";
import { listSnapshots, readSnapshot } from "./snapshots.ts";

export interface LoadOptions {
  /** Of the store, for people. */
  readonly name: string;
  /** Undefined if the store has no ledger. */
  readonly preset: Preset | undefined;
  readonly finalReceiptsMax: number;
  /** Hashes the state, possibly in threads. */
  readonly hashing: StateHashing;
  /** A snapshot is damaged, and an older one is tried. */
  readonly onDamaged?: (error: RollupError) => void;
}

/** A ledger as it is kept, and the number of its last event. */
export interface LoadedLedger extends StoredLedger {
  readonly sequence: number;
}

/** @throws STORE_CORRUPT, STORE_RULES_CHANGED, SqlError */
export async function loadLedger(
  database: StoreDatabase,
  { name, preset, finalReceiptsMax, hashing, onDamaged = () => undefined }: LoadOptions,
): Promise<LoadedLedger> {
  let failure: RollupError | undefined;
  for (const kept of await listSnapshots(database)) {
    assert(preset !== undefined, "a store with a ledger has a preset");
    try {
      const settings = { name, preset, finalReceiptsMax, hashing };
      const snapshot = await readSnapshot(database, kept, settings);
      const events = await readEvents(database, name, kept.sequence);
      if (kept.rules !== LEDGER_RULES && events.length > 0) {
        const facts = { store: name, kept: kept.rules, known: LEDGER_RULES };
        throw storeError({ code: "STORE_RULES_CHANGED", ...facts, events: events.length });
      }
      return { snapshot, events, sequence: kept.sequence + events.length };
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      failure ??= error;
      onDamaged(error);
    }
  }
  if (failure !== undefined) throw failure;
  const lost = await database.queries.selectFrom("events").select("first").executeTakeFirst();
  if (lost !== undefined) throw corrupt(name, "its snapshot", "it is missing");
  return { snapshot: undefined, events: [], sequence: 0 };
}

/** Reads all events after a sequence number. @throws STORE_CORRUPT, SqlError */
async function readEvents(
  database: StoreDatabase,
  name: string,
  after: number,
): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  let last = after;
  for await (const record of eventRecords(database, after)) {
    const { first } = record;
    if (first !== last + 1) {
      const place = `the record of the events ${first} to ${record.last}`;
      throw corrupt(name, place, `${last + 1} is missing`);
    }
    for (const line of eventLines(name, record)) events.push(decode(line) as LedgerEvent);
    last = record.last;
  }
  return events;
}
