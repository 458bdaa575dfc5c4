/** Followers and waits: in order, complete, bounded, and over when their caller says so. */
import { expect } from "chai";
import type { JsonRpcRequest } from "../../src/api/client.ts";
import { rpcError } from "../../src/api/errors.ts";
import { connect } from "../../src/sdk/connect.ts";
import type { AccountEvent, BlockEvent } from "../../src/sdk/events.ts";
import { TransactionHandle } from "../../src/sdk/handles.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import type { Rollup } from "../../src/sdk/rollup.ts";
import type { SocketEvent, SocketLike } from "../../src/sdk/stream-link.ts";
import { withDeadline } from "../../src/util/deadline.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { NODE_CONFIG } from "../helpers/sdk-world.ts";

const OWNER = "0x00000000000000000000000000000000000A11cE";
const HASH = `0x${"1".repeat(64)}`;
const SOON_MS = 3_000;

type Answers = Readonly<Record<string, (...params: unknown[]) => unknown>>;

/** A node that answers a method as it is told, and everything else never. */
function nodeOf(answers: Answers): JsonRpcRequest {
  return async (method, params) => {
    if (method === "rollup_getConfig") return NODE_CONFIG;
    const answer = answers[method];
    return answer === undefined ? new Promise<never>(() => undefined) : answer(...params);
  };
}

const statusOf = (
  blocks: Partial<Record<"sealed" | "committed" | "proven" | "executed", number>>,
) =>
  ({
    accepting: true,
    blocks: { sealed: 0, committed: 0, proven: 0, executed: 0, ...blocks },
    kinds: [],
  }) as const;

const receiptOf = (status: string, place: object = {}) => ({
  type: "transfer",
  hash: HASH,
  accountId: 1,
  nonce: 0,
  status,
  ...place,
});
const PLACE = { blockNumber: 5, slotIndex: 2 };

/** Lets what is due happen. */
const breathe = () => new Promise((resolve) => setTimeout(resolve, 0));

async function until(isDone: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!isDone()) {
    if (performance.now() > endMs) throw new Error("it did not happen");
    await breathe();
  }
}

/** Ends what `connect` has opened for a test. */
const opened: Rollup[] = [];
async function open(node: JsonRpcRequest, options: Parameters<typeof connect>[1] = {}) {
  const rollup = await connect(node, { pollMs: 1, retries: 0, ...options });
  opened.push(rollup);
  return rollup;
}
const closeAll = () => {
  for (const rollup of opened.splice(0)) rollup.close();
};

describe("sdk: the order of what followers hear", () => {
  afterEach(closeAll);

  /** A stream that stands when it is asked, and says what it is told to. */
  function createStream() {
    const listeners = new Map<string, (event: SocketEvent) => void>();
    const say = (message: object) =>
      listeners.get("message")!({ type: "message", data: JSON.stringify(message) });
    const socket: SocketLike = {
      send: (text) => {
        const { id } = JSON.parse(text) as { id: number };
        say({ id, subscription: 1, cursor: "00000001-0" });
      },
      close: () => undefined,
      addEventListener: (type, listener) => {
        listeners.set(type, listener);
        if (type === "open") queueMicrotask(() => listener({ type }));
      },
    };
    let number = 0;
    const emit = (event: object) =>
      say({ subscription: 1, cursor: `00000001-${++number}`, event: "transaction", ...event });
    return { options: { streamUrl: "ws://node.example", openSocket: () => socket }, emit };
  }

  it("has no older stage after a newer one that a receipt has said, by a stream", async () => {
    const receipts = [receiptOf("accepted"), receiptOf("committed", PLACE)];
    const rollup = await open(
      nodeOf({ rollup_getReceipt: () => (receipts.length > 1 ? receipts.shift() : receipts[0]) }),
      createStream().options,
    );
    const stream = createStream();
    const other = await open(
      nodeOf({ rollup_getReceipt: () => (receipts.length > 1 ? receipts.shift() : receipts[0]) }),
      stream.options,
    );
    rollup.close();
    const statuses: string[] = [];
    await other.on("transaction", HASH, ({ status }) => statuses.push(status));
    await until(() => statuses.includes("committed"));
    stream.emit(receiptOf("accepted"));
    stream.emit(receiptOf("accepted", PLACE));
    stream.emit(receiptOf("committed", PLACE));
    stream.emit(receiptOf("executed", PLACE));
    await until(() => statuses.includes("executed"));
    expect(statuses).to.deep.equal(["accepted", "committed", "executed"]);
  });

  it("has an earlier stage again if a reorg of L1 has taken a later one back", async () => {
    let receipt = receiptOf("committed", PLACE);
    const stream = createStream();
    const rollup = await open(nodeOf({ rollup_getReceipt: () => receipt }), stream.options);
    const statuses: string[] = [];
    await rollup.on("transaction", HASH, ({ status }) => statuses.push(status));
    await until(() => statuses.length === 1);
    await breathe();
    receipt = receiptOf("accepted", { blockNumber: 6, slotIndex: 0 });
    stream.emit(receipt);
    await until(() => statuses.length === 2);
    stream.emit(receiptOf("executed", { blockNumber: 6, slotIndex: 0 }));
    await until(() => statuses.length === 3);
    expect(statuses).to.deep.equal(["committed", "accepted", "executed"]);
  });

  it("has no older stage after a newer one if an answer comes late, by questions", async () => {
    let release = () => {};
    const late = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    const rollup = await open(
      nodeOf({
        rollup_getReceipt: async () => {
          const call = ++asked;
          if (call === 1) return receiptOf("accepted");
          if (call > 2) return receiptOf(call < 6 ? "committed" : "executed", PLACE);
          await late;
          return receiptOf("accepted", PLACE);
        },
      }),
    );
    const statuses: string[] = [];
    await rollup.on("transaction", HASH, ({ status }) => statuses.push(status));
    await until(() => statuses.includes("committed"));
    release();
    await until(() => statuses.includes("executed"));
    expect(statuses).to.deep.equal(["accepted", "committed", "executed"]);
  });

  it("has no status of a block before those that come before it, whatever a node says", async () => {
    const answers = [
      statusOf({}),
      statusOf({ executed: 9 }),
      statusOf({ sealed: 2, executed: 9 }),
      statusOf({ sealed: 2, committed: 2, proven: 1, executed: 9 }),
    ];
    const rollup = await open(
      nodeOf({ rollup_getStatus: () => (answers.length > 1 ? answers.shift() : answers[0]) }),
    );
    const seen: string[] = [];
    await rollup.on("block", ({ blockNumber, status }) => seen.push(`${blockNumber} ${status}`));
    await until(() => seen.includes("1 executed"));
    expect(seen).to.deep.equal([
      "1 sealed",
      "2 sealed",
      "1 committed",
      "2 committed",
      "1 proven",
      "1 executed",
    ]);
  });
});

