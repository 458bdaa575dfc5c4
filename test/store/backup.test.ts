/** Backups of a store while it is used, and what reads them. */
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { sql } from "kysely";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import { transactionReceipt } from "../../src/operator/ledger/queries.ts";
import { reduce } from "../../src/operator/ledger/reduce.ts";
import { type Backup, backUpStore } from "../../src/store/backup.ts";
import { copyTables } from "../../src/store/copy.ts";
import { openDurableStore } from "../../src/store/durable-store.ts";
import type { SqlTarget } from "../../src/store/sql/executor.ts";
import { viewStore } from "../../src/store/store-view.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { describeWithPostgres } from "../helpers/postgres.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger } from "../helpers/recording-store.ts";
import {
  createPostgres,
  describeStores,
  sendTransfer,
  STORE_OWNER,
  STORE_PRESET,
  type TestStores,
} from "../helpers/store-world.ts";

const random = createRandom();
const FINAL_RECEIPTS_MAX = 100;

describeStores(`store: backup (${random.title})`, (create) => {
  let stores: TestStores;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    stores = await create();
    folder = await mkdtemp(join(tmpdir(), "rollup-backup-"));
    file = join(folder, "backup.sqlite");
  });

  afterEach(async () => {
    await stores.close();
    await rm(folder, { recursive: true });
  });

  function backUpTo(output: SqlTarget, target = stores.target): Promise<Backup> {
    const options = { presets: [STORE_PRESET], finalReceiptsMax: FINAL_RECEIPTS_MAX };
    return backUpStore({ target, output, ...options });
  }

  function backUp(): Promise<Backup> {
    return backUpTo({ type: "sqlite", path: file });
  }

  /** Opens the backup as another operator does. */
  function openBackup(target: SqlTarget = { type: "sqlite", path: file }) {
    const options = { presets: [STORE_PRESET], finalReceiptsMax: FINAL_RECEIPTS_MAX };
    return openDurableStore({ target, owner: STORE_OWNER, ...options });
  }

  it("has all that was answered, and leaves the writer what it is", async () => {
    const world = await stores.createWorld(random);
    const entry = {
      ...{ account: "0xA", nonce: 7, hash: "0x1", raw: "0x2", purpose: "commit 1", sentAt: 5 },
    };
    await world.store.journal.write(entry);
    await world.store.spending.note("0xA", { costWei: 5n, at: 2_000 });
    await sendTransfer(world);
    await world.operator.processBlocks();
    await sendTransfer(world);
    const expected = describeLedger(world.operator.checkpoint());
    const { state } = world.operator;
    const backup = await backUp();
    expect(backup.head?.stateRoot).to.equal(state.root);
    expect(backup.records).to.be.greaterThan(2);
    const hash = await sendTransfer(world);
    expect(world.operator.receipt(hash)?.status, "the writer goes on").to.equal("accepted");
    expect(await readdir(folder)).to.deep.equal(["backup.sqlite"]);
    const store = await openBackup();
    const { snapshot, events } = await store.load(createBatchCrypto(0));
    expect(describeLedger(events.reduce(reduce, snapshot!))).to.deep.equal(expected);
    expect(await store.journal.pending("0xA")).to.deep.equal([entry]);
    expect(await store.spending.spentSince("0xA", 0)).to.equal(5n);
    await store.close();
  });

  it("has the blocks that have left the memory", async () => {
    const world = await stores.createWorld(random);
    const { operator, l1 } = world;
    const hashes: string[] = [];
    for (let view = 0; view < 100; view++) {
      if (view < 3) hashes.push(await sendTransfer(world));
      l1.increaseTime(1);
      await operator.syncL1();
      await operator.processBlocks();
    }
    expect(operator.block(1), "it has left the memory").to.equal(undefined);
    await backUp();
    const store = await openBackup();
    for (const hash of hashes) {
      expect(await store.history.receipt(hash)).to.deep.equal(await operator.findReceipt(hash));
    }
    await store.close();
  });

  it("has a store with the schema of an earlier version, which is upgraded when it is used", async () => {
    const world = await stores.createWorld(random);
    const hash = await sendTransfer(world);
    const expected = describeLedger(world.operator.checkpoint());
    const database = stores.database();
    const { queries } = database;
    const earlier = queries.updateTable("meta").set({ value: "1" }).where("name", "=", "schema");
    const drop = queries.schema.dropTable("changes");
    await database.transact({ statements: [earlier.compile(), drop.compile()] });
    await backUp();
    const store = await openBackup();
    const { snapshot, events } = await store.load(createBatchCrypto(0));
    const ledger = events.reduce(reduce, snapshot!);
    expect(describeLedger(ledger)).to.deep.equal(expected);
    expect(transactionReceipt(ledger, hash)?.status).to.equal("accepted");
    await store.close();
  });

  describeWithPostgres("into a database", (url) => {
    let other: TestStores;
    beforeEach(async () => {
      other = await createPostgres(url);
    });
    afterEach(() => other.close());

    const tables = async () => {
      const query = sql<{ name: string }>`select table_name as name from information_schema.tables
        where table_schema = current_schema()`;
      return (await query.execute(other.database().queries)).rows.map(({ name }) => name);
    };

    it("copies all, and an operator goes on with it", async () => {
      const world = await stores.createWorld(random);
      const hashes = [await sendTransfer(world)];
      await world.operator.processBlocks();
      for (let count = 0; count < 70; count++) hashes.push(await sendTransfer(world));
      const expected = describeLedger(world.operator.checkpoint());
      const backup = await backUpTo(other.target);
      expect(backup.head?.stateRoot).to.equal(world.operator.state.root);
      expect(backup.bytes).to.be.greaterThan(10_000);
      expect(backup.name).to.match(/^postgres:/);
      expect(await backUp(), "and back").to.deep.include({ head: backup.head });
      const store = await openBackup(other.target);
      const { snapshot, events } = await store.load(createBatchCrypto(0));
      expect(describeLedger(events.reduce(reduce, snapshot!))).to.deep.equal(expected);
      await store.close();
      const next = await other.restart(world);
      for (const hash of hashes)
        expect(await next.operator.findReceipt(hash)).not.to.equal(undefined);
      await sendTransfer(next);
      await next.operator.processBlocks();
      expect(next.l1.statuses.at(-1)).to.equal("executed");
    });

    it("BACKUP_EXISTS: replaces no store", async () => {
      await (await stores.createWorld(random)).store.close();
      await (await other.createWorld(random)).store.close();
      const before = await tables();
      await expectRejection("BACKUP_EXISTS", backUpTo(other.target));
      expect(await tables()).to.deep.equal(before);
    });

    it("STORE_CORRUPT: leaves nothing of damaged events behind", async () => {
      const world = await stores.createWorld(random);
      await sendTransfer(world);
      const database = stores.database();
      const damage = database.queries.updateTable("events").set({ checksum: 1 });
      await database.transact({ statements: [damage.compile()] });
      await expectRejection("STORE_CORRUPT", backUpTo(other.target));
      expect(await tables()).to.deep.equal([]);
    });

    it("STORE_INCOMPLETE: takes no part of a copy for the whole", async () => {
      const world = await stores.createWorld(random);
      await sendTransfer(world);
      const stop = new Error("the process ends here");
      const copying = viewStore(stores.target, [STORE_PRESET], ({ database }) =>
        copyTables(database, other.database(), () => {
          throw stop;
        }),
      );
      expect(await copying.catch((error: unknown) => (error as Error).cause ?? error)).to.equal(
        stop,
      );
      await expectRejection("STORE_INCOMPLETE", openBackup(other.target));
      await expectRejection(
        "STORE_INCOMPLETE",
        backUpTo({ type: "sqlite", path: file }, other.target),
      );
      await expectRejection("BACKUP_EXISTS", backUpTo(other.target));
    });

    it("BACKUP_FAILED: says what the database refuses", async () => {
      await (await stores.createWorld(random)).store.close();
      const isReadOnly = true;
      const error = await expectRejection(
        "BACKUP_FAILED",
        backUpTo({ ...other.target, isReadOnly }),
      );
      expect(error.message).to.include("read-only");
      expect(error.message).not.to.include("password");
    });
  });

  it("BACKUP_EXISTS: replaces nothing", async () => {
    await (await stores.createWorld(random)).store.close();
    await writeFile(file, "mine");
    await expectRejection("BACKUP_EXISTS", backUp());
    expect(await readdir(folder)).to.deep.equal(["backup.sqlite"]);
  });

  it("BACKUP_FAILED: names the file that cannot be written", async () => {
    await (await stores.createWorld(random)).store.close();
    file = join(folder, "missing", "backup.sqlite");
    const error = await expectRejection("BACKUP_FAILED", backUp());
    expect(error.message).to.include(file);
  });

  it("STORE_CORRUPT: makes no backup of damaged events, and says which", async () => {
    const world = await stores.createWorld(random);
    await sendTransfer(world);
    const database = stores.database();
    const damage = database.queries.updateTable("events").set({ checksum: 1 });
    await database.transact({ statements: [damage.compile()] });
    const error = await expectRejection("STORE_CORRUPT", backUp());
    expect(error.message).to.include("the events ").and.not.include(".partial");
    expect(existsSync(file)).to.equal(false);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("STORE_NOT_FOUND: makes no store where there is none", async () => {
    const target = { type: "sqlite", path: join(folder, "none.sqlite") } as const;
    const copying = backUpTo({ type: "sqlite", path: file }, target);
    await expectRejection("STORE_NOT_FOUND", copying);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("lets nobody write through a view", async () => {
    await (await stores.createWorld(random)).store.close();
    await viewStore(stores.target, [], async ({ database }) => {
      const statement = database.queries.deleteFrom("events").compile();
      await database.transact({ statements: [statement] }).then(
        () => expect.fail("it has written"),
        (error: unknown) => expect(String(error)).to.match(/read-?only/),
      );
    });
  });
});
