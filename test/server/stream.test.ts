import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import { STREAM_CLOSE_CODES } from "../../src/api/stream.ts";
import type { OperatorParts } from "../../src/operator/operator.ts";
import {
  type OperatorServer,
  type OperatorServerOptions,
  serveOperator,
} from "../../src/server/serve-operator.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type OperatorWorld,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { type Message, StreamClient } from "../helpers/stream-client.ts";

const byCursor = ({ cursor }: Message) => Number(String(cursor).split("-")[1]);

describe("server: subscriptions", () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function serve(
    options: Partial<OperatorServerOptions> = {},
    parts: Partial<OperatorParts> = {},
  ): Promise<{ world: OperatorWorld; server: OperatorServer; open: () => Promise<StreamClient> }> {
    const world = await createOperatorWorld(parts);
    const askL1 = () => Promise.reject(new Error("no"));
    const server = await serveOperator(world.operator, askL1, { port: 0, ...options });
    closing.push(() => server.close());
    const open = async () => {
      const client = await StreamClient.open(server.url);
      closing.push(() => client.close());
      return client;
    };
    return { world, server, open };
  }

  it("reports blocks in every status, in order", async () => {
    const { world, open } = await serve();
    const client = await open();
    const { subscription } = await client.ask({ subscribe: "blocks" });
    await deposit(world, 5n, 1n);
    await world.operator.processBlocks();
    await client.until(({ status }) => status === "executed");
    expect(client.events.map(({ status }) => status)).to.deep.equal([
      ...["sealed", "committed", "proven", "executed"],
    ]);
    for (const event of client.events) {
      expect(event).to.include({ subscription, event: "block", blockNumber: 1 });
    }
  });

  it("reports a transaction from acceptance to execution, and of no other", async () => {
    const { world, open } = await serve();
    const user = await createFundedUser(world, createRandom("stream"));
    const draft = { type: "transfer", recipient: user.address, tokenId: 0, amount: 1n } as const;
    const { hash } = submit(world, user, draft);
    submit(world, user, draft);
    const client = await open();
    await client.ask({ subscribe: "transaction", hash });
    await world.operator.processBlocks();
    await client.until(({ status }) => status === "executed");
    expect(new Set(client.events.map((event) => event["hash"]))).to.deep.equal(new Set([hash]));
    const statuses = client.events.map(({ status }) => status);
    expect(statuses).to.deep.equal(["accepted", "committed", "proven", "executed"]);
    expect(client.events[0]).to.have.property("slotIndex");
  });

  it("reports an owner's deposits before the account exists, and of its transactions", async () => {
    const { world, open } = await serve();
    const user = new User(createRandom("owner"));
    const client = await open();
    await client.ask({ subscribe: "account", account: user.l1.address });
    await deposit(world, user.address, 5n);
    await client.until(({ type }) => type === "deposit");
    const other = await createFundedUser(world, createRandom("other"));
    const draft = { type: "transfer", tokenId: 0, amount: 1n } as const;
    submit(world, other, { ...draft, recipient: user.address });
    submit(world, other, { ...draft, recipient: other.address });
    await client.until(({ type }) => type === "transfer");
    await world.operator.processBlocks();
    await client.until(({ type, status }) => type === "transfer" && status === "executed");
    const told = client.events.filter(
      ({ type, status }) => type === "transfer" && status === "accepted",
    );
    expect(new Set(told.map(({ hash }) => hash)).size).to.equal(1);
  });

  it("reports a rejection with its reason", async () => {
    const { world, open } = await serve();
    const user = await createFundedUser(world, createRandom("stream"));
    const validUntil = world.l1.timestamp + 5n;
    const draft = { type: "transfer", recipient: user.address, tokenId: 0, amount: 1n } as const;
    const { hash } = submit(world, user, { ...draft, validUntil });
    const client = await open();
    await client.ask({ subscribe: "transaction", hash });
    world.l1.increaseTime(10);
    await world.operator.syncL1();
    const event = await client.until(({ status }) => status === "rejected");
    expect((event["rejection"] as Message)["code"]).to.be.a("string");
    expect((event["rejection"] as Message)["fix"]).not.to.equal("");
  });

  it("resumes from a cursor: a client that leaves at any time skips and repeats nothing", async () => {
    const { world, open } = await serve();
    const steady = await open();
    await steady.ask({ subscribe: "blocks" });
    const seen: Message[] = [];
    let cursor = (await (await open()).ask({ subscribe: "blocks" }))["cursor"];
    for (let round = 0; round < 6; round++) {
      await deposit(world, 5n, 1n);
      await world.operator.processBlocks();
      const client = await open();
      await client.ask({ subscribe: "blocks", from: cursor });
      if (round % 2 === 0) {
        await deposit(world, 5n, 1n);
        await world.operator.processBlocks();
      }
      const last = world.operator.progress.executed;
      const isLast = ({ blockNumber, status }: Message) =>
        blockNumber === last && status === "executed";
      await client.until(isLast);
      seen.push(...client.events);
      cursor = seen.at(-1)!["cursor"];
      await client.close();
      await steady.until(isLast);
    }
    expect(seen.map(byCursor)).to.deep.equal(steady.events.map(byCursor));
    expect(seen.length).to.be.greaterThan(30);
  });

  it("RPC_CURSOR_GONE: says so instead of leaving a gap", async () => {
    const { world, open } = await serve();
    const client = await open();
    for (const from of ["00000000-0", "ffffffff-99"]) {
      const { error } = await client.ask({ subscribe: "blocks", from });
      expect((error as Message)["code"]).to.equal("RPC_CURSOR_GONE");
    }
    const { cursor } = await client.ask({ subscribe: "blocks" });
    const future = String(cursor).replace(/\d+$/, "999");
    const { error } = await client.ask({ subscribe: "blocks", from: future });
    expect((error as Message)["code"]).to.equal("RPC_CURSOR_GONE");
    const checkpoint = world.operator.checkpoint();
    world.operator.restore(checkpoint);
    expect(await client.closed).to.equal(STREAM_CLOSE_CODES.replaced);
    const again = await (await open()).ask({ subscribe: "blocks", from: cursor });
    expect((again["error"] as Message)["code"]).to.equal("RPC_CURSOR_GONE");
  });

  it("ends a subscription on request", async () => {
    const { world, open } = await serve();
    const client = await open();
    const { subscription } = await client.ask({ subscribe: "blocks" });
    await client.ask({ unsubscribe: subscription });
    await client.ask({ unsubscribe: 77 });
    await deposit(world, 5n, 1n);
    await world.operator.processBlocks();
    await client.ask({ subscribe: "blocks" });
    expect(client.events).to.deep.equal([]);
  });

  it("disconnects a client that does not read, with a code, and keeps the others", async () => {
    const { world, server, open } = await serve({
      streamLimits: { bufferBytesMax: 2_000, subscriptionsMax: 1_000, readMs: 60_000 },
    });
    const reader = await open();
    await reader.ask({ subscribe: "blocks" });
    const { port, hostname } = new URL(server.url);
    const slow = connect(Number(port), hostname);
    slow.write(
      "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await once(slow, "data");
    slow.pause();
    for (let id = 0; id < 1_000; id++)
      slow.write(frame(JSON.stringify({ id, subscribe: "blocks" })));
    const left = once(slow, "close");
    for (let block = 0; block < 200 && !slow.destroyed; block++) {
      await deposit(world, 5n, 1n);
      world.operator.sealBlock();
      await new Promise((resolve) => setImmediate(resolve));
    }
    slow.on("error", () => {});
    const chunks: Buffer[] = [];
    slow.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (closeCodeIn(Buffer.concat(chunks)) !== undefined) slow.destroy();
    });
    slow.resume();
    await left;
    expect(closeCodeIn(Buffer.concat(chunks))).to.equal(STREAM_CLOSE_CODES.slowClient);
    await reader.until(({ blockNumber }) => blockNumber === 200);
  });

  it("limits connections of an address, subscriptions and messages", async () => {
    const limits = { unitsPerSecond: 50, unitsBurst: 50 };
    const streamLimits = { connectionsPerClientMax: 2, subscriptionsMax: 3 };
    const { open } = await serve({ limits, streamLimits });
    const [client, other] = [await open(), await open()];
    expect(
      await open().then(
        () => "opened",
        () => "refused",
      ),
    ).to.equal("refused");
    await other.close();
    await open();
    for (let count = 0; count < 3; count++) await client.ask({ subscribe: "blocks" });
    const { error } = await client.ask({ subscribe: "blocks" });
    expect((error as Message)["code"]).to.equal("RPC_BUSY");
    for (let count = 0; count < 200; count++) client.send("{}");
    expect(await client.closed).to.equal(STREAM_CLOSE_CODES.rateLimited);
  });

  it("answers nonsense with a code, and closes on a message that is too long", async () => {
    const { open } = await serve();
    const client = await open();
    for (const text of ["", "{", "[]", '{"id":1}', '{"id":"x","subscribe":"blocks"}', "\u0000"]) {
      const before = client.messages.length;
      client.send(text);
      const { error } = await client.until((message) => client.messages.indexOf(message) >= before);
      expect((error as Message)["code"], text).to.equal("RPC_PARAMS_INVALID");
    }
    const { error } = await client.ask({ subscribe: "account", account: 60 });
    expect((error as Message)["code"]).to.equal("RPC_NOT_FOUND");
    client.send("x".repeat(5_000));
    expect(await client.closed).to.equal(1009);
  });

  it("takes no page of another origin, and no other path", async () => {
    const { server } = await serve({ cors: ["https://wallet.example"] });
    const { port, hostname } = new URL(server.url);
    const ask = async (path: string, ...headers: string[]) => {
      const socket = connect(Number(port), hostname);
      const lines = [`GET ${path} HTTP/1.1`, "Host: localhost", "Connection: Upgrade", ...headers];
      const key = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
      socket.write([...lines, "Upgrade: websocket", ...key, "", ""].join("\r\n"));
      const [data] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      return Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())![1]);
    };
    expect(await ask("/v1/stream", "Origin: https://wallet.example")).to.equal(101);
    expect(await ask("/v1/stream", "Origin: https://evil.example")).to.equal(403);
    for (const path of ["/v1/other", "//", "//v1/stream", "/v1/stream/", "http://[", "*"]) {
      expect(await ask(path), path).to.be.oneOf([400, 404]);
    }
    expect(await ask("/v1/stream")).to.equal(101);
  });

  it("says goodbye when the server closes", async () => {
    const { server, open } = await serve();
    const client = await open();
    await client.ask({ subscribe: "blocks" });
    await server.close();
    expect(await client.closed).to.equal(1001);
  });
});

/** A short text message as a client frames it. */
function frame(text: string): Buffer {
  const data = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | data.length, 0, 0, 0, 0]), data]);
}

/** The code of the close frame after complete frames of a server; undefined if there is none. */
function closeCodeIn(bytes: Buffer): number | undefined {
  for (let place = 0; place + 4 <= bytes.length;) {
    const [first, second] = [bytes[place]!, bytes[place + 1]!];
    const isLong = second === 126;
    const length = isLong ? bytes.readUInt16BE(place + 2) : second;
    const start = place + (isLong ? 4 : 2);
    if (first === 0x88) return bytes.readUInt16BE(start);
    place = start + length;
  }
  return undefined;
}
