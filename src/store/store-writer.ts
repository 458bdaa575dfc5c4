/** The right to write to a store: the process that has opened it last has it. */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import type { RollupError } from "../util/errors.ts";
import type { StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import type { Statement, StatementResult } from "./sql/executor.ts";
import type { Tables } from "./tables.ts";

/** Name of the present writer in the table `meta`. */
const WRITER_NAME = "writer";

export class StoreWriter {
  readonly #database: StoreDatabase;
  readonly #token = randomUUID();
  /** Of the store, for people. */
  readonly name: string;

  private constructor(database: StoreDatabase, name: string) {
    this.#database = database;
    this.name = name;
  }

  /**
   * Takes over a store: who has written to it before cannot any more.
   *
   * @param fence - Changes one row as long as this process may.
   * @throws SqlError; with the code `FENCED` it may not
   */
  static async takeOver(
    database: StoreDatabase,
    name: string,
    fence?: Statement,
  ): Promise<StoreWriter> {
    const writer = new StoreWriter(database, name);
    const value = writer.#token;
    await database.transact({
      fence,
      statements: [
        database.queries
          .insertInto("meta")
          .values({ name: WRITER_NAME, value })
          .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
          .compile(),
      ],
    });
    return writer;
  }

  get queries(): Kysely<Tables> {
    return this.#database.queries;
  }

  /**
   * Runs statements together or not at all, if this is still the writer.
   *
   * @throws SqlError; with the code `FENCED` nothing has happened, with another one it may have
   */
  transact(statements: readonly Statement[]): Promise<readonly StatementResult[]> {
    const value = this.#token;
    const fence = this.queries
      .updateTable("meta")
      .set({ value })
      .where("name", "=", WRITER_NAME)
      .where("value", "=", value)
      .compile();
    return this.#database.transact({ fence, statements });
  }

  reconnect(): Promise<void> {
    return this.#database.reconnect();
  }

  /**
   * Returns the number of the last event that is kept, 0 without one. It waits until whatever this
   * writer has sent before is done or has failed.
   */
  async readLastSequence(): Promise<number> {
    const last = this.queries.selectFrom("events").select(({ fn }) => fn.max("last").as("last"));
    const snapshot = this.queries
      .selectFrom("snapshots")
      .select(({ fn }) => fn.max("sequence").as("last"));
    const results = await this.transact([last.compile(), snapshot.compile()]);
    const numbers = results.map(({ rows: [row] }) => (row as { last: number | null }).last ?? 0);
    return Math.max(...numbers);
  }

  takenOver(): RollupError {
    return storeError({ code: "STORE_TAKEN_OVER", store: this.name });
  }
}
