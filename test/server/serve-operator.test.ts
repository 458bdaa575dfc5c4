/** An operator that a user's program serves, without Hardhat. */
import { expect } from "chai";
import { createRpcClient, type RpcClient } from "../../src/api/client.ts";
import { operatorError } from "../../src/operator/errors.ts";
import {
  openOperatorPorts,
  type OperatorServer,
  serveOperator,
} from "../../src/server/serve-operator.ts";
import { L1CallError } from "../../src/server/public-errors.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createOperatorWorld,
  deposit,
  HeldProver,
  type OperatorWorld,
} from "../helpers/operator-world.ts";

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

describe("server: an operator behind its ports", () => {
  let world: OperatorWorld;
  let server: OperatorServer;
  const asked: string[] = [];

  before(async () => {
    world = await createOperatorWorld();
    const askL1 = (method: string) => {
      asked.push(method);
      if (method === "eth_chainId") return Promise.resolve("0x7a69");
      return Promise.reject(new L1CallError(3, "execution reverted", "0x1234"));
    };
    server = await serveOperator(world.operator, askL1, { port: 0, adminPort: 0 });
  });
  after(() => server.close());

  async function post(url: string, method: string, params: unknown[] = []): Promise<Answer> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    return (await (await fetch(url, { method: "POST", headers, body })).json()) as Answer;
  }

  function clientOf(url: string): RpcClient {
    return createRpcClient(async (method, params) => {
      const { result, error } = await post(url, method, params);
      if (error !== undefined) throw Object.assign(new Error(error.message), { error });
      return result;
    });
  }

  it("answers the rollup's methods, and the operator's own only on the admin port", async () => {
    const config = await clientOf(server.url).call("rollup_getConfig");
    expect(config.rollupAddress).to.equal(world.operator.rollupAddress);
    const refused = clientOf(server.url).call("rollup_processBlocks");
    await expectRejection("RPC_METHOD_RESTRICTED", refused);
    expect(await clientOf(server.adminUrl!).call("rollup_processBlocks")).to.deep.equal([]);
  });

  it("forwards the L1 methods of wallets, with L1's own errors", async () => {
    expect((await post(server.url, "eth_chainId")).result).to.equal("0x7a69");
    const { error } = await post(server.url, "eth_call", [{}]);
    expect(error).to.deep.equal({ code: 3, message: "execution reverted", data: "0x1234" });
    expect((await post(server.url, "eth_accounts")).error!.code).to.equal(-32601);
    expect(asked).to.deep.equal(["eth_chainId", "eth_call"]);
  });

  it("RPC_BUSY: more calls of the admin port wait than the limit", async () => {
    const prover = new HeldProver();
    const held = await createOperatorWorld({ prover });
    await deposit(held, 5n, 1n);
    const none = () => Promise.resolve(null);
    const limits = { waitingCallsMax: 1 };
    const small = await serveOperator(held.operator, none, { port: 0, adminPort: 0, limits });
    const client = clientOf(small.adminUrl!);
    const first = client.call("rollup_processBlocks");
    await prover.begun;
    await expectRejection("RPC_BUSY", client.call("rollup_processBlocks"));
    expect((await client.call("rollup_getConfig")).preset).to.equal("minimal");
    prover.release();
    expect((await first).map(({ status }) => status)).to.deep.equal(["executed"]);
    expect(await client.call("rollup_processBlocks")).to.deep.equal([]);
    await small.close();
  });

  it("PORT_IN_USE: leaves no port open", async () => {
    const port = Number(new URL(server.url).port);
    const none = () => Promise.resolve(null);
    const second = serveOperator(world.operator, none, { port: 0, adminPort: port });
    await expectRejection("PORT_IN_USE", second);
  });

  it("refuses everything while another operator leads, and then serves on the same ports", async () => {
    const standby = await openOperatorPorts({ port: 0, adminPort: 0 });
    const { url, adminUrl = "" } = standby;
    const codeAt = async (at: string, method = "rollup_getConfig") =>
      (await post(at, method)).error?.data as { code: string } | undefined;
    const page = async (at: string) => {
      const response = await fetch(at);
      return { status: response.status, text: await response.text() };
    };
    const upgrade = async () => {
      const socket = new WebSocket(`${url.replace("http", "ws")}/v1/stream`);
      return new Promise((resolve) => {
        socket.onopen = () => {
          socket.close();
          resolve("open");
        };
        socket.onerror = () => resolve("refused");
      });
    };
    expect(await codeAt(url)).to.have.property("code", "OPERATOR_STARTING");
    expect((await page(`${url}/ready`)).text).to.equal('{"ready":false,"status":"starting"}');

    const leader = { host: "host-of-the-leader", pid: 77 };
    standby.wait({ reason: operatorError({ code: "OPERATOR_IS_STANDBY" }), leader });
    for (const at of [url, adminUrl]) {
      for (const method of ["rollup_getConfig", "rollup_processBlocks", "eth_chainId"]) {
        expect(await codeAt(at, method)).to.have.property("code", "OPERATOR_IS_STANDBY");
      }
      const ready = await page(`${at}/ready`);
      expect(ready.status).to.equal(503);
      expect(JSON.parse(ready.text)).to.include({ ready: false, status: "standby" });
      expect(ready.text.includes(leader.host), "only for the admin").to.equal(at === adminUrl);
      expect((await page(`${at}/health`)).status).to.equal(200);
      const status = await page(`${at}/v1/status`);
      expect(status.status).to.equal(503);
      expect(status.text).to.include("OPERATOR_IS_STANDBY").and.not.include(leader.host);
    }
    expect((await page(`${adminUrl}/metrics`)).text).to.match(/^rollup_leader 0$/m);
    expect(await upgrade()).to.equal("refused");

    await standby.serve({ operator: world.operator, askL1: () => Promise.resolve("0x7a69") });
    const config = await clientOf(url).call("rollup_getConfig");
    expect(config.rollupAddress).to.equal(world.operator.rollupAddress);
    expect((await post(url, "eth_chainId")).result).to.equal("0x7a69");
    expect(await clientOf(adminUrl).call("rollup_processBlocks")).to.deep.equal([]);
    expect(await upgrade()).to.equal("open");
    await standby.close();
  });
});
