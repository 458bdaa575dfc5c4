/** The changes of a store's ledger, in rows of those that were written together. */
import { randomBytes } from "node:crypto";
import { type Change, type ChangeLog, type KeptChange, toKeptChange } from "../operator/changes.ts";
import { assert } from "../util/errors.ts";
import { decode, encode } from "./codec.ts";
import type { StoreDatabase } from "./database.ts";
import type { Statement } from "./sql/executor.ts";
import type { StoreWriter } from "./store-writer.ts";

/** Changes that are kept at least, for clients that were away. */
const CHANGES_KEPT = 100_000;
/** Rows that are read at a time. */
const ROWS_MAX = 20;
/** Name of the epoch in the table `meta`. */
const EPOCH_NAME = "changes";

export class StoredChanges implements ChangeLog {
  readonly #database: StoreDatabase;
  #epoch: string;
  #last: number;
  /** Number of the last one on the disk. */
  #kept: number;

  private constructor(database: StoreDatabase, epoch: string, last: number) {
    this.#database = database;
    this.#epoch = epoch;
    this.#last = last;
    this.#kept = last;
  }

  /** Goes on with what a store has. */
  static async open(database: StoreDatabase, writer: StoreWriter): Promise<StoredChanges> {
    const { queries } = database;
    const row = await queries
      .selectFrom("meta")
      .select("value")
      .where("name", "=", EPOCH_NAME)
      .executeTakeFirst();
    const { last } = await queries
      .selectFrom("changes")
      .select(({ fn }) => fn.max<number | null>("last").as("last"))
      .executeTakeFirstOrThrow();
    const changes = new StoredChanges(database, row?.value ?? createEpoch(), last ?? 0);
    if (row === undefined) await writer.transact([changes.#writeEpoch()]);
    return changes;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get last(): number {
    return this.#last;
  }

  async read(after: number): Promise<readonly KeptChange[] | undefined> {
    const rows = await this.#database.queries
      .selectFrom("changes")
      .selectAll()
      .where("last", ">", after)
      .orderBy("first")
      .limit(ROWS_MAX)
      .execute();
    const first = rows[0]?.first ?? this.#kept + 1;
    if (first > after + 1) return undefined;
    const changes = rows.flatMap(({ data }) => data.split("\n").map(decode)) as KeptChange[];
    return changes.slice(after + 1 - first);
  }

  /** Numbers changes that are appended. */
  note(changes: readonly Change[]): void {
    this.#last += changes.length;
  }

  /** Statements that keep changes, in the order in which they were noted. */
  insert(changes: readonly Change[]): Statement[] {
    if (changes.length === 0) return [];
    const first = this.#kept + 1;
    const last = this.#kept + changes.length;
    const data = changes.map((change) => encode(toKeptChange(change))).join("\n");
    const { queries } = this.#database;
    return [queries.insertInto("changes").values({ first, last, data }).compile()];
  }

  /** The statements of {@link insert} have taken effect. */
  noteKept(changes: readonly Change[]): void {
    this.#kept += changes.length;
    assert(this.#kept <= this.#last, "what is kept was noted before");
  }

  /** Begins again, with the changes that are noted from now on. */
  reset(): void {
    this.#epoch = createEpoch();
    this.#last = 0;
  }

  /** Statements that forget all that was kept before {@link reset}. */
  forgetAll(): Statement[] {
    this.#kept = 0;
    return [this.#database.queries.deleteFrom("changes").compile(), this.#writeEpoch()];
  }

  /** Statements that forget the oldest. */
  prune(): Statement[] {
    const { queries } = this.#database;
    const oldest = this.#kept - CHANGES_KEPT;
    return oldest <= 0 ? [] : [queries.deleteFrom("changes").where("last", "<=", oldest).compile()];
  }

  #writeEpoch(): Statement {
    const value = this.#epoch;
    return this.#database.queries
      .insertInto("meta")
      .values({ name: EPOCH_NAME, value })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
      .compile();
  }
}

/** Eight hex digits. */
function createEpoch(): string {
  return randomBytes(4).toString("hex");
}
