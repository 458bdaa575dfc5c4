/** The pages on the public port of a node. */
import { expect } from "chai";
import { readPages } from "../../src/pages/read-pages.ts";
import { type OperatorServer, serveOperator } from "../../src/server/serve-operator.ts";
import { createOperatorWorld } from "../helpers/operator-world.ts";
import { ask, createPagesFolder, type PagesFolder } from "./world.ts";

const STATUS = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "rollup_getStatus", params: [] });

describe("pages: on the port of a node", () => {
  let pages: PagesFolder;
  let server: OperatorServer;
  let rollup: string | undefined;
  before(async () => {
    const { operator } = await createOperatorWorld();
    pages = await createPagesFolder();
    const read = await readPages(pages.folder, () => (rollup === undefined ? {} : { rollup }));
    const hostNames = ["node.example"];
    const askL1 = () => Promise.reject(new Error("no"));
    server = await serveOperator(operator, askL1, { port: 0, pages: read, hostNames });
    rollup = operator.rollupAddress;
  });
  after(async () => {
    await server.close();
    await pages.remove();
  });

  it("shows them beside the API, with their policy", async () => {
    for (const path of ["/", "/explorer"]) {
      const { status, headers } = await ask(server.url, path);
      expect([status, headers["location"]]).to.deep.equal([302, "/explorer/"]);
    }
    const page = await ask(server.url, "/explorer/");
    expect(page.text).to.include("<title>pages</title>");
    expect(page.headers["content-type"]).to.equal("text/html; charset=utf-8");
    expect(page.headers["content-security-policy"]).to.include("frame-ancestors 'none'");
    const script = await ask(server.url, "/explorer/assets/main-abc.js");
    expect(script.headers["content-type"]).to.equal("text/javascript; charset=utf-8");
    const config = await ask(server.url, "/explorer/config.json");
    expect(JSON.parse(config.text)).to.deep.equal({ rpc: "../", rollup });
    expect((await ask(server.url, "/v1/status")).status).to.equal(200);
    for (const path of ["/explorer/none", "/explorer/../secret.txt", "/explorer/..%2fsecret.txt"]) {
      expect((await ask(server.url, path)).status, path).to.equal(404);
    }
  });

  it("answers calls of its own pages, also behind a proxy that ends TLS", async () => {
    const { host } = new URL(server.url);
    for (const headers of [
      { host, origin: server.url },
      { host: "node.example", origin: "https://node.example" },
    ]) {
      const { status, text } = await ask(server.url, "/", lengthOf(headers), STATUS);
      expect(status).to.equal(200);
      expect(JSON.parse(text)).to.have.nested.property("result.accepting", true);
    }
  });

  it("refuses other origins, and names that were made to mean this server", async () => {
    const { host } = new URL(server.url);
    for (const headers of [
      { host, origin: "http://evil.example" },
      { host: "evil.example", origin: "http://evil.example" },
      { host, origin: `ftp://${host}` },
      { host, origin: "null" },
    ]) {
      const { status } = await ask(server.url, "/", lengthOf(headers), STATUS);
      expect(status, headers.origin).to.equal(403);
    }
  });
});

function lengthOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return { ...headers, "content-length": String(STATUS.length) };
}