describe("sdk: ends of waits and followers", () => {
  afterEach(closeAll);

  const soon = <T>(work: Promise<T>) => withDeadline(work, SOON_MS);
  const SENT = { transaction: {} as never, rollupAddress: OWNER };
  /** Each way to wait for a node that has stopped to answer. */
  const waits: Readonly<
    Record<string, (rollup: Rollup, signal?: AbortSignal) => Promise<unknown>>
  > = {
    "a receipt": (rollup, signal) =>
      rollup.waitForReceipt(HASH, "executed", { ...(signal && { signal }) }),
    "a request": (rollup, signal) =>
      rollup.waitForPriorityRequest(1, "executed", { ...(signal && { signal }) }),
    "a handle": (rollup, signal) =>
      new TransactionHandle(rollup, receiptOf("accepted") as never, SENT).wait("executed", {
        ...(signal && { signal }),
      }),
    "a promise": (rollup, signal) =>
      new TransactionHandle(rollup, receiptOf("accepted") as never, SENT).promise(
        { bond: OWNER, l1: { getBlock: 0, getNetwork: 0 } as never },
        { ...(signal && { signal }) },
      ),
    "a history": (rollup, signal) => rollup.history(OWNER, { ...(signal && { signal }) }).next(),
  };
  const followers: Readonly<
    Record<string, (rollup: Rollup, signal?: AbortSignal) => AsyncGenerator<unknown, void>>
  > = {
    blocks: (rollup, signal) => rollup.blocks({ ...(signal && { signal }) }),
    "blocks by status": (rollup, signal) => rollup.followBlocks({ ...(signal && { signal }) }),
    "an account": (rollup, signal) => rollup.followAccount(OWNER, { ...(signal && { signal }) }),
    "a transaction": (rollup, signal) =>
      rollup.followTransaction(HASH, { ...(signal && { signal }) }),
  };

  /** A node that answers nothing any more, or that nobody reaches. */
  const nodes: Readonly<Record<string, JsonRpcRequest>> = {
    "does not answer": nodeOf({}),
    "is away": (method) =>
      method === "rollup_getConfig"
        ? Promise.resolve(NODE_CONFIG)
        : Promise.reject(rpcError({ code: "CONNECTION_FAILED", method, reason: "ECONNREFUSED" })),
  };

  for (const [state, node] of Object.entries(nodes)) {
    for (const [name, wait] of Object.entries(waits)) {
      if (state === "is away" && ["a promise", "a history"].includes(name)) continue; // fail
      it(`ABORTED: the wait for ${name} ends with its signal and at close; the node ${state}`, async () => {
        const rollup = await open(node);
        const leaving = new AbortController();
        const left = wait(rollup, leaving.signal);
        const closed = wait(rollup);
        await breathe();
        leaving.abort();
        await expectRejection("ABORTED", soon(left));
        rollup.close();
        await expectRejection("ABORTED", soon(closed));
      });
    }

    for (const [name, follow] of Object.entries(followers)) {
      it(`following ${name} ends with its signal and at close; the node ${state}`, async () => {
        const rollup = await open(node);
        const leaving = new AbortController();
        const left = follow(rollup, leaving.signal).next();
        const closed = follow(rollup).next();
        await breathe();
        leaving.abort();
        await expectRejection("ABORTED", soon(left));
        rollup.close();
        expect((await soon(closed)).done).to.equal(true);
      });
    }

    it(`a subscription that has not begun ends at close; the node ${state}`, async () => {
      const rollup = await open(node);
      const errors: unknown[] = [];
      await rollup.on("error", (error) => errors.push(error));
      const subscribing = [
        rollup.on("block", () => 0),
        rollup.on("account", OWNER, () => 0),
        rollup.on("transaction", HASH, () => 0),
      ];
      await breathe();
      rollup.close();
      await soon(Promise.all(subscribing));
      expect(errors).to.deep.equal([]);
    });
  }

  it("a stream that has not begun ends with its signal", async () => {
    const silent: SocketLike = {
      send: () => undefined,
      close: () => undefined,
      addEventListener: () => undefined,
    };
    const options = { streamUrl: "ws://node.example", openSocket: () => silent };
    const rollup = await open(nodeOf({}), options);
    const leaving = new AbortController();
    const left = rollup.followAccount(OWNER, { signal: leaving.signal }).next();
    await breathe();
    leaving.abort();
    await expectRejection("ABORTED", soon(left));
  });

  it("one signal ends many waits, and a client that knows no signals, too", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const provider = new RollupProvider({ call: () => new Promise<never>(() => undefined) });
    const leaving = new AbortController();
    const { signal } = leaving;
    const waiting = Array.from({ length: 30 }, () =>
      provider.waitForReceipt(HASH, "executed", { signal }),
    );
    waiting.push(provider.until(signal).getReceipt(HASH) as never);
    await breathe();
    leaving.abort();
    for (const each of waiting) await expectRejection("ABORTED", soon(each));
    await breathe();
    process.off("warning", note);
    expect(warnings).to.deep.equal([]);
  });
});

