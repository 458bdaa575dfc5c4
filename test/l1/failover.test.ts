/** Several L1 nodes, some of which hang, lie, lag, or answer nonsense. */
import { expect } from "chai";
import { type FailoverEvent, FailoverProvider } from "../../src/l1/failover.ts";
import { createHttpUpstream } from "../../src/l1/upstream.ts";
import { FakeNode, type Mood } from "../helpers/fake-node.ts";

const TIMEOUT_MS = 1_000;
const PAUSE_MS = 5_000;
/** Time in which a node on loopback is asked again, if it is. */
const SETTLED_MS = 80;

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

  interface Options {
    readonly chainId?: bigint;
    readonly genesisHash?: string;
    readonly bytesMax?: number;
  }

  function connect({ chainId, genesisHash, ...rest }: Options = {}) {
    const upstreams = nodes.map(({ url }, index) => createHttpUpstream(url, `URL ${index}`, rest));
    return new FailoverProvider(upstreams, {
      timeoutMs: TIMEOUT_MS,
      pauseMs: PAUSE_MS,
      chainId,
      genesisHash,
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

  /** Lets a comparison in the background end: until nobody is asked any more. */
  async function settled(): Promise<void> {
    const count = () => nodes.reduce((sum, { asked }) => sum + asked.length, 0);
    for (let before = -1; before !== count();) {
      before = count();
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    }
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

  it("pins the genesis, also against most nodes", async () => {
    nodes[0]!.chain = "b";
    nodes[1]!.chain = "b";
    const genesisHash = `0xa${"0".repeat(63)}`;
    const provider = connect({ genesisHash });
    await call(provider);
    expect(askedFor("eth_gasPrice")).to.deep.equal([0, 0, 1]);
    await call(provider, "eth_sendRawTransaction");
    expect(nodes.map(({ taken }) => taken.length)).to.deep.equal([0, 0, 1]);
  });

  it("compares a node that comes back, before it is used", async () => {
    const provider = connect();
    await call(provider);
    nodes[0]!.mood = "badGateway";
    await call(provider);
    nodes[0]!.mood = "well";
    nodes[0]!.chain = "b";
    now += PAUSE_MS;
    nodes[1]!.mood = "badGateway";
    nodes[2]!.mood = "badGateway";
    forget();
    await call(provider).catch(() => undefined);
    await call(provider, "eth_sendRawTransaction").catch(() => undefined);
    await settled();
    expect(nodes[0]!.taken).to.deep.equal([]);
    expect(askedFor("eth_gasPrice")[0]).to.equal(0);
  });

  describe("when a node claims an absurd height", () => {
    const ABSURD = 1_000_000_000;
    const send = (provider: FailoverProvider) =>
      provider.request({ method: "eth_sendRawTransaction", params: ["0x02abcd"] });
    const expectHonest = async (provider: FailoverProvider, liar: number) => {
      await settled();
      forget();
      expect(await call(provider, "eth_blockNumber")).to.equal("0x64");
      expect(askedFor("eth_blockNumber")[liar]).to.equal(0);
      await send(provider);
      await settled();
      const honest = nodes.filter((_, index) => index !== liar);
      expect(honest.every(({ taken }) => taken.length === 1)).to.equal(true);
    };

    for (const liar of [0, 1]) {
      it(`reads from others and sends to them, if node ${liar} cannot show it from the start`, async () => {
        nodes[liar]!.claims = ABSURD;
        const provider = connect();
        await call(provider);
        await expectHonest(provider, liar);
      });

      it(`reads from others and sends to them, if node ${liar} invents blocks from the start`, async () => {
        nodes[liar]!.head = ABSURD;
        const provider = connect();
        await call(provider);
        await expectHonest(provider, liar);
        expect(events.map(({ type }) => type)).to.include("doubted");
        expect(nodes[liar]!.taken, "it gets transactions").to.have.length(1);
      });

      it(`does the same, if node ${liar} begins later`, async () => {
        const provider = connect();
        await call(provider);
        nodes[liar]!.head = ABSURD;
        now += 10_000;
        await call(provider);
        await expectHonest(provider, liar);
      });
    }

    it("does not pass the height on, if the node that is read from invents it", async () => {
      const provider = connect();
      expect(await call(provider, "eth_blockNumber")).to.equal("0x64");
      nodes[0]!.head = ABSURD;
      expect(await call(provider, "eth_blockNumber")).to.equal("0x64");
      await expectHonest(provider, 0);
    });

    it("believes the slower one of two nodes, if the other has leapt", async () => {
      await nodes[2]!.stop();
      const provider = connect();
      await call(provider);
      nodes[0]!.head = ABSURD;
      now += 10_000;
      await call(provider);
      await settled();
      forget();
      expect(await call(provider, "eth_blockNumber")).to.equal("0x64");
      nodes[0]!.head = 100;
      now += 10_000;
      await call(provider);
      await settled();
      nodes[1]!.mood = "badGateway";
      forget();
      expect(await call(provider), "it is believed again").to.equal("eth_gasPrice");
      expect(askedFor("eth_gasPrice")[0]).to.equal(1);
    });

    it("follows a chain that all see leap, and a single node", async () => {
      const provider = connect();
      await call(provider);
      for (const node of nodes) node.head = 50_000;
      expect(await call(provider, "eth_blockNumber")).to.equal("0xc350");
      const [only] = nodes;
      const alone = new FailoverProvider([createHttpUpstream(only!.url, "URL")]);
      await call(alone);
      only!.head = 5_000_000;
      expect(await call(alone, "eth_blockNumber")).to.equal("0x4c4b40");
    });
  });

  it("sends to a node that lags, too", async () => {
    const provider = connect();
    nodes[1]!.head -= 50;
    await call(provider);
    await call(provider, "eth_sendRawTransaction");
    await settled();
    expect(nodes.map(({ taken }) => taken.length)).to.deep.equal([1, 1, 1]);
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
