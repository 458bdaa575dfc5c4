/** A web server for the explorer and the wallet: static files, and a passage to one node. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createProxyServer, type ProxyServer } from "httpxy";
import sirv from "sirv";
import { listen } from "../server/listen.ts";
import { isHostAllowed, LOOPBACK } from "../server/origins.ts";
import type { PagesConfig } from "./config.ts";

/** Where a page reaches the node, relative to it. */
export const NODE_PATH = "rpc";
/** Where a page finds the files of {@link PagesOptions}. */
export const FILES_PATH = "files";

/** What is served, and where. */
export interface PagesOptions {
  /** Folder of the built pages. */
  readonly folder: string;
  /** URL of the node; pages reach it through this server, so it need not allow their origin. */
  readonly node: string;
  /** What `config.json` has beside the way to the node. */
  readonly config: Omit<PagesConfig, "rpc" | "stream">;
  /** Folder of further files for the pages, such as the exit circuit's; default: none. */
  readonly files?: string | undefined;
  /** Address that it listens on; default: 127.0.0.1. */
  readonly hostname?: string | undefined;
  /** 0 to 65535; 0 for any free port. */
  readonly port: number;
}

/** A server of pages that listens. */
export interface PagesServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Milliseconds that a node may take to answer, as calls that wait for a stage do. */
const NODE_MS = 120_000;

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  // A prover in the page shares memory between threads only if it is isolated.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Serves the pages.
 *
 * @returns The server, once it listens.
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 */
export async function servePages(options: PagesOptions): Promise<PagesServer> {
  const { hostname = LOOPBACK, port } = options;
  const proxy = createProxy(options.node);
  const respond = createResponder(options, proxy);
  const server = createServer((request, response) => {
    if (!isOwn(request)) response.writeHead(403, HEADERS).end("This host or origin is not served.");
    else respond(request, response);
  });
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const isNode = pathOf(request) === `/${NODE_PATH}`;
    if (!isOwn(request) || !isNode || !(socket instanceof Socket)) {
      socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
      return;
    }
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    proxy.ws(request, socket, {}, head).catch(() => socket.destroy());
  });
  const taken = await listen(server, hostname, port);
  return {
    url: `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${taken}`,
    close: async () => {
      for (const socket of upgraded) socket.destroy();
      server.closeAllConnections();
      proxy.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createProxy(node: string): ProxyServer {
  // Connections are not kept: the node may close one just as it is used again.
  const target = { target: node, ignorePath: true, changeOrigin: true, agent: false } as const;
  const proxy = createProxyServer({ ...target, ws: true, proxyTimeout: NODE_MS, xfwd: true });
  proxy.on("proxyReq", (request) => {
    // The node knows its own origin only, and the origin of the pages has been checked.
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
function answerFailure(response: ServerResponse, { message }: Error): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = { code: -32_603, message: `The node does not answer: ${message}` };
  response.writeHead(502, { ...HEADERS, "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error }));
}

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

function createResponder({ folder, files, config }: PagesOptions, proxy: ProxyServer): Respond {
  const setHeaders = (response: ServerResponse) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  };
  const pages = sirv(folder, { etag: true, setHeaders });
  const more = files === undefined ? undefined : sirv(files, { etag: true, dev: true, setHeaders });
  const description = JSON.stringify({
    ...config,
    rpc: NODE_PATH,
    stream: NODE_PATH,
  } satisfies PagesConfig);
  const notFound = (response: ServerResponse) => {
    response.writeHead(404, HEADERS).end("not found");
  };
  return (request, response) => {
    const path = pathOf(request);
    if (path === `/${NODE_PATH}`) {
      proxy.web(request, response).catch((error: unknown) => {
        answerFailure(response, error instanceof Error ? error : new Error(String(error)));
      });
    } else if (path === "/config.json") {
      const type = { "content-type": "application/json", "cache-control": "no-store" };
      response.writeHead(200, { ...HEADERS, ...type }).end(description);
    } else if (more !== undefined && path.startsWith(`/${FILES_PATH}/`)) {
      request.url = path.slice(FILES_PATH.length + 1);
      more(request, response, () => notFound(response));
    } else pages(request, response, () => notFound(response));
  };
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.split("?", 1)[0]!;
}

/**
 * Whether a request comes from the pages themselves, or from no browser: another site must not reach
 * the node through its visitor's browser.
 */
function isOwn({ headers: { host, origin } }: IncomingMessage): boolean {
  if (!isHostAllowed(host, [])) return false;
  return origin === undefined || origin === `http://${host ?? ""}`;
}