describe("sdk: news by questions", () => {
  afterEach(closeAll);

  it("a node that names a billion blocks does not keep its listeners busy", async () => {
    const answers = [statusOf({}), statusOf({ sealed: 1_000_000_000 })];
    let asked = 0;
    const rollup = await open(
      nodeOf({ rollup_getStatus: () => answers[Math.min(asked++, answers.length - 1)] }),
    );
    let count = 0;
    await rollup.on("block", () => {
      if (++count > 20_000) rollup.close();
    });
    await until(() => count > 0);
    expect(count).to.be.at.most(1_000);
    rollup.close();
  });

  it("reports each of thousands of blocks once and in order", async () => {
    let status = statusOf({});
    const rollup = await open(nodeOf({ rollup_getStatus: () => status }));
    const seen: BlockEvent[] = [];
    await rollup.on("block", (event) => seen.push(event));
    status = statusOf({ sealed: 2_500, committed: 2_400 });
    await until(() => seen.length === 4_900);
    const numbers = (wanted: string) =>
      seen.filter((event) => event.status === wanted).map(({ blockNumber }) => blockNumber);
    expect(numbers("sealed")).to.deep.equal(Array.from({ length: 2_500 }, (_, i) => i + 1));
    expect(numbers("committed")).to.deep.equal(Array.from({ length: 2_400 }, (_, i) => i + 1));
    const sealed = new Set<number>();
    for (const event of seen) {
      if (event.status === "sealed") sealed.add(event.blockNumber);
      else expect(sealed.has(event.blockNumber)).to.equal(true);
    }
  });

  interface Item {
    readonly type: string;
    readonly hash?: string;
    readonly requestId?: number;
    readonly blockNumber: number;
    readonly slotIndex: number;
    status: string;
  }

  /** A node with the history of one account, the oldest first. */
  function createHistory() {
    const state = { items: [] as Item[], firstBlock: 1, sealed: 0 };
    const add = (count: number, change: Partial<Item> = {}) => {
      for (let slotIndex = 0; slotIndex < count; slotIndex++) {
        const hash = `0x${(state.items.length + 1).toString(16).padStart(64, "0")}`;
        const item = { type: "transfer", hash, slotIndex, status: "accepted" };
        state.items.push({ ...item, blockNumber: state.sealed + 1, ...change });
      }
      state.sealed++;
    };
    let onPage: (cursor: string | undefined) => void = () => undefined;
    const node = nodeOf({
      rollup_getStatus: () => statusOf({ sealed: state.sealed }),
      rollup_getAccountTransactions: (_account, options) => {
        const { cursor, limit } = options as { cursor?: string; limit: number };
        onPage(cursor);
        const from = Number(cursor ?? 0);
        const list = state.items
          .filter(({ blockNumber }) => blockNumber >= state.firstBlock)
          .toReversed();
        const items = list
          .slice(from, from + limit)
          .map((item) => ({ ...item, data: {}, timestamp: "0x1" }));
        const next = from + limit < list.length ? { next: String(from + limit) } : {};
        return { items, firstBlock: state.firstBlock, ...next };
      },
    });
    const setOnPage = (action: typeof onPage) => (onPage = action);
    return { state, add, node, setOnPage };
  }

  async function listen(node: JsonRpcRequest) {
    const rollup = await open(node);
    const events: AccountEvent[] = [];
    const errors: string[] = [];
    await rollup.on("error", (error) => errors.push((error as { code: string }).code));
    await rollup.on("account", OWNER, (event) => events.push(event));
    return { events, errors };
  }
  const hashes = (events: readonly object[]) =>
    events.map((event) => ("hash" in event ? String(event.hash) : undefined));

  it("reports thousands of operations of an account, the oldest first and each once", async () => {
    const history = createHistory();
    history.add(50, { status: "executed" });
    const { events } = await listen(history.node);
    for (let block = 0; block < 5; block++) history.add(500);
    const added = hashes(history.state.items.slice(50));
    await until(() => events.length >= 2_500);
    for (const item of history.state.items) item.status = "executed";
    await until(() => events.length >= 5_000);
    history.add(1);
    await until(() => events.length > 5_000);
    expect(hashes(events)).to.deep.equal([...added, ...added, hashes(history.state.items).at(-1)]);
    expect(new Set(events.slice(2_500, 5_000).map(({ status }) => status))).to.have.keys(
      "executed",
    );
  });

  it("loses nothing if the node is away while pages are read", async () => {
    const history = createHistory();
    const { events } = await listen(history.node);
    let fails = 1;
    history.setOnPage((cursor) => {
      if (cursor === undefined || fails-- <= 0) return;
      throw rpcError({ code: "CONNECTION_FAILED", method: "", reason: "ECONNRESET" });
    });
    history.add(250);
    await until(() => events.length >= 250);
    expect(hashes(events)).to.deep.equal(hashes(history.state.items));
  });

  it("reports what a reorg of L1 has taken back, and its execution again", async () => {
    const history = createHistory();
    history.add(2, { status: "executed" });
    history.add(2, { status: "executed" });
    const { events } = await listen(history.node);
    const last = history.state.items.slice(2);
    for (const status of ["committed", "executed"]) {
      for (const item of last) item.status = status;
      const before = events.length;
      await until(() => events.length === before + 2);
    }
    expect(events.map(({ status }) => status)).to.deep.equal([
      "committed",
      "committed",
      "executed",
      "executed",
    ]);
    expect(hashes(events)).to.deep.equal([...hashes(last), ...hashes(last)]);
  });

  it("names operations as a stream does: by what was signed or requested", async () => {
    const history = createHistory();
    const { events } = await listen(history.node);
    history.add(1, { type: "transferToNew" });
    history.state.items.push({
      type: "refund",
      requestId: 7,
      blockNumber: 2,
      slotIndex: 0,
      status: "accepted",
    });
    await until(() => events.length === 2);
    expect(events[0]).to.include({ event: "transaction", type: "transfer" });
    expect(events[1]).to.include({ event: "request", type: "deposit", requestId: 7 });
  });

  it("ACCOUNT_EVENTS_MISSED: the node has forgotten blocks of which it said nothing", async () => {
    const history = createHistory();
    history.add(1);
    const { errors } = await listen(history.node);
    Object.assign(history.state, { sealed: 90, firstBlock: 80 });
    await until(() => errors.length > 0);
    expect(errors).to.deep.equal(["ACCOUNT_EVENTS_MISSED"]);
  });

  it("ACCOUNT_EVENTS_MISSED: the list of a node has no end", async () => {
    let page = 0;
    const endless = nodeOf({
      rollup_getStatus: () => statusOf({}),
      rollup_getAccountTransactions: () => ({ items: [], firstBlock: 1, next: String(++page) }),
    });
    const { errors } = await listen(endless);
    expect(errors).to.deep.equal(["ACCOUNT_EVENTS_MISSED"]);
  });

  it("RPC_RESULT_INVALID: an operation of an account that is none", async () => {
    const history = createHistory();
    const { errors } = await listen(history.node);
    history.add(1, { type: "noop" });
    await until(() => errors.length > 0);
    expect(errors).to.deep.equal(["RPC_RESULT_INVALID"]);
  });
});
