/**
 * Ways from the pages' own origin to one node each: a browser then needs no permission of the node
 * (CORS), and the pages' policy names no other host. A node answers under the origin of a wallet
 * here, so nothing that a browser acts on passes: no document, script, cookie or redirect.
 */
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createProxyServer, type ProxyServer } from "httpxy";
import { PAGE_HEADERS } from "./headers.ts";

/** Milliseconds that a node may take to answer, as calls that wait for a stage do. */
const ANSWER_MS = 120_000;
/** WebSockets that are open at once; a page needs one. */
const UPGRADED_MAX = 500;

const BODY_HEADERS = ["content-length", "transfer-encoding", "connection", "upgrade"];
const SOCKET_HEADERS = ["key", "version", "protocol", "extensions", "accept"];
const COMMON_HEADERS = [...BODY_HEADERS, ...SOCKET_HEADERS.map((name) => `sec-websocket-${name}`)];
/** Nothing that says who asks, or from where. */
const ASKED_HEADERS = new Set([...COMMON_HEADERS, "accept", "accept-encoding", "content-type"]);
const ANSWERED_HEADERS = new Set([...COMMON_HEADERS, "content-encoding", "retry-after"]);
/** What a node answers is data, whatever it says of itself. */
const DATA_HEADERS = { ...PAGE_HEADERS, "content-type": "application/json" };

/** Passes requests on by the first part of their path. */
export class Passages {
  readonly #proxies: ReadonlyMap<string, ProxyServer>;
  readonly #upgraded = new Set<Duplex>();

  /** @param targets - URLs of nodes by the first part of the path, such as `rpc`. */
  constructor(targets: Readonly<Record<string, string>>) {
    const entries = Object.entries(targets);
    this.#proxies = new Map(entries.map(([name, url]) => [name, createProxy(url)]));
  }

  /** @returns Whether the request is for a node. */
  respond(request: IncomingMessage, response: ServerResponse): boolean {
    const proxy = this.#take(request);
    proxy?.web(request, response).catch((error: unknown) => answerFailure(response, error));
    return proxy !== undefined;
  }

  /** Passes a WebSocket on. @returns Whether it is for a node, and there are not too many. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (this.#upgraded.size >= UPGRADED_MAX) return false;
    const proxy = this.#take(request);
    if (proxy === undefined || !(socket instanceof Socket)) return false;
    this.#upgraded.add(socket);
    socket.once("close", () => this.#upgraded.delete(socket));
    proxy.ws(request, socket, {}, head).catch(() => socket.destroy());
    return true;
  }

  close(): void {
    for (const socket of this.#upgraded) socket.destroy();
    for (const proxy of this.#proxies.values()) proxy.close();
  }

  /** Turns path and headers of a request into the node's. */
  #take(request: IncomingMessage): ProxyServer | undefined {
    const [, name = "", rest = ""] = /^\/(\w+)(\/.*)?$/.exec(request.url ?? "") ?? [];
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) return undefined;
    request.url = rest;
    keepHeaders(request, ASKED_HEADERS);
    return proxy;
  }
}

function createProxy(node: string): ProxyServer {
  // A base that ends with a slash would double that of the path.
  const target = node.replace(/\/$/, "");
  const proxy = createProxyServer({
    target,
    changeOrigin: true,
    ws: true,
    proxyTimeout: ANSWER_MS,
    upgradeTimeout: ANSWER_MS,
  });
  proxy.on("proxyRes", (answer, _request, response) => {
    keepHeaders(answer, ANSWERED_HEADERS);
    if (response.headersSent) return;
    response.setHeaders(new Map(Object.entries(DATA_HEADERS)));
  });
  proxy.on("proxyReqWs", (request) => listenFirst(request));
  proxy.on("error", (error, _request, response) => {
    if (response !== undefined && "writeHead" in response) answerFailure(response, error);
    else response?.destroy();
  });
  return proxy;
}

/** The proxy writes the answer to an upgrade by itself; what is heard here is heard before. */
function listenFirst(request: ClientRequest): void {
  request.on("upgrade", (answer) => keepHeaders(answer, ANSWERED_HEADERS));
  request.on("response", (answer) => {
    keepHeaders(answer, ANSWERED_HEADERS);
    Object.assign(answer.headers, DATA_HEADERS);
  });
}

function keepHeaders({ headers }: IncomingMessage, kept: ReadonlySet<string>): void {
  for (const name of Object.keys(headers)) {
    if (!kept.has(name)) Reflect.deleteProperty(headers, name);
  }
}

/** JSON-RPC's own form, so that the client of the pages shows it as such. */
function answerFailure(response: ServerResponse, reason: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const code = reason instanceof Error && "code" in reason ? ` (${String(reason.code)})` : "";
  const error = { code: -32_603, message: `The node does not answer${code}.` };
  response.writeHead(502, DATA_HEADERS);
  response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error }));
}
