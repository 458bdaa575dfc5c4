/** Several L1 nodes, some of which hang, lie, lag, or answer nonsense. */
import { expect } from "chai";
import { type FailoverEvent, FailoverProvider } from "../../src/l1/failover.ts";
import { createHttpUpstream } from "../../src/l1/upstream.ts";
import { FakeNode, type Mood } from "../helpers/fake-node.ts";

const TIMEOUT_MS = 600;
const PAUSE_MS = 5_000;

describe("several L1 nodes", () => {
  let nodes: FakeNode[];
  let events: FailoverEvent[];
  let now: number;

  beforeEach(async () => {
    nodes = await Promise.all([FakeNode.start(), FakeNode.start(), FakeNode.start()]);
    events = [];
    now = 1_000_000;
  });

  afterEach(() => Promise.all(nodes.map((node) => node.stop())));

  function connect(options: { readonly chainId?: bigint; readonly bytesMax?: number } = {}) {
    const { chainId, ...rest } = options;
    const upstreams = nodes.map(({ url }, index) => createHttpUpstream(url, `URL ${index}`, rest));
    return new FailoverProvider(upstreams, {
      timeoutMs: TIMEOUT_MS,
      pauseMs: PAUSE_MS,
      chainId,
      now: () => now,
      onEvent: (event) => events.push(event),
    });
  }

  const call = (provider: FailoverProvider, method = "eth_gasPrice") =>
    provider.request({ method, params: [] });
  const askedFor = (method: string) =>
    nodes.map(({ asked }) => asked.filter((each) => each === method).length);
  const forget = () => nodes.forEach(({ asked }) => asked.splice(0));

  it("asks the first, as long as it answers", async () => {
    const provider = connect();
    expect(await call(provider)).to.equal("eth_gasPrice");
    const { generation } = provider;
    for (let round = 0; round < 5; round++) await call(provider);
    expect(askedFor("eth_gasPrice")).to.deep.equal([6, 0, 0]);
    expect(provider.generation).to.equal(generation);
    expect(events).to.deep.equal([]);
  });

  const failures: Record<string, Mood> = {
    hangs: "hangs",
    "answers nonsense": "garbage",
    "answers without a result": "empty",
    "limits requests": "tooMany",
    "is a gateway without a node": "badGateway",
    "sends elsewhere": "redirects",
    "floods with bytes": "floods",
    "says in JSON-RPC that there were too many requests": {
      error: { code: -32_005, message: "daily request count exceeded" },
    },
  };
  for (const [name, mood] of Object.entries(failures)) {
    it(`asks another, when the first ${name}`, async () => {
      const provider = connect({ bytesMax: 100_000 });
      await call(provider);
      const { generation } = provider;
      nodes[0]!.mood = mood;
      expect(await call(provider)).to.equal("eth_gasPrice");
      expect(provider.generation).not.to.equal(generation);
      forget();
      await call(provider);
      expect(askedFor("eth_gasPrice")).to.deep.equal([0, 1, 0]);
      expect(events.map(({ type }) => type)).to.include.members(["paused", "switched"]);
      expect(JSON.stringify(events)).not.to.match(/SECRET|127\.0\.0\.1/);
    });

    it(`starts, when the first ${name} from the beginning`, async () => {
      nodes[0]!.mood = mood;
      const provider = connect({ bytesMax: 100_000 });
      expect(await call(provider)).to.equal("eth_gasPrice");
      expect(askedFor("eth_gasPrice")).to.deep.equal([0, 1, 0]);
    });
  }

  it("asks another, when the first is gone", async () => {
    const provider = connect();
    await call(provider);
    await nodes[0]!.stop();
    expect(await call(provider)).to.equal("eth_gasPrice");
  });

  it("asks a node again after a pause, which grows", async () => {
    const provider = connect();
    await call(provider);
    nodes[0]!.mood = "badGateway";
    await call(provider);
    now += PAUSE_MS + 10_000;
    await call(provider);
    await settled();
    const pauses = () =>
      events.flatMap((event) => (event.type === "paused" ? [event.pauseMs] : []));
    expect(pauses().slice(0, 2)).to.deep.equal([PAUSE_MS, 2 * PAUSE_MS]);
    nodes[0]!.mood = "well";
    now += 8 * PAUSE_MS;
    await call(provider);
    await settled();
    expect(events.at(-1)).to.deep.equal({ type: "back", node: "URL 0" });
    // It stays with the other until that one fails.
    nodes[1]!.mood = "hangs";
    nodes[2]!.mood = "hangs";
    forget();
    expect(await call(provider)).to.equal("eth_gasPrice");
    expect(askedFor("eth_gasPrice")).to.deep.equal([1, 1, 0]);
  });

  /** Lets a comparison in the background end. */
  async function settled(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  it("fails with the last failure if no node answers, and recovers", async () => {
    const provider = connect();
    await call(provider);
    for (const node of nodes) node.mood = "badGateway";
    const failed = await call(provider).catch((error: unknown) => error as Error);
    expect(String(failed)).to.match(/HTTP 502/);
    expect(String(failed)).not.to.match(/SECRET|127\.0\.0\.1/);
    for (const node of nodes) node.mood = "well";
    // Paused nodes are better than none.
    expect(await call(provider)).to.equal("eth_gasPrice");
  });

  it("passes on an answer that is an error, and asks no other node", async () => {
    const provider = connect();
    await call(provider);
    const error = { code: 3, message: "execution reverted", data: "0x12345678" };
    nodes[0]!.mood = { error };
    const failed = await call(provider, "eth_call").catch((reason: unknown) => reason);
    expect(failed).to.include(error);
    expect(askedFor("eth_call")).to.deep.equal([1, 0, 0]);
    nodes[0]!.mood = { error: { code: -32_000, message: "block range too large" } };
    await call(provider, "eth_getLogs").catch(() => undefined);
    expect(askedFor("eth_getLogs")).to.deep.equal([1, 0, 0]);
  });

  it("never uses a node of another chain id", async () => {
    nodes[0]!.chainId = 5;
    const provider = connect();
    await call(provider);
    expect(askedFor("eth_gasPrice")).to.deep.equal([0, 1, 0]);
    await call(provider, "eth_sendRawTransaction");
    expect(nodes.map(({ taken }) => taken.length)).to.deep.equal([0, 1, 1]);
    expect(events[0]).to.include({ type: "paused", node: "URL 0" });
  });

  it("never uses a node of another genesis", async () => {
    nodes[1]!.chain = "b";
    nodes[1]!.head = 9_000;
    const provider = connect();
    await call(provider);
    nodes[0]!.mood = "badGateway";
    await call(provider);
    expect(askedFor("eth_gasPrice")).to.deep.equal([2, 0, 1]);
  });

  it("believes the expected chain id more than most nodes", async () => {
    nodes[0]!.chainId = 5;
    nodes[1]!.chainId = 5;
    const provider = connect({ chainId: 1n });
    await call(provider);
    expect(askedFor("eth_gasPrice")).to.deep.equal([0, 0, 1]);
    nodes[2]!.chainId = 5;
    const lost = connect({ chainId: 1n });
    const failed = await call(lost).catch((error: unknown) => String(error));
    expect(failed).to.match(/no L1 node is usable/);
  });

  it("leaves a node that lags", async () => {
    const provider = connect();
    await call(provider);
    for (const node of nodes) node.head += 10;
    nodes[0]!.head -= 7;
    now += 10_000;
    await call(provider);
    await settled();
    await call(provider);
    expect(askedFor("eth_gasPrice")).to.deep.equal([2, 1, 0]);
    expect(events.at(-1)).to.deep.equal({ type: "switched", from: "URL 0", to: "URL 1" });
  });

  it("shows no earlier block than before when a node fails, for some time", async () => {
    const provider = connect();
    nodes[0]!.head = 102;
    expect(await call(provider, "eth_blockNumber")).to.equal("0x66");
    nodes[0]!.mood = "badGateway";
    const behind = await call(provider, "eth_blockNumber").catch((error: unknown) => String(error));
    expect(behind).to.match(/HTTP 502|no L1 node/);
    nodes[2]!.head = 102;
    expect(await call(provider, "eth_blockNumber")).to.equal("0x66");
    expect(askedFor("eth_blockNumber")[1]).to.equal(0);
  });

  it("shows an earlier block in the end, because L1 may have become shorter", async () => {
    const provider = connect();
    nodes[0]!.head = 102;
    await call(provider, "eth_blockNumber");
    nodes[0]!.mood = "badGateway";
    await call(provider, "eth_blockNumber").catch(() => undefined);
    now += 120_000;
    expect(await call(provider, "eth_blockNumber")).to.equal("0x64");
  });

  it("follows its node to an earlier block", async () => {
    const provider = connect();
    await call(provider, "eth_blockNumber");
    for (const node of nodes) node.head = 98;
    expect(await call(provider, "eth_blockNumber")).to.equal("0x62");
    nodes[0]!.mood = "badGateway";
    expect(await call(provider, "eth_blockNumber")).to.equal("0x62");
  });

  describe("when it sends", () => {
    const raw = "0x02abcd";
    const send = (provider: FailoverProvider) =>
      provider.request({ method: "eth_sendRawTransaction", params: [raw] });

    it("sends to all, and is done with the first", async () => {
      const provider = connect();
      await call(provider);
      nodes[0]!.mood = "hangs";
      const start = Date.now();
      expect(await send(provider)).to.match(/^0x1/);
      expect(Date.now() - start).to.be.lessThan(TIMEOUT_MS);
      await settled();
      expect(nodes.map(({ taken }) => taken)).to.deep.equal([[], [raw], [raw]]);
    });

    it("succeeds although another node refuses", async () => {
      const provider = connect();
      await call(provider);
      nodes[0]!.mood = { error: { code: -32_000, message: "nonce too low" } };
      expect(await send(provider)).to.match(/^0x1/);
    });

    it("does not report a refusal while another node may have it", async () => {
      const provider = connect();
      await call(provider);
      nodes[0]!.mood = { error: { code: -32_000, message: "insufficient funds" } };
      nodes[1]!.mood = "hangs";
      nodes[2]!.mood = nodes[0]!.mood;
      const failed = await send(provider).catch((error: unknown) => String(error));
      expect(failed).to.match(/no answer within/);
      nodes[1]!.mood = nodes[0]!.mood;
      const refused = await send(provider).catch((error: unknown) => String(error));
      expect(refused).to.match(/insufficient funds/);
    });

    it("asks only the first for what needs a node's key", async () => {
      const provider = connect();
      await call(provider, "eth_sendTransaction");
      await call(provider, "eth_accounts");
      expect(askedFor("eth_sendTransaction")).to.deep.equal([1, 0, 0]);
      expect(askedFor("eth_accounts")).to.deep.equal([1, 0, 0]);
    });
  });

  it("sends a URL's password as a header", async () => {
    const [node] = nodes;
    const url = node!.url.replace("http://", "http://user:pa%20ss@");
    const upstream = createHttpUpstream(url, "URL");
    expect(await upstream.request({ method: "eth_chainId" })).to.equal("0x1");
    expect(node!.authorization).to.equal(`Basic ${btoa("user:pa ss")}`);
  });
});
