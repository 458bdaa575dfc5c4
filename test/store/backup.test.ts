/** Backups of a store while it is used, and what reads them. */
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import { transactionReceipt } from "../../src/operator/ledger/queries.ts";
import { reduce } from "../../src/operator/ledger/reduce.ts";
import { type Backup, backUpStore } from "../../src/store/backup.ts";
import { openDurableStore } from "../../src/store/durable-store.ts";
import { viewStore } from "../../src/store/store-view.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger } from "../helpers/recording-store.ts";
import {
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

  function backUp(): Promise<Backup> {
    const options = { presets: [STORE_PRESET], finalReceiptsMax: FINAL_RECEIPTS_MAX };
    return backUpStore({ target: stores.target, file, ...options });
  }

  /** Opens the backup as another operator does. */
  function openBackup() {
    const target = { type: "sqlite", path: file } as const;
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
    const options = { presets: [STORE_PRESET], finalReceiptsMax: FINAL_RECEIPTS_MAX };
    await expectRejection("STORE_NOT_FOUND", backUpStore({ target, file, ...options }));
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
