/** An operator that a user's program serves, without Hardhat. */
import { expect } from "chai";
import { createRpcClient, type RpcClient } from "../../src/api/client.ts";
import { type OperatorServer, serveOperator } from "../../src/server/serve-operator.ts";
import { L1CallError } from "../../src/server/public-errors.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createOperatorWorld, type OperatorWorld } from "../helpers/operator-world.ts";

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

  it("PORT_IN_USE: leaves no port open", async () => {
    const port = Number(new URL(server.url).port);
    const none = () => Promise.resolve(null);
    const second = serveOperator(world.operator, none, { port: 0, adminPort: port });
    await expectRejection("PORT_IN_USE", second);
  });
});
