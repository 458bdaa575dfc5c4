/** A token for the node of a rollup is sent to the L1 node of somebody else. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { connect } from "../../src/sdk/connect.ts";
import { NODE_CONFIG } from "../helpers/sdk-world.ts";

/** A port that notes the credentials that it gets, and has one answer. */
async function listen(result: unknown) {
  const credentials: (string | undefined)[] = [];
  const server = createServer((incoming, response) => {
    credentials.push(incoming.headers.authorization);
    response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, credentials, server };
}

describe("attacks: credentials that go astray", () => {
  it("L1 does not get the headers of the node", async () => {
    const [node, l1] = [await listen(NODE_CONFIG), await listen("0x7a69")];
    const headers = { authorization: "Bearer of-the-node" };
    const rollup = await connect(node.url, { l1: l1.url, headers });
    await rollup.getL1();
    rollup.close();
    for (const { server } of [node, l1]) server.close();
    expect(node.credentials).to.deep.equal(["Bearer of-the-node"]);
    expect(l1.credentials).to.deep.equal([undefined]);
  });
});
