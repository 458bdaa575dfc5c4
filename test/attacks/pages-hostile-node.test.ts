/**
 * A node that answers pages of its own: under the origin of the wallet they could ask for the key,
 * set cookies for every server of the machine, or stay there as a service worker.
 */
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { expect } from "chai";
import { type PagesServer, servePages } from "../../src/pages/serve-pages.ts";
import { ask, createPagesFolder, type PagesFolder } from "../pages/world.ts";

const HTML = "<script>document.title = 'owned'</script>";
const HOSTILE = {
  "content-type": "text/html",
  "content-security-policy": "default-src *",
  "set-cookie": "session=theirs",
  "service-worker-allowed": "/",
  location: "https://evil.example/",
  refresh: "0; url=https://evil.example/",
  "clear-site-data": '"*"',
  "www-authenticate": "Basic",
};
const TELLING = { cookie: "session=1", authorization: "Basic eDp5", referer: "http://127.0.0.1/" };

describe("attack: a node that answers more than data to the pages", () => {
  let pages: PagesFolder;
  let node: Server;
  let server: PagesServer;
  const seen: IncomingHttpHeaders[] = [];
  before(async () => {
    node = createServer((asked, response) => {
      seen.push(asked.headers);
      response.writeHead(Number(asked.url?.slice(1)), HOSTILE).end(HTML);
    });
    node.on("upgrade", (asked, socket: Duplex) => {
      seen.push(asked.headers);
      const status = asked.url === "/101" ? "101 Switching Protocols" : "200 OK";
      const switching = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: yes";
      const sent = Object.entries(HOSTILE).map(([name, value]) => `${name}: ${value}`);
      socket.end(`HTTP/1.1 ${status}\r\n${switching}\r\n${sent.join("\r\n")}\r\n\r\n${HTML}`);
    });
    await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
    const { port } = node.address() as AddressInfo;
    pages = await createPagesFolder();
    const url = `http://127.0.0.1:${port}`;
    server = await servePages({ folder: pages.folder, node: url, config: {}, port: 0 });
  });
  after(async () => {
    await server.close();
    node.closeAllConnections();
    await new Promise((resolve) => node.close(resolve));
    await pages.remove();
  });

  const expectData = (headers: IncomingHttpHeaders, what: string) => {
    expect(headers["content-type"], what).to.equal("application/json");
    expect(headers["x-content-type-options"], what).to.equal("nosniff");
    expect(headers["content-security-policy"], what).to.include("default-src 'none'");
    const names = Object.keys(HOSTILE).filter((name) => !name.startsWith("content-"));
    expect(headers, what).to.not.have.any.keys(...names);
  };

  it("passes on what it answers as data, under the policy of the pages", async () => {
    for (const status of [200, 201, 302, 401, 404, 500]) {
      const { headers, ...answer } = await ask(server.url, `/rpc/${status}`);
      expect(answer).to.deep.equal({ status, text: HTML });
      expectData(headers, String(status));
    }
  });

  it("passes on no header of an upgrade that a browser acts on", async () => {
    const accepted = await upgrade(server.url, "/rpc/101");
    expect(accepted.status).to.equal(101);
    expect(accepted.headers).to.include({ upgrade: "websocket", "sec-websocket-accept": "yes" });
    expect(accepted.headers).to.not.have.any.keys(...Object.keys(HOSTILE));
    const refused = await upgrade(server.url, "/rpc/200");
    expect(refused.status).to.equal(200);
    expectData(refused.headers, "refused upgrade");
  });

  it("gets nothing that says who asks", async () => {
    seen.length = 0;
    await ask(server.url, "/rpc/200", TELLING);
    // The proxy lets nobody change a request with this header.
    await ask(server.url, "/rpc/200", { ...TELLING, expect: "100-continue" });
    await upgrade(server.url, "/rpc/101", TELLING);
    expect(seen).to.have.length(3);
    for (const headers of seen) expect(headers).to.not.have.any.keys(...Object.keys(TELLING));
  });
});

interface Upgraded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Asks for a WebSocket, and closes what comes. */
function upgrade(url: string, path: string, more: object = {}): Promise<Upgraded> {
  const { hostname, port } = new URL(url);
  const headers = { ...more, connection: "upgrade", upgrade: "websocket" };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, agent: false });
    sent.on("upgrade", ({ statusCode, headers }, socket) => {
      socket.destroy();
      resolve({ status: statusCode!, headers });
    });
    sent.on("response", (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode!, headers: answer.headers });
    });
    sent.on("error", reject).end();
  });
}
