/** Hardhat's own signers over HTTP, with a node behind a gateway that fails. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { network } from "hardhat";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createTestRollup, type TestRollup } from "../helpers/test-rollup.ts";

const PATIENCE = { resendAfterMs: 400, sendsMax: 10, requestTimeoutMs: 2_000, requestsMax: 3 };

describe("RollupClient: Hardhat's signers over HTTP", () => {
  let fixture: TestRollup;
  let node: Awaited<ReturnType<typeof network.createServer>>;
  let gateway: Server;
  let client: RollupClient;
  let user: string;
  /** Faults: the next `left` requests of these methods get this status. */
  let failing = { methods: [] as string[], status: 502, left: 0 };

  before(async () => {
    node = await network.createServer("default", "127.0.0.1", 0);
    const { address, port } = await node.listen();
    gateway = createServer((request, response) => {
      void (async () => {
        const body = await text(request);
        const { method } = JSON.parse(body) as { method: string };
        if (failing.left > 0 && failing.methods.includes(method)) {
          failing.left--;
          response.writeHead(failing.status).end("<html>bad gateway</html>");
          return;
        }
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`http://${address}:${port}`, { method: "POST", body, headers });
        response.writeHead(answer.status, headers).end(await answer.text());
      })();
    });
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    const { port: gatewayPort } = gateway.address() as AddressInfo;
    const url = `http://127.0.0.1:${gatewayPort}/v3/SECRET`;
    const chain = await network.create({ network: "localhost", override: { url } });
    fixture = await createTestRollup("MockVerifier", {}, chain);
    user = fixture.user.address;
    client = await connectRollup(fixture.client, fixture.user, PATIENCE);
  });

  after(async () => {
    await fixture.chain.close();
    gateway.closeAllConnections();
    gateway.close();
    await node.close();
  });

  for (const [name, methods] of Object.entries({
    "look-ups after sending": ["eth_getTransactionByHash", "eth_getTransactionReceipt"],
    sending: ["eth_sendTransaction", "eth_sendRawTransaction"],
    "reads before sending": ["eth_getTransactionCount", "eth_blockNumber", "eth_estimateGas"],
  })) {
    it(`recover when the gateway fails at ${name}`, async () => {
      const before = (await fixture.rollup.priorityQueue()).next;
      failing = { methods, status: 502, left: 2 };
      await client.depositEth(user, 9n);
      failing.left = 0;
      expect((await fixture.rollup.priorityQueue()).next).to.equal(before + 1n);
    });
  }

  it("never reveal the URL of the node", async () => {
    failing = { methods: ["eth_call"], status: 503, left: 100 };
    const failed = await expectRejection("L1_REQUEST_FAILED", client.readRequestFee());
    failing.left = 0;
    expect(`${failed.stack} ${JSON.stringify(failed.facts)} ${String(failed.cause)}`).not.to.match(
      /SECRET|127\.0\.0\.1/,
    );
  });
});
