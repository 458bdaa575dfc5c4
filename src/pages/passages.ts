/**
 * Ways from the pages' own origin to one node each: a browser then needs no permission of the node
 * (CORS), and the pages' policy names no other host.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createProxyServer, type ProxyServer } from "httpxy";
import { PAGE_HEADERS } from "./headers.ts";

/** Milliseconds that a node may take to answer, as calls that wait for a stage do. */
const ANSWER_MS = 120_000;

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

  /** Passes a WebSocket on. @returns Whether it is for a node. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
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

  /** Turns the path of a request into the node's. */
  #take(request: IncomingMessage): ProxyServer | undefined {
    const [, name = "", rest = ""] = /^\/(\w+)(\/.*)?$/.exec(request.url ?? "") ?? [];
    const proxy = this.#proxies.get(name);
    if (proxy !== undefined) request.url = rest;
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
  });
  // The origin of the pages has been checked, and is none that the node knows.
  proxy.on("proxyReq", (request) => {
    request.removeHeader("origin");
    request.removeHeader("cookie");
  });
  proxy.on("proxyReqWs", (request) => request.removeHeader("origin"));
  proxy.on("error", (error, _request, response) => {
    if (response !== undefined && "writeHead" in response) answerFailure(response, error);
    else response?.destroy();
  });
  return proxy;
}

/** JSON-RPC's own form, so that the client of the pages shows it as such. */
function answerFailure(response: ServerResponse, reason: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const code = reason instanceof Error && "code" in reason ? ` (${String(reason.code)})` : "";
  const error = { code: -32_603, message: `The node does not answer${code}.` };
  response.writeHead(502, { ...PAGE_HEADERS, "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error }));
}
