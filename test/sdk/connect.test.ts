/** `connect`: what is pinned, and nodes that are away, busy, hang, lie or answer garbage. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { expect } from "chai";
import { Wallet } from "ethers";
import { rpcError } from "../../src/api/errors.ts";
import { toJsonRpcError } from "../../src/api/error-transport.ts";
import { connect } from "../../src/sdk/connect.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFakeNode,
  createSdkWorld,
  type FakeNode,
  type SdkWorld,
} from "../helpers/sdk-world.ts";

const OTHER = "0x00000000000000000000000000000000000A11cE";
const FAST = { retries: 2, timeoutMs: 300 };

describe("sdk: connect", () => {
  let world: SdkWorld;
  let node: FakeNode;

  before(async () => {
    world = await createSdkWorld();
  });
  after(() => world.server.close());
  beforeEach(async () => {
    node = await createFakeNode(world.url);
  });
  afterEach(() => node.close());

  it("gives one object with identity, state and L1", async () => {
    const rollup = await connect(world.url);
    expect(rollup.rollupAddress).to.equal(world.client.rollupAddress);
    expect(rollup.chainId).to.equal(31337n);
    expect((await rollup.getStatus()).accepting).to.equal(true);
    const balance = await (await rollup.getL1()).getBalance(world.user.address);
    expect(balance).to.equal(await world.ethers.provider.getBalance(world.user.address));
  });

  it("connects over ethers, EIP-1193 and a function, too", async () => {
    const { provider } = world.ethers;
    const passed = await connect((method, params) => post(world.url, method, params));
    const eip1193 = await connect({
      request: ({ method, params = [] }) => post(world.url, method, [...params]),
    });
    expect(passed.rollupAddress).to.equal(eip1193.rollupAddress);
    await expectRejection("ROLLUP_NOT_DEPLOYED", connect(provider)); // Hardhat answers for it
  });

  it("ROLLUP_MISMATCH: the node names another rollup or chain than is pinned", async () => {
    const { rollupAddress } = world.client;
    await connect(world.url, { rollupAddress, chainId: 31337 });
    await expectRejection("ROLLUP_MISMATCH", connect(world.url, { rollupAddress: OTHER }));
    await expectRejection("ROLLUP_MISMATCH", connect(world.url, { chainId: 1n }));
  });

  it("L1_CHAIN_MISMATCH: the user's own L1 is another chain", async () => {
    const l1 = await createFakeNode();
    l1.answer = () => ({ jsonrpc: "2.0", id: 1, result: "0x1" });
    const rollup = await connect(world.url, { l1: l1.url });
    await expectRejection("L1_CHAIN_MISMATCH", rollup.getL1());
    l1.answer = () => ({ jsonrpc: "2.0", id: 1, result: { chain: 1 } });
    await expectRejection("L1_CHAIN_MISMATCH", rollup.getL1());
    await l1.close();
  });

  it("refuses bad input with the name of the option", async () => {
    const rejects = (code: string, ...args: readonly unknown[]) =>
      expectRejection(code, connect(...(args as Parameters<typeof connect>)));
    for (const url of ["", "localhost", "ftp://a", "http://a:b@c", 5, null, undefined, {}]) {
      await rejects("OPTION_INVALID", url);
    }
    const bad = [
      { chainId: -1 },
      { chainId: "1" },
      { timeoutMs: 0 },
      { retries: 1e9 },
      { signal: {} },
      { l1: "ws://a" },
      { streamUrl: "http://a" },
      { headers: { a: 1 } },
    ];
    for (const options of bad) await rejects("OPTION_INVALID", world.url, options);
    await rejects("OPTION_UNKNOWN", world.url, { rollup: OTHER });
    await rejects("ADDRESS_INVALID", world.url, { rollupAddress: "0x12" });
  });

  it("CONNECTION_FAILED: nobody listens; the error does not name the URL", async () => {
    const { url } = node;
    await node.close();
    const secret = `${url}/key-of-the-user`;
    const error = await expectRejection("CONNECTION_FAILED", connect(secret, { retries: 1 }));
    expect(JSON.stringify(error.facts)).to.not.include("key-of-the-user");
    expect(error.facts["reason"]).to.equal("ECONNREFUSED");
    node = await createFakeNode(world.url);
  });

  it("CONNECTION_TIMEOUT: the node hangs, before or within its answer", async () => {
    node.answer = () => undefined;
    await expectRejection("CONNECTION_TIMEOUT", connect(node.url, FAST));
    expect(node.calls.length).to.equal(3);
    node.answer = (_call, response) => void response.write('{"result":');
    await expectRejection("CONNECTION_TIMEOUT", connect(node.url, { ...FAST, retries: 0 }));
  });

  it("RPC_ANSWER_INVALID: the answer is no JSON-RPC", async () => {
    for (const text of ["<html>", "", "null", "[]", "{}", '{"error":5}', '{"id":1}']) {
      node.answer = (_call, response) => void response.end(text);
      await expectRejection("RPC_ANSWER_INVALID", connect(node.url, FAST));
    }
    expect(node.calls.length).to.equal(7); // what no retry changes is not retried
  });

  it("RPC_RESULT_INVALID: the answer is of another form", async () => {
    for (const result of [null, 5, {}, { rollupAddress: "0x" }]) {
      node.answer = () => ({ jsonrpc: "2.0", id: 1, result });
      await expectRejection("RPC_RESULT_INVALID", connect(node.url, FAST));
    }
  });

  it("RPC_ANSWER_TOO_LARGE: 100 MB are not read", async () => {
    let sent = 0;
    node.answer = async (_call, response) => {
      const chunk = Buffer.alloc(1 << 20, " ");
      const signal = left(response);
      for (; sent < 100 && !response.destroyed; sent++) {
        if (!response.write(chunk)) await once(response, "drain", { signal });
      }
      return undefined;
    };
    const options = { retries: 0, timeoutMs: 20_000 };
    await expectRejection("RPC_ANSWER_TOO_LARGE", connect(node.url, options));
    expect(sent).to.be.below(50);
  });

  it("ABORTED: the signal ends a call, and the pause between two", async () => {
    node.answer = () => undefined;
    const aborted = AbortSignal.abort(new Error("left the page"));
    const error = await expectRejection("ABORTED", connect(node.url, { signal: aborted }));
    expect((error.cause as Error).message).to.equal("left the page");
    const soon = AbortSignal.timeout(50);
    await expectRejection("ABORTED", connect(node.url, { signal: soon }));
    node.answer = (_call, response) => void response.destroy();
    const later = AbortSignal.timeout(400);
    await expectRejection("ABORTED", connect(node.url, { signal: later, retries: 20 }));
  });

  it("asks a busy node again, after the time that it names", async () => {
    const limited = rpcError({ code: "RPC_RATE_LIMITED", retryAfterSeconds: 0.4 });
    let refusals = 1;
    node.answer = (call, response, pass) => {
      if (refusals-- <= 0) return pass();
      response.writeHead(429, { "retry-after": "1" });
      return { jsonrpc: "2.0", id: null, error: toJsonRpcError(call.method, limited) };
    };
    const started = performance.now();
    await connect(node.url);
    expect(performance.now() - started).to.be.within(990, 4_000);
    refusals = 1_000;
    node.answer = (_call, response) => {
      response.writeHead(503, { "retry-after": "100000" }).end("busy");
    };
    await expectRejection("RPC_ANSWER_INVALID", connect(node.url)); // not after a day
  });

  it("sends a submission whose answer was lost again, and it is applied once", async () => {
    const { user, other } = world;
    const direct = await connect(world.url);
    const alice = await RollupWallet.create(user, direct);
    await alice.deposit({ token: "ETH", amount: 1_000n });
    await alice.setSigningKey();
    const unlucky = await RollupWallet.create(user, await connect(node.url));
    let losses = 2;
    node.answer = async ({ method }, response, pass) => {
      const answer = await pass();
      if (!/submit/.test(method) || losses-- <= 0) return answer;
      response.destroy();
      return undefined;
    };
    const to = other.address;
    const { receipt } = await unlucky.transfer({ to, token: "ETH", amount: 7n });
    expect(node.calls.filter(({ method }) => method === "rollup_submitTransaction")).to.have.length(
      3,
    );
    expect(receipt.status).to.equal("accepted");
    losses = 1;
    const batch = unlucky.batch().transfer({ to, token: "ETH", amount: 1n });
    await batch.transfer({ to, token: "ETH", amount: 2n }).send();
    expect(await direct.getBalance(to, "ETH")).to.equal(10n);
    expect(await alice.getNonce()).to.equal(4);
  });

  it("does not send again what may not be repeated", async () => {
    node.answer = (_call, response, pass) =>
      _call.method === "rollup_processBlocks" ? void response.destroy() : pass();
    const rollup = await connect(node.url);
    await expectRejection("CONNECTION_FAILED", rollup.processBlocks());
    expect(node.calls.filter(({ method }) => method === "rollup_processBlocks")).to.have.length(1);
  });

  it("ABORTED: a wait for a receipt ends at once, and with it the request", async () => {
    const rollup = await connect(node.url);
    const alice = await RollupWallet.create(world.user, rollup);
    const handle = await alice.transfer({ to: OTHER, token: "ETH", amount: 1n });
    let isOpen = true;
    node.answer = (_call, response) => void response.once("close", () => (isOpen = false));
    const signal = AbortSignal.timeout(100);
    const started = performance.now();
    await expectRejection("ABORTED", handle.wait("executed", { signal }));
    expect(performance.now() - started).to.be.below(2_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isOpen).to.equal(false);
  });

  it("RPC_RESULT_INVALID: a list that never ends, or another transaction", async () => {
    const rollup = await connect(node.url);
    node.answer = async ({ method }, _response, pass) => {
      const answer = (await pass()) as { result: { receipt?: object } };
      if (method === "rollup_getAccountTransactions") {
        return { jsonrpc: "2.0", id: 1, result: { items: [], firstBlock: 1, next: "5" } };
      }
      return {
        ...answer,
        result: { ...answer.result, receipt: { ...answer.result.receipt, hash } },
      };
    };
    const hash = `0x${"7".repeat(64)}`;
    const items: unknown[] = [];
    const read = async () => {
      for await (const item of rollup.history(world.user.address)) items.push(item);
    };
    await expectRejection("RPC_RESULT_INVALID", read());
    const alice = await RollupWallet.create(world.user, await connect(world.url));
    const sent = await alice.transfer({ to: OTHER, token: "ETH", amount: 1n });
    await expectRejection("RPC_RESULT_INVALID", rollup.getTransaction(sent.hash));
    expect(await rollup.getTransaction(hash).catch(() => null)).to.equal(null);
  });

  it("lists the history of an account over pages, what is pending, and three balances", async () => {
    const rollup = await connect(world.url);
    const owner = Wallet.createRandom().address;
    const alice = await RollupWallet.create(world.user, rollup);
    for (let count = 0; count < 3; count++) {
      await alice.transfer({ to: owner, token: "ETH", amount: 1n });
    }
    await world.operator.processBlocks();
    await alice.transfer({ to: owner, token: "ETH", amount: 1n });
    const list = async <T>(items: AsyncIterable<T>) => {
      const all: T[] = [];
      for await (const item of items) all.push(item);
      return all;
    };
    expect(await list(rollup.history(owner))).to.have.length(4);
    expect(await list(rollup.history(owner, { type: "deposit" }))).to.have.length(0);
    expect(await list(rollup.history(owner, { token: "ETH" }))).to.have.length(4);
    expect(await list(rollup.history(OTHER.replace("A11cE", "b0b00")))).to.have.length(0);
    expect(await list(rollup.pending(owner))).to.have.length(1);
    const balances = { accepted: 4n, committed: 3n, finalized: 3n };
    expect(await rollup.getBalances(owner, "ETH")).to.deep.equal(balances);
    await expectRejection("OPTION_INVALID", rollup.getAccountState(owner, "final" as "finalized"));
    await expectRejection("OPTION_INVALID", rollup.getTransaction("0x12"));
  });
});

/** Aborts when the client has left. */
function left(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  response.once("close", () => leaving.abort());
  return leaving.signal;
}

async function post(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const answer = await (await fetch(url, { method: "POST", headers, body })).json();
  return (answer as { result: unknown }).result;
}
