/**
 * The store of a node: events and snapshots in SQLite or PostgreSQL. What is answered is on the
 * disk, so it survives the end of the process and of the machine's power.
 *
 * @see docs/store.md
 */
import type { History } from "../operator/history.ts";
import type { LedgerEvent } from "../operator/ledger/events.ts";
import type { Ledger } from "../operator/ledger/ledger.ts";
import { type Logger, silentLogger } from "../operator/logger.ts";
import type { LedgerChange, Store, StoredLedger } from "../operator/store.ts";
import type { SpendingBook } from "../l1/budget.ts";
import type { L1Journal } from "../l1/journal.ts";
import type { Preset } from "../protocol/presets.ts";
import type { StateHashing } from "../state/rollup-state.ts";
import type { RollupError } from "../util/errors.ts";
import { StoredChanges } from "./change-log.ts";
import { assertComplete } from "./copy.ts";
import { openDatabase, type StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import { GroupCommit } from "./group-commit.ts";
import { createHistory } from "./history.ts";
import {
  assertSame,
  presetOf,
  readIdentity,
  type StoreOwner,
  toIdentity,
  writeIdentity,
} from "./identity.ts";
import { createJournal, createSpendingBook } from "./l1-records.ts";
import { loadLedger } from "./load-ledger.ts";
import { describeTarget, prepareFolder } from "./location.ts";
import { migrate, readSchemaVersion, SCHEMA_VERSION } from "./migrations.ts";
import { listSnapshots, pruneAll, pruneOlder, writeSnapshot } from "./snapshots.ts";
import type { SqlTarget, Statement } from "./sql/executor.ts";
import { toStoreError } from "./store-error.ts";
import { StoreWriter } from "./store-writer.ts";

/** Bytes of events after which a snapshot is taken, unless the last snapshot has more. */
const SNAPSHOT_BYTES_MIN = 2 ** 24;
/** Time for the snapshot of a store that is closed, in milliseconds. */
const LAST_SNAPSHOT_MS_MAX = 20_000;

export interface DurableStoreOptions {
  readonly target: SqlTarget;
  readonly owner: StoreOwner;
  /** Of which one is the rollup's, with the kinds of blocks of the config. */
  readonly presets: readonly Preset[];
  /** Receipts that stay in memory of items in older blocks, and of rejected ones. */
  readonly finalReceiptsMax: number;
  readonly logger?: Logger;
  /** Bytes of events after which a snapshot is taken. Default: as many as the last one has. */
  readonly snapshotBytes?: number;
  /** Changes one row of the same database as long as this process leads; see `Held.fence`. */
  readonly fence?: Statement | undefined;
  /** Opens the database. */
  readonly open?: (target: SqlTarget) => StoreDatabase;
}

/** A store that outlives the process. */
export interface DurableStore extends Store {
  readonly history: History;
  /** What is sent to L1 is written down here before. */
  readonly journal: L1Journal;
  readonly spending: SpendingBook;
  /** The file or the database, without a password. */
  readonly name: string;
  /** The preset of the ledger that is kept; undefined if none is. */
  readonly preset: Preset | undefined;
  /** Makes the store one without a ledger, until another one begins in it. */
  discardLedger(): void;
  /**
   * Keeps all that was appended, and a snapshot if that takes no longer than some seconds. The
   * operator must have ended.
   */
  close(): Promise<void>;
}

/**
 * Opens the store of a rollup, and takes it over: whoever has used it before cannot write any more.
 *
 * @returns A store that the caller closes after the operator.
 * @throws STORE_UNREACHABLE, STORE_DRIVER_MISSING, STORE_MISMATCH, STORE_TOO_NEW,
 * STORE_INCOMPLETE, STORE_TAKEN_OVER
 */
export async function openDurableStore(options: DurableStoreOptions): Promise<DurableStore> {
  const { target, owner, presets, logger = silentLogger, open = openDatabase } = options;
  const name = describeTarget(target);
  if (target.type === "sqlite") await prepareFolder(target.path).catch(() => undefined);
  const database = open(target);
  try {
    await upgradeSchema(database, target, { name, logger });
    const kept = await readIdentity(database);
    assertSame(name, kept, toIdentity(owner, presetOf(kept, presets)));
    const preset = (await listSnapshots(database)).length > 0 ? presetOf(kept, presets) : undefined;
    const writer = await StoreWriter.takeOver(database, name, options.fence);
    const changes = await StoredChanges.open(database, writer);
    return new SqlStore(database, writer, { ...options, logger, preset, changes });
  } catch (error) {
    await database.close();
    throw toStoreError(error, name);
  }
}

async function upgradeSchema(
  database: StoreDatabase,
  target: SqlTarget,
  { name, logger }: { readonly name: string; readonly logger: Logger },
): Promise<void> {
  const version = await readSchemaVersion(database);
  if (version > 0) await assertComplete(database, name);
  if (version === SCHEMA_VERSION) return;
  if (version > SCHEMA_VERSION) {
    const facts = { store: name, kept: version, known: SCHEMA_VERSION };
    throw storeError({ code: "STORE_TOO_NEW", ...facts });
  }
  if (version > 0 && target.type === "sqlite") {
    const backup = `${target.path}.schema-${version}`;
    await database.backup(backup);
    logger.info(`The store gets the schema ${SCHEMA_VERSION}; as it was before: ${backup}`);
  }
  await migrate(database, version);
}

/** What a store is made of. */
interface SqlStoreParts extends DurableStoreOptions {
  readonly logger: Logger;
  readonly preset: Preset | undefined;
  readonly changes: StoredChanges;
}

class SqlStore implements DurableStore {
  readonly isImmediate = false;
  readonly finalReceiptsMax: number;
  readonly history: History;
  readonly changes: StoredChanges;
  readonly journal: L1Journal;
  readonly spending: SpendingBook;
  readonly name: string;
  readonly preset: Preset | undefined;
  readonly #database: StoreDatabase;
  readonly #writer: StoreWriter;
  readonly #options: SqlStoreParts;
  #commits: GroupCommit;
  /** The ledger after the last event that is kept, once one is. */
  #ledger: Ledger | undefined;
  /** Bytes of events since the last snapshot, and of that one. */
  #bytes = 0;
  #snapshotBytes = 0;
  #snapshot: Promise<void> | undefined;
  #isClosing = false;
  #isDiscarded = false;

  constructor(database: StoreDatabase, writer: StoreWriter, options: SqlStoreParts) {
    this.#database = database;
    this.#writer = writer;
    this.#options = options;
    this.name = writer.name;
    this.finalReceiptsMax = options.finalReceiptsMax;
    this.preset = options.preset;
    this.changes = options.changes;
    this.history = createHistory(database.queries, () => this.#commits.flushed());
    this.journal = createJournal(writer);
    this.spending = createSpendingBook(writer);
    this.#commits = this.#startCommits(0);
  }

  get obstacle(): RollupError | undefined {
    return this.#commits.obstacle;
  }

  /** What is executed is in the query tables when it leaves the memory. */
  lastForgettable({ executed }: { readonly executed: number }): number {
    return executed;
  }

  discardLedger(): void {
    this.#isDiscarded = true;
  }

  /** @throws STORE_CORRUPT, STORE_RULES_CHANGED, STORE_UNREACHABLE */
  async load(hashing: StateHashing): Promise<StoredLedger> {
    if (this.#isDiscarded) return { snapshot: undefined, events: [] };
    try {
      return await this.#load(hashing);
    } catch (error) {
      throw toStoreError(error, this.name);
    }
  }

  append(events: readonly LedgerEvent[], change: LedgerChange): Promise<void> {
    return this.#commits.append(events, change);
  }

  replace(ledger: Ledger): Promise<void> {
    this.changes.reset();
    return this.#commits.run(async (sequence) => {
      const identity = toIdentity(this.#options.owner, ledger.start.state.preset);
      const prune = () => [
        ...pruneAll(this.#writer, sequence, ledger),
        ...this.changes.forgetAll(),
        ...writeIdentity(this.#database, identity),
      ];
      const options = { prune, shouldEnd: () => false };
      await this.#snapshot;
      const bytes = await writeSnapshot(this.#writer, ledger, sequence, options);
      this.#ledger = ledger;
      this.#bytes = 0;
      this.#snapshotBytes = bytes!;
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.obstacle !== undefined) this.#commits.abandon(this.obstacle);
    await this.#commits.idle();
    await this.#snapshot;
    if (this.#bytes > 0 && this.obstacle === undefined) {
      const endMs = performance.now() + LAST_SNAPSHOT_MS_MAX;
      await this.#takeSnapshot(() => performance.now() > endMs);
    }
    await this.#database.close();
  }

  #startCommits(sequence: number): GroupCommit {
    return new GroupCommit(
      {
        writer: this.#writer,
        told: this.changes,
        onKept: ({ ledger, bytes }) => this.#noteKept(ledger, bytes),
        onOutage: (obstacle) => this.#logOutage(obstacle),
      },
      sequence,
    );
  }

  async #load(hashing: StateHashing): Promise<StoredLedger> {
    const { preset, logger, finalReceiptsMax } = this.#options;
    const { sequence, ...stored } = await loadLedger(this.#database, {
      ...{ name: this.name, preset, finalReceiptsMax, hashing },
      onDamaged: ({ message, fix }) => logger.error(`${message} ${fix}`),
    });
    this.#commits = this.#startCommits(sequence);
    return stored;
  }

  #noteKept(ledger: Ledger, bytes: number): void {
    this.#ledger = ledger;
    this.#bytes += bytes;
    const due = this.#options.snapshotBytes ?? Math.max(SNAPSHOT_BYTES_MIN, this.#snapshotBytes);
    if (this.#bytes < due || this.#isClosing) return;
    this.#snapshot ??= this.#takeSnapshot(() => this.#isClosing).finally(() => {
      this.#snapshot = undefined;
    });
  }

  /** A snapshot that fails costs nothing: the next one is tried after as many events again. */
  async #takeSnapshot(shouldEnd: () => boolean): Promise<void> {
    const { logger } = this.#options;
    const ledger = this.#ledger!;
    const taken = this.#bytes;
    this.#bytes = 0;
    try {
      const prune = async (sequence: number) => [
        ...(await pruneOlder(this.#writer, sequence)),
        ...this.changes.prune(),
      ];
      const options = { prune, shouldEnd };
      const { sequence } = this.#commits;
      const bytes = await writeSnapshot(this.#writer, ledger, sequence, options);
      if (bytes === undefined) this.#bytes += taken;
      else this.#snapshotBytes = bytes;
    } catch (error) {
      logger.error(`A snapshot of the ledger has failed: ${String(error)}`);
    }
  }

  #logOutage(obstacle: RollupError | undefined): void {
    const { logger } = this.#options;
    if (obstacle === undefined) logger.info(`The store ${this.name} keeps everything again`);
    else logger.error(`${obstacle.message} ${obstacle.fix}`);
  }
}
