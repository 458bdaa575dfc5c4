/** A web server for the explorer and the wallet: static files, and passages to node and L1. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { listen, urlOf } from "../server/listen.ts";
import { isHostAllowed, isOriginOf, LOOPBACK } from "../server/origins.ts";
import type { Page } from "../server/pages.ts";
import type { PagesConfig } from "./config.ts";
import { PAGE_HEADERS } from "./headers.ts";
import { Passages } from "./passages.ts";
import { readPageFiles } from "./read-pages.ts";
import { sendFile } from "./send-file.ts";

/** Where a page reaches the node and L1, relative to it. */
const NODE_PATH = "rpc";
const L1_PATH = "l1";
/** Where a page finds the files of {@link PagesOptions}, relative to it. */
export const FILES_PATH = "files";

/** What is served, and where. */
export interface PagesOptions {
  /** Folder of the built pages. */
  readonly folder: string;
  /** URL of the node; pages reach it through this server. */
  readonly node: string;
  /** URL of an RPC node of L1, reached in the same way; default: the node's own passage to L1. */
  readonly l1?: string | undefined;
  /** What `config.json` has beside the ways to them. */
  readonly config: Omit<PagesConfig, "rpc" | "l1">;
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

/**
 * Serves the pages.
 *
 * @returns The server, once it listens.
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 */
export async function servePages(options: PagesOptions): Promise<PagesServer> {
  const { hostname = LOOPBACK, port, node, l1 } = options;
  const passages = new Passages({ [NODE_PATH]: node, ...(l1 !== undefined && { [L1_PATH]: l1 }) });
  const respondWithFile = createFileResponder(options, await readPageFiles(options.folder));
  const server = createServer((request, response) => {
    if (!isOwn(request)) response.writeHead(403, PAGE_HEADERS).end("This origin is not served.");
    else if (!passages.respond(request, response)) respondWithFile(request, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (isOwn(request) && passages.upgrade(request, socket, head)) return;
    socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
  });
  const taken = await listen(server, hostname, port);
  return {
    url: urlOf(hostname, taken),
    close: async () => {
      passages.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

function createFileResponder(
  { files, config, l1 }: PagesOptions,
  pages: ReadonlyMap<string, Page>,
): Respond {
  const ways = { rpc: NODE_PATH, ...(l1 !== undefined && { l1: L1_PATH }) };
  const description = JSON.stringify({ ...config, ...ways } satisfies PagesConfig);
  const answer = (response: ServerResponse, status: number, text: string) => {
    response.writeHead(status, { ...PAGE_HEADERS, "content-type": "text/plain" }).end(text);
  };
  return (request, response) => {
    const [path = "/"] = (request.url ?? "/").split("?", 1);
    const page = pages.get(path);
    if (request.method !== "GET" && request.method !== "HEAD") answer(response, 405, "not allowed");
    else if (path === "/config.json") {
      const type = { "content-type": "application/json", "cache-control": "no-store" };
      response.writeHead(200, { ...PAGE_HEADERS, ...type }).end(description);
    } else if (page !== undefined) {
      const { status, contentType, headers, text } = page;
      response.writeHead(status, { ...headers, "content-type": contentType }).end(text);
    } else if (files !== undefined && path.startsWith(`/${FILES_PATH}/`)) {
      const name = path.slice(FILES_PATH.length + 2);
      sendFile(request, response, files, name).then(
        (isSent) => isSent || answer(response, 404, "not found"),
        () => response.destroy(),
      );
    } else answer(response, 404, "not found");
  };
}

/**
 * Whether a request comes from the pages themselves, or from no browser: another site must not
 * reach the node through its visitor's browser.
 */
function isOwn({ headers: { host, origin } }: IncomingMessage): boolean {
  if (!isHostAllowed(host, [])) return false;
  return origin === undefined || isOriginOf(host, origin);
}
