/** Subscriptions that go on after the operator was started again. */
import { access } from "node:fs/promises";
import { expect } from "chai";
import { STREAM_CLOSE_CODES } from "../../src/api/stream.ts";
import type { Operator } from "../../src/operator/operator.ts";
import { type OperatorServer, serveOperator } from "../../src/server/serve-operator.ts";
import { openDatabase, type StoreDatabase } from "../../src/store/database.ts";
import { SqlError, type SqlTarget } from "../../src/store/sql/executor.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";
import {
  describeStores,
  sendTransfer,
  type StoreWorld,
  type TestStores,
} from "../helpers/store-world.ts";
import { type Message, StreamClient } from "../helpers/stream-client.ts";

const random = createRandom();
const askL1 = () => Promise.reject(new Error("no"));

describeStores(`server: subscriptions after a restart (${random.title})`, (create) => {
  let stores: TestStores;
  let world: StoreWorld;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    stores = await create();
    world = await stores.createWorld(random);
  });

  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
    await stores.close();
  });

  async function serve(operator: Operator): Promise<OperatorServer> {
    const server = await serveOperator(operator, askL1, { port: 0 });
    closing.push(() => server.close());
    return server;
  }

  async function open({ url }: OperatorServer): Promise<StreamClient> {
    const client = await StreamClient.open(url);
    closing.push(() => client.close());
    return client;
  }

  /** Subscribes to all that there is. */
  async function follow(client: StreamClient, from?: unknown): Promise<void> {
    const rest = from === undefined ? {} : { from };
    await client.ask({ subscribe: "blocks", ...rest });
    await client.ask({ subscribe: "account", account: world.alice.l1.address, ...rest });
  }

  /** A round of everything that can happen, with blocks in several statuses at its end. */
  async function work(): Promise<void> {
    const { operator, l1 } = world;
    await sendTransfer(world);
    await operator.processBlocks();
    await sendTransfer(world, { validUntil: l1.timestamp + 5n });
    l1.increaseTime(60);
    await operator.syncL1();
    await sendTransfer(world);
    operator.sealBlock();
    await operator.commitBlocks();
    await sendTransfer(world);
  }

  /** What was told of each subscription. */
  const told = ({ events }: StreamClient) =>
    [1, 2].map((id) => events.filter(({ subscription }) => subscription === id));
  const isLast = (hash: string) => (event: Message) =>
    event["hash"] === hash && event["status"] === "executed";

  async function finish(clients: readonly StreamClient[]): Promise<void> {
    const hash = await sendTransfer(world);
    await world.operator.processBlocks();
    for (const client of clients) await client.until(isLast(hash));
  }

  for (const [how, end] of [
    ["was killed", () => Promise.resolve()],
    [
      "was closed",
      async () => {
        await world.operator.close();
        await world.store.close();
      },
    ],
  ] as const) {
    it(`sends all that a client has missed if the operator ${how}`, async () => {
      const first = await serve(world.operator);
      const client = await open(first);
      await follow(client);
      await work();
      await client.until(({ status }) => status === "rejected");
      await work();
      const last = await sendTransfer(world);
      await client.until(({ hash, status }) => hash === last && status === "accepted");
      const before = told(client);
      const cursors = client.events.map(({ cursor }) => cursor);
      await first.close();
      await end();
      world = await stores.restart(world);
      const again = await serve(world.operator);
      for (const from of [cursors[0], cursors[Math.floor(cursors.length / 2)], cursors.at(-1)]) {
        const resumed = await open(again);
        await follow(resumed, from);
        const missed = before.map((events) =>
          events.filter(({ cursor }) => byCursor(cursor) > byCursor(from)).map(forCompare),
        );
        await finish([resumed]);
        const got = told(resumed).map((events, index) =>
          events.slice(0, missed[index]!.length).map(forCompare),
        );
        expect(got).to.deep.equal(missed);
        await resumed.close();
      }
    });
  }

  it("RPC_CURSOR_GONE: what follows is not kept any more, or is of a replaced ledger", async () => {
    const first = await serve(world.operator);
    const client = await open(first);
    const { cursor } = await client.ask({ subscribe: "blocks" });
    await work();
    const database = stores.database();
    world = await stores.restart(world);
    const again = await open(await serve(world.operator));
    const codeOf = (message: Message) =>
      (message["error"] as { code: string } | undefined)?.code ?? "none";
    expect(codeOf(await again.ask({ subscribe: "blocks", from: cursor }))).to.equal("none");
    const remove = database.queries.deleteFrom("changes").where("first", "<", 8);
    await database.transact({ statements: [remove.compile()] });
    const refused = await again.ask({ subscribe: "blocks", from: cursor });
    expect(codeOf(refused)).to.equal("RPC_CURSOR_GONE");
    expect(await again.ask({ subscribe: "blocks" })).to.have.property("subscription");
    world.operator.restore(world.operator.checkpoint());
    expect(await again.closed).to.equal(STREAM_CLOSE_CODES.replaced);
    await world.operator.saved();
    world = await stores.restart(world);
    const last = await open(await serve(world.operator));
    const old = await last.ask({ subscribe: "blocks", from: cursor });
    expect(codeOf(old)).to.equal("RPC_CURSOR_GONE");
  });

  it("leaves no gap when the store is away for a while", async () => {
    const outage = { isOn: false };
    const open = (target: SqlTarget): StoreDatabase => {
      const database = openDatabase(target);
      const transact: StoreDatabase["transact"] = (transaction) =>
        outage.isOn
          ? Promise.reject(new SqlError({ message: "the disk is full", code: "FULL" }))
          : database.transact(transaction);
      return { ...database, transact };
    };
    world = await stores.restart(world, { open });
    const server = await serve(world.operator);
    const client = await StreamClient.open(server.url);
    closing.push(() => client.close());
    await follow(client);
    outage.isOn = true;
    await expectRejection("STORE_UNAVAILABLE", sendTransfer(world));
    expect(client.events).to.deep.equal([]);
    outage.isOn = false;
    await client.until(({ status }) => status === "accepted");
    await finish([client]);
    const numbers = client.events.map(({ cursor }) => byCursor(cursor));
    const all = Array.from({ length: numbers.at(-1)! }, (_, index) => index + 1);
    expect([...new Set(numbers)]).to.deep.equal(all.slice(numbers[0]! - 1));
  });

  it("gives a store of the schema before a copy, and the changes from then on", async () => {
    await work();
    await world.operator.close();
    await world.store.close();
    const database = stores.database();
    const { queries } = database;
    const statements = [
      queries.schema.dropTable("changes").compile(),
      queries.deleteFrom("meta").where("name", "=", "changes").compile(),
      queries.updateTable("meta").set({ value: "1" }).where("name", "=", "schema").compile(),
    ];
    await database.transact({ statements });
    world = await stores.restart(world);
    if (stores.target.type === "sqlite") await access(`${stores.target.path}.schema-1`);
    const client = await open(await serve(world.operator));
    await follow(client);
    await finish([client]);
  });
});

/** A block of an earlier process is told as it is by now, so its items are compared, not places. */
function forCompare({ cursor, event, status, blockNumber, hash }: Message): Message {
  return { cursor, event, status, ...(event === "block" && { blockNumber }), hash };
}

function byCursor(cursor: unknown): number {
  return Number(String(cursor).split("-")[1]);
}
