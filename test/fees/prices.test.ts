import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import { network } from "hardhat";
import { GasPrice, type GasPriceSettings } from "../../src/fees/gas-price.ts";
import { feedPrice } from "../../src/fees/prices/feed-price.ts";
import { httpPrice } from "../../src/fees/prices/http-price.ts";
import { TokenPrice, type TokenPriceSettings } from "../../src/fees/prices/token-price.ts";
import { RecentValues } from "../../src/fees/recent-values.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";

const ETHER = 10n ** 18n;
const DEADLINE_MS = 2_000;

describe("fees: prices over http", () => {
  let server: Server;
  let url: string;
  /** Answers of the server by path; none keeps the client waiting. */
  const answers: Record<string, { status?: number; body: string; location?: string }> = {
    "/number": { body: '{"data":[{"price":0.00042}]}' },
    "/text": { body: '{"price":"4.2e-4"}' },
    "/html": { body: "<html>" },
    "/negative": { body: '{"price":-1}' },
    "/zero": { body: '{"price":0}' },
    "/huge": { body: `{"price":1,"x":"${"x".repeat(70_000)}"}` },
    "/down": { status: 503, body: '{"price":1}' },
    "/elsewhere": { status: 302, body: "", location: "/number" },
  };
  before(async () => {
    server = createServer((request, response) => {
      const answer = answers[request.url ?? ""];
      if (answer === undefined) return;
      const { status = 200, body, location } = answer;
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const read = (page: string, path = "price", deadlineMs = DEADLINE_MS) =>
    httpPrice({ url: `${url}${page}`, path }).read(deadlineMs);

  it("reads a number or a text at a path", async () => {
    expect(await read("/number", "data.0.price")).to.equal(420_000_000_000_000n);
    expect(await read("/text")).to.equal(420_000_000_000_000n);
  });

  it("PRICE_INVALID: answers that hold no price above 0", async () => {
    for (const page of ["/html", "/negative", "/zero", "/huge", "/down", "/elsewhere"]) {
      await expectRejection("PRICE_INVALID", read(page));
    }
    for (const path of ["missing", "length", "__proto__", "constructor.name"]) {
      await expectRejection("PRICE_INVALID", read("/number", path));
    }
  });

  it("PRICE_INVALID: a server that does not answer in time, or is not there", async () => {
    const slow = await expectRejection("PRICE_INVALID", read("/silent", "price", 50));
    expect(slow.message).to.contain("50 ms");
    const gone = httpPrice({ url: "http://127.0.0.1:1/?key=secret", path: "price" });
    const error = await expectRejection("PRICE_INVALID", gone.read(DEADLINE_MS));
    expect(JSON.stringify([error.message, error.facts])).not.to.contain("secret");
  });

  it("PRICE_SOURCE_INVALID: urls that others on the way could change", () => {
    for (const bad of ["http://prices.example/", "ftp://localhost/", "nothing"]) {
      expectCode("PRICE_SOURCE_INVALID", () => httpPrice({ url: bad, path: "price" }));
    }
    expectCode("PRICE_SOURCE_INVALID", () =>
      httpPrice({ url: "http://127.0.0.1.prices.example/", path: "price" }),
    );
    expect(httpPrice({ url: "https://prices.example/?key=secret", path: "p" }).name).to.equal(
      "https://prices.example",
    );
  });
});

interface Feed extends BaseContract {
  set(answer: bigint, updatedAt: number, decimals: number): Promise<unknown>;
}

describe("fees: prices of a feed on L1", () => {
  it("reads fresh positive answers of any decimals, and refuses all others", async () => {
    const { ethers } = await network.create();
    const feed = (await ethers.deployContract("MockPriceFeed")) as unknown as Feed;
    const address = await feed.getAddress();
    const source = feedPrice({ address, maxAgeSeconds: 100 }, ethers.provider);
    const read = () => source.read(DEADLINE_MS);
    await expectRejection("PRICE_INVALID", read()); // no round yet
    const now = async () => (await ethers.provider.getBlock("latest"))!.timestamp;
    await feed.set(3n * ETHER, await now(), 18);
    expect(await read()).to.equal(3n * ETHER);
    await feed.set(12_345_678n, await now(), 8);
    expect(await read()).to.equal(123_456_780_000_000_000n);
    for (const answer of [0n, -1n, -(2n ** 255n)]) {
      await feed.set(answer, await now(), 18);
      await expectRejection("PRICE_INVALID", read());
    }
    for (const [answer, offset, decimals] of [
      [ETHER, -101, 18],
      [ETHER, 2_000, 18],
      [ETHER, 0, 37],
      [1n, 0, 36],
    ] as const) {
      await feed.set(answer, (await now()) + offset, decimals);
      await expectRejection("PRICE_INVALID", read());
    }
    const nobody = feedPrice(
      { address: `0x${"12".repeat(20)}`, maxAgeSeconds: 1 },
      ethers.provider,
    );
    await expectRejection("PRICE_INVALID", nobody.read(DEADLINE_MS));
  });
});

describe("fees: a token's price over time", () => {
  const SETTINGS: TokenPriceSettings = {
    ttlMs: 1_000,
    timeoutMs: 100,
    maxAgeMs: 10_000,
    maxChangePercent: 20,
    minWei: 50n,
    maxWei: 10n ** 24n,
    graceMs: 5_000,
  };
  function create(changes: Partial<TokenPriceSettings> = {}) {
    const state = { next: 1_000n as bigint | Error, reads: 0, nowMs: 0 };
    const source = {
      name: "a source",
      read: () => {
        state.reads++;
        return typeof state.next === "bigint"
          ? Promise.resolve(state.next)
          : Promise.reject(state.next);
      },
    };
    const price = new TokenPrice(source, { ...SETTINGS, ...changes });
    return { state, price, refresh: () => price.refresh(() => state.nowMs) };
  }

  it("is read when it is due, and kept for a time when the source fails", async () => {
    const { state, price, refresh } = create();
    expect(price.current(0)).to.equal(undefined);
    await refresh();
    await refresh();
    expect(state.reads).to.equal(1);
    state.nowMs = 1_000;
    state.next = new Error("down");
    expect(await refresh().catch(() => "failed")).to.equal("failed");
    expect(price.current(10_000)).to.equal(1_000n);
    expect(price.current(10_001)).to.equal(undefined);
    expect(price.highest(10_001)).to.equal(undefined);
  });

  it("moves by one step at a time, whatever the source says", async () => {
    const { state, price, refresh } = create();
    await refresh();
    for (const [said, expected] of [
      [10n ** 24n, 1_200n],
      [10n ** 24n, 1_440n],
      [50n, 1_152n],
      [50n, 922n],
      [900n, 900n],
    ] as const) {
      state.next = said;
      state.nowMs += 1_000;
      await refresh();
      expect(price.current(state.nowMs)).to.equal(expected);
    }
  });

  it("PRICE_INVALID: out of its bounds, also when it is read first", async () => {
    const { state, price, refresh } = create();
    for (const said of [49n, 10n ** 24n + 1n, 0n, -5n]) {
      state.next = said;
      await expectRejection("PRICE_INVALID", refresh());
    }
    expect(price.current(0)).to.equal(undefined);
  });

  it("counts at its highest for those who have seen it so", async () => {
    const { state, price, refresh } = create();
    await refresh();
    state.next = 900n;
    state.nowMs = 2_000;
    await refresh();
    expect(price.current(3_000)).to.equal(900n);
    expect(price.highest(7_000)).to.equal(1_000n);
    expect(price.highest(7_001)).to.equal(900n);
  });
});

describe("fees: the gas price", () => {
  const SETTINGS: GasPriceSettings = {
    maxWei: 1_000n,
    smoothing: 4,
    marginPercent: 10,
    maxAgeMs: 10_000,
    graceMs: 5_000,
  };

  it("is smoothed, reaches a lasting price, and has a maximum", async () => {
    let read = 100n;
    let nowMs = 0;
    const price = new GasPrice(() => Promise.resolve(read), SETTINGS);
    expect(price.current(0)).to.equal(undefined);
    await price.refresh(() => nowMs);
    expect(price.current(0)).to.equal(110n);
    read = 200n;
    nowMs = 1_000;
    await price.refresh(() => nowMs);
    expect(price.current(nowMs)).to.equal(138n); // 125 and a tenth, rounded up
    expect(price.lowest(nowMs)).to.equal(110n);
    expect(price.lowest(6_001)).to.equal(138n);
    for (let round = 0; round < 40; round++) await price.refresh(() => nowMs);
    expect(price.current(nowMs)).to.equal(220n);
    read = 10n ** 30n;
    for (let round = 0; round < 40; round++) await price.refresh(() => nowMs);
    expect(price.current(nowMs)).to.equal(1_100n);
    read = 0n;
    for (let round = 0; round < 60; round++) await price.refresh(() => nowMs);
    expect(price.current(nowMs)).to.equal(2n);
    expect(price.current(nowMs + 10_001)).to.equal(undefined);
  });
});

describe("fees: recent values", () => {
  it("remember what was in force within the window, and no more", () => {
    const values = new RecentValues(10);
    expect(values.lowest(0)).to.equal(undefined);
    for (const [value, atMs] of [
      [5n, 0],
      [3n, 4],
      [8n, 6],
      [8n, 7],
    ] as const) {
      values.add(value, atMs);
    }
    expect([values.lowest(14), values.highest(14)]).to.deep.equal([3n, 8n]);
    expect(values.lowest(16)).to.equal(3n);
    expect([values.lowest(17), values.latest]).to.deep.equal([8n, 8n]);
  });
});
