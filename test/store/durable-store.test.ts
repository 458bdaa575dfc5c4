/** What a store has answered survives the end of the process. */
import { expect } from "chai";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import { reduce } from "../../src/operator/ledger/reduce.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import type { DurableStoreOptions } from "../../src/store/durable-store.ts";
import { checkAccounts } from "../../src/plugin/doctor/store-checks.ts";
import { damageAccount } from "../helpers/damage-store.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { itIsAJournal } from "../helpers/journal-contract.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger } from "../helpers/recording-store.ts";
import {
  describeStores,
  sendTransfer,
  STORE_PRESET,
  type TestStores,
} from "../helpers/store-world.ts";

const random = createRandom();

describeStores(`store: durable (${random.title})`, (create) => {
  let stores: TestStores;

  beforeEach(async () => {
    stores = await create();
  });

  afterEach(() => stores.close());

  it("has all that was answered when another operator opens it", async () => {
    const world = await stores.createWorld(random);
    const hashes = [await sendTransfer(world), await sendTransfer(world)];
    await world.operator.processBlocks("proven");
    hashes.push(await sendTransfer(world));
    const expected = describeLedger(world.operator.checkpoint());
    const { snapshot, events } = await (await stores.open()).load(createBatchCrypto(0));
    expect(describeLedger(events.reduce(reduce, snapshot!))).to.deep.equal(expected);
    const { operator, prover } = await stores.restart(world);
    const statuses = hashes.map((hash) => operator.receipt(hash)?.status);
    expect(statuses).to.deep.equal(["proven", "proven", "accepted"]);
    const jobs = prover.jobs.length;
    await operator.processBlocks();
    expect(prover.jobs.length, "no proof is made again").to.equal(jobs + 1);
  });

  it("continues from the snapshot of a closed store", async () => {
    const world = await stores.createWorld(random);
    const hash = await sendTransfer(world);
    const expected = describeLedger(world.operator.checkpoint());
    await world.operator.close();
    await world.store.close();
    const { snapshot, events } = await (await stores.open()).load(createBatchCrypto(0));
    expect(events).to.deep.equal([]);
    expect(describeLedger(snapshot!)).to.deep.equal(expected);
    const again = await stores.restart(world);
    expect(again.operator.receipt(hash)?.status).to.equal("accepted");
  });

  it("STATE_DAMAGED: accepts nothing when an account is not what its hash says", async () => {
    const world = await stores.createWorld(random);
    await world.operator.close();
    await world.store.close();
    await damageAccount(stores.database());
    const { snapshot } = await (await stores.open()).load(createBatchCrypto(0));
    expect((await checkAccounts(snapshot!, 0)).text).to.include("account 0");
    const { operator } = await stores.restart(world);
    while (operator.obstacle === undefined) await new Promise((next) => setTimeout(next, 5));
    expect(operator.obstacle.code).to.equal("STATE_DAMAGED");
    expect(operator.obstacle.facts["accountId"]).to.equal(0);
    await expectRejection("STATE_DAMAGED", sendTransfer({ ...world, operator }));
  });

  it("takes snapshots while it is used, keeps two, and the events after the older one", async () => {
    const world = await stores.createWorld(random, await stores.open({ snapshotBytes: 1_000 }));
    const { queries } = stores.database();
    const list = () => queries.selectFrom("snapshots").select("sequence").execute();
    for (let round = 0; (await list()).at(-1)?.sequence !== undefined && round < 12; round++) {
      await sendTransfer(world);
      if (round % 4 === 3) await world.operator.processBlocks();
    }
    await world.store.close();
    const [older, newer] = (await list()).map(({ sequence }) => sequence).sort((a, b) => a - b);
    expect(newer).to.be.greaterThan(older!).and.greaterThan(10);
    expect(await list()).to.have.length(2);
    const events = await queries.selectFrom("events").selectAll().orderBy("first").execute();
    for (const { last } of events) expect(last).to.be.greaterThan(older!);
    const parts = await queries.selectFrom("snapshot_parts").select("sequence").execute();
    expect(new Set(parts.map(({ sequence }) => sequence))).to.deep.equal(new Set([older, newer]));
  });

  it("STORE_TAKEN_OVER: keeps nothing more for an operator before the latest", async () => {
    const world = await stores.createWorld(random);
    const before = await sendTransfer(world);
    const { operator } = await stores.restart(world);
    await expectRejection("STORE_TAKEN_OVER", sendTransfer(world));
    expect(world.operator.obstacle?.code).to.equal("STORE_TAKEN_OVER");
    expect(operator.receipt(before)?.status).to.equal("accepted");
    await expectRejection("STORE_TAKEN_OVER", world.operator.processBlocks());
    const transaction = { nonce: 1, account: "0x", hash: "0x", raw: "0x", purpose: "", sentAt: 0 };
    await world.store.journal.write(transaction).then(
      () => expect.fail("it has written down an L1 transaction"),
      (error: unknown) => expect(error).to.include({ code: "FENCED" }),
    );
  });

  it("STORE_MISMATCH: belongs to another rollup, chain or size, and says which", async () => {
    await (await stores.createWorld(random)).store.close();
    const rollup = { chainId: 31337n, rollupAddress: `0x${"c0".repeat(20)}` };
    const genesisHash = `0x${"11".repeat(32)}`;
    const { blockKinds } = STORE_PRESET;
    const kinds = [{ ...STORE_PRESET, blockKinds: [...blockKinds, ...PRESETS.full.blockKinds] }];
    const others: [Partial<DurableStoreOptions>, string][] = [
      [{ presets: kinds }, "its kinds of blocks is "],
      [{ owner: { rollup, genesisHash: `0x${"22".repeat(32)}` } }, "its genesis of L1 is 0x1111"],
      [{ owner: { rollup: { ...rollup, chainId: 1n }, genesisHash } }, "its chain is 31337"],
    ];
    for (const [changed, words] of others) {
      const error = await expectRejection("STORE_MISMATCH", stores.open(changed));
      expect(error.message).to.include(words);
    }
  });

  it("STORE_TOO_NEW: a later version has written it", async () => {
    await (await stores.open()).close();
    const database = stores.database();
    const newer = database.queries
      .updateTable("meta")
      .set({ value: "99" })
      .where("name", "=", "schema");
    await database.transact({ statements: [newer.compile()] });
    await expectRejection("STORE_TOO_NEW", stores.open());
  });

  it("answers for blocks, transactions and requests that have left the memory", async () => {
    const world = await stores.createWorld(random);
    const { operator, l1, alice, prover } = world;
    const hashes = [await sendTransfer(world), await sendTransfer(world)];
    await operator.processBlocks();
    const block = (await operator.findBlock(1))!;
    const receipts = hashes.map((hash) => operator.receipt(hash));
    for (let view = 0; view < 70; view++) {
      l1.increaseTime(1);
      await operator.syncL1();
      await operator.processBlocks();
    }
    expect(operator.block(1), "it has left the memory").to.equal(undefined);
    expect(await operator.findBlock(1)).to.deep.equal({ ...block, status: "executed" });
    expect(block.execute?.hash).to.be.a("string");
    const again = { ...world, ...(await stores.restart({ ...world, prover, alice })) };
    for (const receipt of receipts) {
      const found = await again.operator.findReceipt(receipt!.hash);
      expect(found).to.deep.equal(receipt);
      const past = await again.store.history.receipt(receipt!.hash);
      expect(past).to.deep.equal(receipt);
    }
    expect(await again.store.history.requestReceipt(0)).to.include({
      type: "deposit",
      status: "executed",
    });
    const accountId = operator.state.accountIdOf(alice.address)!;
    const all = await again.operator.pastOperationsOf(accountId, { limit: 10 });
    const types = all.map(({ type }) => type);
    expect(types).to.deep.equal(["transfer", "transferToNew", "changePubKey", "deposit"]);
    const [newest, ...older] = all;
    const page = { before: newest!, limit: 2 };
    expect(await again.operator.pastOperationsOf(accountId, page)).to.deep.equal(older.slice(0, 2));
    const operations = await again.operator.pastOperations(1);
    expect(operations).to.deep.equal(all.filter(({ blockNumber }) => blockNumber === 1).reverse());
    expect(newest!.fields).to.include({ amount: 1n, nonce: 2 }).and.not.have.property("signature");
    expect((await again.operator.waitFor(hashes[0]!, "executed")).status).to.equal("executed");
  });

  it("remembers why transactions were rejected", async () => {
    const world = await stores.createWorld(random, await stores.open({ finalReceiptsMax: 1 }));
    const { operator, l1 } = world;
    const hashes: string[] = [];
    for (let round = 0; round < 3; round++) {
      hashes.push(await sendTransfer(world, { validUntil: l1.timestamp + 5n }));
      l1.increaseTime(60);
      await operator.syncL1();
    }
    expect(operator.receipt(hashes[0]!), "it has left the memory").to.equal(undefined);
    for (const hash of hashes) {
      const receipt = await operator.findReceipt(hash);
      expect(receipt?.rejection?.code).to.equal("EXPIRED");
    }
  });

  describe("journal of L1 transactions", () => {
    itIsAJournal(async () => (await stores.open()).journal);

    it("survives the end of the process", async () => {
      const { journal } = await stores.open();
      const entry = {
        account: "0xA",
        nonce: 7,
        hash: "0x1",
        raw: "0x2",
        purpose: "commit 1",
        sentAt: 5,
      };
      await journal.write(entry);
      expect(await (await stores.open()).journal.pending("0xA")).to.deep.equal([entry]);
    });

    it("adds up what was spent, after a restart too", async () => {
      const { spending } = await stores.open();
      await spending.note("0xA", { costWei: 10n ** 20n, at: 1_000 });
      await spending.note("0xA", { costWei: 5n, at: 2_000 });
      await spending.note("0xB", { costWei: 7n, at: 2_000 });
      const again = (await stores.open()).spending;
      expect(await again.spentSince("0xA", 1_500)).to.equal(5n);
      expect(await again.spentSince("0xA", 0)).to.equal(10n ** 20n + 5n);
    });
  });
});
