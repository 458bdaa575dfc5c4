/** Events and blocks: over a stream that breaks, lies or is slow, and without a stream. */
import { once } from "node:events";
import { type AddressInfo } from "node:net";
import { expect } from "chai";
import { type WebSocket as ServerSocket, WebSocket as WebSocketOfWs, WebSocketServer } from "ws";
import { connect } from "../../src/sdk/connect.ts";
import type { AccountEvent, BlockEvent, RollupEvent } from "../../src/sdk/events.ts";
import type { Rollup } from "../../src/sdk/rollup.ts";
import { StreamLink } from "../../src/sdk/stream-link.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  type Cable,
  createCable,
  createFakeNode,
  createSdkWorld,
  type SdkWorld,
} from "../helpers/sdk-world.ts";

const TO = "0x00000000000000000000000000000000000A11cE";

async function until(isDone: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!isDone()) {
    if (performance.now() > endMs) throw new Error("it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("sdk: events", () => {
  let world: SdkWorld;
  let alice: RollupWallet;
  const closing: (() => unknown)[] = [];

  before(async () => {
    world = await createSdkWorld();
    alice = await RollupWallet.create(world.user, await connect(world.url));
    await alice.deposit({ token: "ETH", amount: 1_000_000n });
    await alice.setSigningKey();
    await world.operator.processBlocks();
  });
  after(() => world.server.close());
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function open(url: string, options: Parameters<typeof connect>[1] = {}): Promise<Rollup> {
    const rollup = await connect(url, options);
    closing.push(() => rollup.close());
    return rollup;
  }

  async function cable(): Promise<Cable> {
    const made = await createCable(world.url);
    closing.push(() => made.close());
    return made;
  }

  const pay = (amount = 1n) => alice.transfer({ to: TO, token: "ETH", amount });
  async function payInBlock(): Promise<void> {
    await pay();
    await world.operator.processBlocks();
  }

  for (const name of ["a stream", "questions"]) {
    // The fake node has no WebSocket, so the same is asked for again and again.
    const connectBy = async () => {
      if (name === "a stream") return open(world.url);
      const node = await createFakeNode(world.url);
      closing.push(() => node.close());
      return open(node.url, { pollMs: 20 });
    };

    it(`reports each status of blocks, a transaction and an account, by ${name}`, async () => {
      const rollup = await connectBy();
      const blocks: BlockEvent[] = [];
      const events: AccountEvent[] = [];
      await rollup.on("block", (event) => blocks.push(event));
      await rollup.on("account", alice.address, (event) => events.push(event));
      const { hash } = await pay();
      const own: string[] = [];
      await rollup.on("transaction", hash, ({ status }) => own.push(status));
      await until(() => events.length > 0 && own.length > 0);
      await world.operator.processBlocks();
      await until(() => blocks.some(({ status }) => status === "executed"));
      await until(() => events.at(-1)?.status === "executed" && own.at(-1) === "executed");
      const statuses = blocks.map(({ status }) => status);
      expect(statuses).to.deep.equal(["sealed", "committed", "proven", "executed"]);
      expect(own[0]).to.equal("accepted");
      expect(events[0]).to.include({ event: "transaction", type: "transfer", hash });
    });
  }

  it("loses and repeats no event when the connection is cut again and again", async () => {
    const wire = await cable();
    const rollup = await open(wire.url);
    const events: RollupEvent[] = [];
    await rollup.on("account", alice.address, (event) => events.push(event));
    const hashes: string[] = [];
    for (let round = 0; round < 6; round++) {
      // Several events of one change: a block with more than one transaction of the account.
      for (let count = 0; count < 5; count++) hashes.push((await pay()).hash);
      if (round % 2 === 0) wire.cut();
      await world.operator.processBlocks();
      if (round % 2 === 1) wire.cut();
    }
    const executed = () =>
      events.filter((event) => "hash" in event && event.status === "executed").length;
    await until(() => executed() === hashes.length);
    const texts = events.map((event) => JSON.stringify(event));
    expect(new Set(texts).size).to.equal(texts.length);
    for (const hash of hashes) {
      const own = events.filter((event) => "hash" in event && event.hash === hash);
      expect(own.map(({ status }) => status).slice(0, 1)).to.deep.equal(["accepted"]);
      expect(own.at(-1)!.status).to.equal("executed");
    }
    expect(wire.connections).to.be.above(3);
  });

  it("yields each block once and in order, from any one on, over lost connections", async () => {
    const wire = await cable();
    const rollup = await open(wire.url);
    const numbers: number[] = [];
    const first = (await rollup.getStatus()).blocks.sealed;
    const reading = (async () => {
      for await (const { blockNumber, status } of rollup.blocks({ from: 1, status: "executed" })) {
        expect(status).to.equal("executed");
        numbers.push(blockNumber);
        if (blockNumber === first + 4) break;
      }
    })();
    for (let count = 0; count < 4; count++) {
      await payInBlock();
      wire.down = count === 2;
      wire.cut();
    }
    wire.down = false;
    await reading;
    expect(numbers).to.deep.equal(Array.from({ length: first + 4 }, (_, index) => index + 1));
  });

  it("opens its WebSocket as it is told to, such as by the package ws", async () => {
    const urls: string[] = [];
    const openSocket = (url: string) => {
      urls.push(url);
      return new WebSocketOfWs(url);
    };
    const node = await createFakeNode(world.url);
    closing.push(() => node.close());
    const streamUrl = `${world.url.replace("http", "ws")}/v1/stream`;
    const rollup = await open(node.url, { openSocket, streamUrl });
    const seen: string[] = [];
    await rollup.on("block", ({ status }) => seen.push(status));
    await payInBlock();
    await until(() => seen.length === 4);
    expect(urls).to.deep.equal([streamUrl]);
  });

  it("throws what does not pass: garbage, another block, and one that is not kept", async () => {
    const node = await createFakeNode(world.url);
    closing.push(() => node.close());
    const rollup = await open(node.url, { pollMs: 20 });
    const { blockNumber } = (await rollup.getBlock("latest"))!;
    const first = () => rollup.blocks({ from: blockNumber }).next();
    let result: (block: object) => unknown = () => null;
    node.answer = async ({ method }, response, pass) => {
      const answer = (await pass()) as { result: object };
      if (method !== "rollup_getBlock") return answer;
      const changed = result(answer.result);
      return changed === undefined ? void response.end("<p>") : { ...answer, result: changed };
    };
    await expectRejection("BLOCK_NOT_KEPT", first());
    result = (block) => ({ ...block, blockNumber: blockNumber + 1 });
    await expectRejection("RPC_RESULT_INVALID", first());
    result = () => undefined;
    await expectRejection("RPC_ANSWER_INVALID", first());
    const seen: unknown[] = [];
    await rollup.on("error", (error) => seen.push((error as { code: string }).code));
    node.answer = (_call, response) => void response.end("<p>");
    await rollup.on("block", () => 0);
    await until(() => seen.length > 0);
    expect(seen).to.deep.equal(["RPC_ANSWER_INVALID"]);
  });

  it("leaves no block out if the stream says nothing, or only of other blocks", async () => {
    const mute = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(mute, "listening");
    closing.push(() => mute.close());
    mute.on("connection", (socket) =>
      socket.on("message", (data: Buffer) => {
        const { id } = JSON.parse(data.toString()) as { id: number };
        socket.send(JSON.stringify({ id, subscription: 1, cursor: "00000001-0" }));
        const event = { event: "block", blockNumber: 1, status: "executed" };
        socket.send(JSON.stringify({ subscription: 1, cursor: "00000001-5", ...event }));
      }),
    );
    const streamUrl = `ws://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const rollup = await open(world.url, { streamUrl, pollMs: 20 });
    const { sealed } = (await rollup.getStatus()).blocks;
    const numbers: number[] = [];
    const reading = (async () => {
      for await (const { blockNumber } of rollup.blocks({ from: sealed + 1 })) {
        if (numbers.push(blockNumber) === 3) break;
      }
    })();
    for (let count = 0; count < 3; count++) await payInBlock();
    await reading;
    expect(numbers).to.deep.equal([sealed + 1, sealed + 2, sealed + 3]);
  });

  it("begins with the next block, and waits for the status", async () => {
    const rollup = await open(world.url);
    const { sealed } = (await rollup.getStatus()).blocks;
    const iteration = rollup.blocks();
    let first: number | undefined;
    const next = iteration.next().then(({ value }) => (first = value?.blockNumber));
    while (first === undefined) await payInBlock();
    await next;
    await payInBlock();
    expect(first).to.be.above(sealed);
    expect((await iteration.next()).value?.blockNumber).to.equal(first + 1);
  });

  it("ABORTED: a signal ends an iteration; closing ends it quietly", async () => {
    const rollup = await open(world.url);
    const signal = AbortSignal.timeout(100);
    await expectRejection("ABORTED", rollup.blocks({ signal }).next());
    await expectRejection("ABORTED", rollup.followAccount(TO, { signal }).next());
    const waiting = [rollup.blocks().next(), rollup.followAccount(TO).next()];
    await new Promise((resolve) => setTimeout(resolve, 50));
    rollup.close();
    for (const end of waiting) expect((await end).done).to.equal(true);
    expect((await rollup.blocks().next()).done).to.equal(true);
  });

  it("refuses bad input, and listens no more after off", async () => {
    const rollup = await open(world.url);
    const on = rollup.on.bind(rollup) as (...args: unknown[]) => Promise<unknown>;
    await expectRejection(
      "OPTION_INVALID",
      on("blocks", () => 0),
    );
    await expectRejection("OPTION_INVALID", on("block"));
    await expectRejection(
      "OPTION_INVALID",
      on("transaction", "0x12", () => 0),
    );
    await expectRejection(
      "ADDRESS_INVALID",
      on("account", "alice", () => 0),
    );
    await expectRejection("OPTION_INVALID", rollup.blocks({ from: 0 }).next());
    await expectRejection("OPTION_UNKNOWN", rollup.blocks({ stage: 0 } as object).next());
    const seen: unknown[] = [];
    const listener = (event: unknown) => seen.push(event);
    await rollup.on("block", listener);
    const off = await rollup.on("block", listener);
    rollup.off("block", listener);
    off();
    await payInBlock();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).to.deep.equal([]);
  });

  it("reports to listeners of errors what a listener throws, and goes on", async () => {
    const rollup = await open(world.url);
    const errors: unknown[] = [];
    const seen: string[] = [];
    await rollup.on("error", (error) => errors.push((error as Error).message));
    await rollup.on("block", async ({ status }) => {
      await Promise.resolve();
      seen.push(status);
      throw new Error(status);
    });
    await payInBlock();
    await until(() => seen.length === 4);
    expect(errors).to.deep.equal(seen);
  });
});

describe("sdk: a stream that is no good", () => {
  let server: WebSocketServer;
  let url: string;
  let sockets: ServerSocket[];
  let requests: { readonly id: number; readonly [name: string]: unknown }[];
  let answer: (socket: ServerSocket, request: (typeof requests)[number]) => void;
  let link: StreamLink;

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    [sockets, requests] = [[], []];
    answer = (socket, { id }) => {
      socket.send(JSON.stringify({ id, subscription: 1, cursor: "00000001-0" }));
    };
    server.on("connection", (socket) => {
      sockets.push(socket);
      socket.on("message", (data: Buffer) => {
        const request = JSON.parse(data.toString()) as (typeof requests)[number];
        requests.push(request);
        answer(socket, request);
      });
    });
    const limits = { openMs: 200, pauseMs: 10, eventsMax: 3, silenceMs: 100, messageMax: 1_000 };
    link = new StreamLink(() => new WebSocket(url), limits);
  });
  afterEach(async () => {
    link.close();
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  const tell = (number: number, blockNumber = number, subscription = 1) => {
    const cursor = `00000001-${number}`;
    const event = { subscription, cursor, event: "block", blockNumber, status: "sealed" };
    sockets.at(-1)!.send(JSON.stringify(event));
  };
  const BLOCKS = { subscribe: "blocks" } as const;

  it("is none if it answers in another language, hangs, or does not open", async () => {
    answer = (socket) => socket.send('{"jsonrpc":"2.0","error":{}}');
    expect(await link.subscribe(BLOCKS)).to.equal(undefined);
    answer = () => undefined;
    expect(await link.subscribe(BLOCKS)).to.equal(undefined);
    const dead = new StreamLink(() => new WebSocket("ws://127.0.0.1:1"));
    expect(await dead.subscribe(BLOCKS)).to.equal(undefined);
    const broken = new StreamLink(() => {
      throw new Error("no WebSocket here");
    });
    expect(await broken.subscribe(BLOCKS)).to.equal(undefined);
  });

  it("drops events that come a second time", async () => {
    const source = (await link.subscribe(BLOCKS))!;
    for (const number of [1, 1, 2, 1, 2, 3]) tell(number);
    const numbers: unknown[] = [];
    for (let count = 0; count < 3; count++) {
      numbers.push(((await source.next()) as BlockEvent).blockNumber);
    }
    expect(numbers).to.deep.equal([1, 2, 3]);
  });

  it("resumes before the change of which it may have a part", async () => {
    const source = (await link.subscribe(BLOCKS))!;
    tell(4, 1);
    tell(5, 2);
    await source.next();
    await source.next();
    sockets[0]!.terminate();
    await until(() => requests.length === 2);
    expect(requests[1]).to.include({ subscribe: "blocks", from: "00000001-4" });
    await until(() => sockets.length === 2);
    tell(5, 2); // again
    tell(5, 3); // of the same change
    expect(await source.next()).to.include({ blockNumber: 3 });
  });

  it("pauses the subscription of who does not listen, and loses nothing", async () => {
    const source = (await link.subscribe(BLOCKS))!;
    for (let number = 1; number <= 6; number++) tell(number);
    await until(() => requests.some(({ unsubscribe }) => unsubscribe === 1));
    answer = (socket, { id, from }) => {
      if (from === undefined) return;
      socket.send(JSON.stringify({ id, subscription: 2, cursor: from }));
      for (let number = 3; number <= 4; number++) tell(number, number, 2);
    };
    const numbers: unknown[] = [];
    for (let count = 0; count < 4; count++) {
      numbers.push(((await source.next()) as BlockEvent).blockNumber);
    }
    expect(numbers).to.deep.equal([1, 2, 3, 4]);
    expect(requests.at(-1)).to.include({ subscribe: "blocks", from: "00000001-2" });
  });

  it("leaves a connection that speaks garbage or sends megabytes", async () => {
    const source = (await link.subscribe(BLOCKS))!;
    for (const text of ["{", "null", '{"event":"block"}', "x".repeat(5_000_000)]) {
      const before = sockets.length;
      sockets.at(-1)!.send(text);
      const subscribed = () => requests.filter((request) => "subscribe" in request).length;
      await until(() => sockets.length > before && subscribed() > before);
    }
    tell(1);
    expect(await source.next()).to.include({ blockNumber: 1 });
  });

  it("notices a connection that is dead", async () => {
    await link.subscribe(BLOCKS);
    answer = () => undefined;
    await until(() => sockets.length === 2);
    expect(requests.some(({ unsubscribe }) => unsubscribe === 0)).to.equal(true);
  });

  it("throws the node's refusal, also of a resumption", async () => {
    const refusal = { code: "RPC_CURSOR_GONE", facts: {}, sentence: "It is gone.", fix: "Read." };
    const source = (await link.subscribe(BLOCKS))!;
    answer = (socket, { id }) => socket.send(JSON.stringify({ id, error: refusal }));
    sockets[0]!.terminate();
    await expectRejection("RPC_CURSOR_GONE", source.next());
    await expectRejection("RPC_CURSOR_GONE", link.subscribe(BLOCKS));
  });

  it("RPC_CURSOR_GONE: the state was replaced", async () => {
    const source = (await link.subscribe(BLOCKS))!;
    sockets[0]!.close(4002);
    await expectRejection("RPC_CURSOR_GONE", source.next());
  });

  it("closes the connection with the last subscription", async () => {
    const [first, second] = [await link.subscribe(BLOCKS), await link.subscribe(BLOCKS)];
    expect(server.clients.size).to.equal(1);
    first!.close();
    second!.close();
    await expectRejection("ABORTED", second!.next());
    await until(() => server.clients.size === 0);
  });
});
