/** The server of the pages: files, policies, and the passages to node and L1. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { pagesConfig } from "../../src/pages/config.ts";
import { type PagesServer, servePages } from "../../src/pages/serve-pages.ts";
import { connect } from "../../src/sdk/connect.ts";
import { serveOperator, type OperatorServer } from "../../src/server/serve-operator.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createOperatorWorld, type OperatorWorld } from "../helpers/operator-world.ts";
import { ask, createPagesFolder, type PagesFolder } from "./world.ts";

const STATUS = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "rollup_getStatus", params: [] });

describe("pages: their server", () => {
  let world: OperatorWorld;
  let node: OperatorServer;
  let pages: PagesFolder;
  let server: PagesServer;
  before(async () => {
    world = await createOperatorWorld();
    node = await serveOperator(world.operator, (method) => Promise.resolve(`L1: ${method}`), {
      port: 0,
    });
    pages = await createPagesFolder();
    const files = join(pages.folder, "../files");
    await mkdir(files);
    await writeFile(join(files, "exit.zkey"), "key");
    const config = { rollup: world.operator.rollupAddress };
    server = await servePages({ folder: pages.folder, node: node.url, config, files, port: 0 });
  });
  after(async () => {
    await server.close();
    await node.close();
    await pages.remove();
  });

  it("serves the files with a strict policy, and keeps those whose names have a hash", async () => {
    const page = await ask(server.url, "/");
    expect(page.status).to.equal(200);
    expect(page.text).to.include("<title>pages</title>");
    expect(page.headers["content-security-policy"]).to.include("default-src 'none'");
    expect(page.headers["content-security-policy"]).to.not.include("unsafe-inline");
    expect(page.headers["cross-origin-embedder-policy"]).to.equal("require-corp");
    expect(page.headers["cache-control"]).to.equal("no-cache");
    const script = await ask(server.url, "/assets/main-abc.js");
    expect(script.headers["content-type"]).to.include("text/javascript");
    expect(script.headers["cache-control"]).to.include("immutable");
    expect((await ask(server.url, "/files/exit.zkey")).text).to.equal("key");
  });

  it("answers whole files whatever part of them is asked for", async () => {
    for (const range of ["bytes=5-2", "bytes=1-1", "bytes=-", "bytes=99999-", "lines=1-2"]) {
      const page = await ask(server.url, "/", { range });
      expect([page.status, page.text.length], range).to.deep.equal([200, 35]);
      const file = await ask(server.url, "/files/exit.zkey", { range });
      expect([file.status, file.text], range).to.deep.equal([200, "key"]);
    }
  });

  it("goes on when its files are built again or are gone", async () => {
    const other = await createPagesFolder();
    const files = join(other.folder, "../more");
    await mkdir(join(files, "folder"), { recursive: true });
    await writeFile(join(files, "exit.wasm"), "wasm");
    const options = { folder: other.folder, node: node.url, config: {}, files };
    const mine = await servePages({ ...options, port: 0 });
    const { headers } = await ask(mine.url, "/files/exit.wasm");
    const known = { "if-none-match": String(headers["etag"]) };
    expect((await ask(mine.url, "/files/exit.wasm", known)).status).to.equal(304);
    await rm(join(files, "exit.wasm"));
    await rm(join(other.folder, "assets"), { recursive: true });
    expect((await ask(mine.url, "/assets/main-abc.js")).text).to.equal("export {};");
    expect((await ask(mine.url, "/files/exit.wasm")).status).to.equal(404);
    expect((await ask(mine.url, "/files/folder")).status).to.equal(404);
    await mine.close();
    await other.remove();
  });

  it("serves nothing outside its folders", async () => {
    const up = ["/../secret.txt", "/assets/../../secret.txt", "/files/../secret.txt"];
    await mkdir(join(pages.folder, "../files-secret"));
    await writeFile(join(pages.folder, "../files-secret/secret.txt"), "secret");
    up.push("/files/../files-secret/secret.txt", "/files//../secret.txt");
    const encoded = up.map((path) => path.replaceAll("..", "%2e%2e"));
    const slashed = up.map((path) => path.replaceAll("../", "..%2f"));
    for (const path of [...up, ...encoded, ...slashed, "/files/..\\secret.txt"]) {
      const { status, text } = await ask(server.url, path);
      expect(status, path).to.equal(404);
      expect(text, path).to.not.include("secret");
    }
  });

  it("describes the ways to the node, relative to the pages", async () => {
    const { text } = await ask(server.url, "/config.json");
    const config = pagesConfig.parse(JSON.parse(text));
    expect(config).to.deep.equal({ rpc: "rpc", rollup: world.operator.rollupAddress });
  });

  it("passes calls and the stream of the node on", async () => {
    const answer = await ask(server.url, "/rpc", { origin: server.url }, STATUS);
    expect(JSON.parse(answer.text)).to.have.nested.property("result.accepting", true);
    const rest = await ask(server.url, "/rpc/v1/status");
    expect(JSON.parse(rest.text)).to.have.property("accepting", true);
    const rollup = await connect(`${server.url}/rpc`);
    const opened: string[] = [];
    const streamed = await connect(`${server.url}/rpc`, {
      openSocket: (url) => {
        opened.push(url);
        return new WebSocket(url);
      },
    });
    const unsubscribe = await streamed.on("block", () => {});
    expect(opened).to.deep.equal([`${server.url.replace("http", "ws")}/rpc/v1/stream`]);
    unsubscribe();
    for (const opened of [rollup, streamed]) opened.close();
  });

  it("refuses the pages and names of others", async () => {
    const foreign = { origin: "http://evil.example" };
    const rebound = { host: "evil.example", origin: "http://evil.example" };
    const other = { origin: server.url.replace(/\d+$/, "1") };
    for (const headers of [foreign, rebound, other, { host: "evil.example" }, { origin: "null" }]) {
      for (const path of ["/rpc", "/config.json", "/"]) {
        const { status, text } = await ask(server.url, path, headers, STATUS);
        expect(status, JSON.stringify(headers)).to.equal(403);
        expect(text).to.not.include("result");
      }
    }
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/other`);
    const event = await new Promise<Event>((resolve) => {
      socket.addEventListener("error", resolve);
      socket.addEventListener("open", resolve);
    });
    expect(event.type).to.equal("error");
  });

  it("sends a node no cookie and no origin, and shows no address of it", async () => {
    const seen: unknown[] = [];
    const other = createServer((request, response) => {
      seen.push([request.headers.cookie, request.headers.origin, request.url]);
      response.end("{}");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const config = {};
    const l1 = `http://127.0.0.1:${port}/path/key`;
    const options = { folder: pages.folder, node: `http://127.0.0.1:${port}/`, l1, config };
    const mine = await servePages({ ...options, port: 0 });
    const headers = { cookie: "session=1", origin: mine.url };
    await ask(mine.url, "/rpc", headers, "{}");
    await ask(mine.url, "/l1", headers, "{}");
    expect(seen).to.deep.equal([
      [undefined, undefined, "/"],
      [undefined, undefined, "/path/key"],
    ]);
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
    const { status, text } = await ask(mine.url, "/l1", headers, "{}");
    expect(status).to.equal(502);
    expect(JSON.parse(text)).to.have.nested.property("error.message").that.includes("ECONNREFUSED");
    expect(text).to.not.include("path/key").and.not.include(String(port));
    await mine.close();
  });

  it("PORT_IN_USE: a port is taken", async () => {
    const { port } = new URL(server.url);
    const options = { folder: pages.folder, node: node.url, config: {}, port: Number(port) };
    await expectRejection("PORT_IN_USE", servePages(options));
  });
});
