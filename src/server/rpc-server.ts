/** JSON-RPC 2.0 over HTTP for the public. */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import { operatorError } from "../operator/errors.ts";
import type { Logger } from "../operator/logger.ts";
import { rpcError } from "../api/errors.ts";
import { withDefaults } from "../util/defaults.ts";
import { createPublicErrors, type PublicError } from "./public-errors.ts";
import {
  answerCalls,
  failure,
  isDeeper,
  readCalls,
  type AnswerParts,
  type RpcCaller,
  type RpcRequest,
} from "./answer.ts";
import { type HeldByRequest, HeldBytes } from "./held-bytes.ts";
import { listen, urlOf } from "./listen.ts";
import { errorPage, type Page, type PageRequest, type ReadPage } from "./pages.ts";
import {
  ANY,
  isHostAllowed,
  isLoopback,
  isOriginAllowed,
  isOriginOf,
  LOOPBACK,
} from "./origins.ts";
import { clientOf, RateLimiter } from "./rate-limiter.ts";
import { BODY_BYTES_PER_UNIT, DEFAULT_RPC_LIMITS, type RpcLimits } from "./limits.ts";
import { Sockets } from "./sockets.ts";

/** Paths below this are REST routes; at any other a POST is JSON-RPC, see `endpoints`. */
const REST_PREFIX = "/v1/";

const JSON_ANSWER = { contentType: "application/json" };

/** A server that listens. */
export interface RpcServer {
  /** Where clients reach it, with the port that it has taken. */
  readonly url: string;
  /** Refuses new requests, and ends those under way within `limits.closingMs`. */
  close(): Promise<void>;
}

/** What a server shares with the stream behind it. */
export interface ServerParts {
  readonly rates: RateLimiter;
  readonly toError: (method: string, error: unknown) => PublicError;
}

/** Takes over connections that are no HTTP any more. */
export interface Upgrades {
  /** @returns The HTTP status of a refusal; undefined if the connection is taken. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): number | undefined;
  close(): void;
}

/** JSON-RPC at a path of its own. */
export interface RpcEndpoint {
  /** Answers one call, as the one that {@link serveRpc} is given. */
  readonly request: RpcRequest;
  /** Units that a call costs its client. @param params - As they came. */
  readonly unitsOf: (method: string, params: readonly unknown[]) => number;
}

/** How a server listens, and whom it serves. */
export interface RpcServerOptions {
  /** Address that it listens on; default: 127.0.0.1. */
  readonly hostname?: string | undefined;
  /** 0 to 65535; 0 for any free port. */
  readonly port: number;
  /** Origins of web pages that may call, or `*`; by default none. */
  readonly cors?: readonly string[];
  /** Names of the server beside its addresses and localhost, or `*`. */
  readonly hostNames?: readonly string[];
  /** Units that a call costs its client; by default one. */
  readonly unitsOf?: RpcEndpoint["unitsOf"];
  /** JSON-RPC of other methods, by the path of each; by default all paths have the same. */
  readonly endpoints?: Readonly<Record<string, RpcEndpoint>>;
  /** Units that a page costs its client besides its body; by default one. */
  readonly unitsOfPage?: (target: Pick<PageRequest, "path" | "verb">) => number;
  /** Units that what is in its body costs besides; by default none. */
  readonly unitsOfPageBody?: (target: Pick<PageRequest, "path" | "verb">, body: unknown) => number;
  /** Answers GET, and POST below `/v1/`; by default nothing does. */
  readonly readPage?: ReadPage | undefined;
  /** Makes what takes the connections of WebSocket clients; by default nothing does. */
  readonly createStream?: ((parts: ServerParts) => Upgrades) | undefined;
  /** Limits of requests; each has a default. */
  readonly limits?: Partial<RpcLimits>;
  /** Log sink for the errors that clients get no details of. */
  readonly logger?: Pick<Logger, "error">;
}

/**
 * Serves JSON-RPC over HTTP, within limits.
 *
 * @param request - Answers one call; clients see what it rejects with only if it is a
 * `RollupError` or an {@link L1CallError}.
 * @param options - Port, and whom the server serves.
 * @returns The server, once it listens.
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 *
 * @example
 * const server = await serveRpc(async (method, [name]) => `${method} ${name}`, { port: 0 });
 * const call = { jsonrpc: "2.0", id: 1, method: "hello", params: ["Ada"] };
 * const response = await fetch(server.url, { method: "POST", body: JSON.stringify(call) });
 * (await response.json()).result; // "hello Ada"
 * await server.close();
 */
export async function serveRpc(request: RpcRequest, options: RpcServerOptions): Promise<RpcServer> {
  const { hostname = LOOPBACK, port } = options;
  const serving = new Serving(request, { ...options, hostname });
  const taken = await listen(serving.server, hostname, port);
  return { url: urlOf(hostname, taken), close: () => serving.close() };
}

class Serving {
  readonly server: Server;
  readonly #options: RpcServerOptions & { readonly hostname: string };
  readonly #limits: RpcLimits;
  readonly #parts: AnswerParts;
  readonly #held: HeldBytes;
  readonly #rates: RateLimiter;
  readonly #sockets: Sockets;
  readonly #stream: Upgrades | undefined;
  /** Of the requests under way. */
  readonly #answering = new Set<AbortController>();

  constructor(request: RpcRequest, options: RpcServerOptions & { readonly hostname: string }) {
    this.#options = options;
    this.#limits = withDefaults(DEFAULT_RPC_LIMITS, options.limits);
    const toError = createPublicErrors(options.logger ?? { error: () => {} });
    this.#parts = { request, toError, limits: this.#limits };
    this.#held = new HeldBytes(this.#limits);
    this.#rates = new RateLimiter(this.#limits);
    this.#sockets = new Sockets(this.#limits.socketsMax);
    this.server = createServer(
      {
        headersTimeout: this.#limits.headersMs,
        requestTimeout: this.#limits.requestMs,
        connectionsCheckingInterval: Math.min(1_000, this.#limits.headersMs),
        maxHeaderSize: 8 << 10,
      },
      (incoming, response) => void this.#respond(incoming, response),
    );
    this.server.on("connection", (socket) => this.#sockets.add(socket));
    this.#stream = options.createStream?.({ rates: this.#rates, toError });
    if (this.#stream !== undefined) {
      this.server.on("upgrade", (...upgrade) => this.#upgrade(...upgrade));
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.#sockets.destroyAll(), this.#limits.closingMs);
      const reason = operatorError({ code: "OPERATOR_STOPPED" });
      for (const request of this.#answering) request.abort(reason);
      this.#stream?.close();
      this.server.close(() => {
        clearTimeout(limit);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }

  /** The connection counts as answering as long as it lasts, so nothing evicts it. */
  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const status = this.#isForeign(incoming) ? 403 : this.#stream!.upgrade(incoming, socket, head);
    if (status === undefined) this.#sockets.begin(incoming.socket);
    else {
      const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
      socket.end(`${head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      setTimeout(() => socket.destroy(), this.#limits.closingMs).unref();
    }
  }

  /** Whether a page of another origin asks, or one under a name of its own. */
  #isForeign({ headers: { host, origin } }: IncomingMessage): boolean {
    const { cors = [], hostNames = [], hostname } = this.#options;
    const isNamed = isHostAllowed(host, hostNames);
    if (!isNamed && isLoopback(hostname)) return true;
    // A page of this server's own, which a name that was made to mean this server is not.
    const isOwn = isNamed && origin !== undefined && isOriginOf(host, origin);
    return !isOwn && !isOriginAllowed(origin, cors);
  }

  async #respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const held = this.#held.open(clientOf(incoming.socket.remoteAddress));
    response.on("close", () => held.release());
    try {
      if (this.#isRefused(incoming, response)) return;
      if (incoming.method === "GET") {
        await this.#answerPage("", held, incoming, response);
        return;
      }
      const body = await this.#readBody(incoming, held);
      if (body === undefined) {
        this.#refuse(response.setHeader("connection", "close"), 503, this.#busy());
      } else if (this.#isRest(incoming)) {
        await this.#answerPage(body, held, incoming, response);
      } else await this.#answer(body, held, incoming, response);
    } catch {
      // The client has left, or the response is broken.
      response.destroy();
    }
  }

  /** Checks that need nothing of the body. */
  #isRefused(incoming: IncomingMessage, response: ServerResponse): boolean {
    const { cors = [], readPage } = this.#options;
    const { headers, method } = incoming;
    const { origin } = headers;
    const length = headers["content-length"];
    // A request without a preflight, such as a form, must not act for its user either.
    if (this.#isForeign(incoming)) return end(response, 403);
    if (origin !== undefined || cors.includes(ANY)) {
      response.setHeader("access-control-allow-origin", cors.includes(ANY) ? ANY : origin!);
      response.setHeader("access-control-allow-headers", "content-type");
      response.setHeader("vary", "origin");
    }
    if (method === "OPTIONS") return end(response, 204);
    const methods = readPage === undefined ? ["POST"] : ["GET", "POST"];
    if (!methods.includes(method ?? "")) {
      return end(response.setHeader("allow", [...methods, "OPTIONS"].join(", ")), 405);
    }
    if (method === "GET") return false;
    if (length === undefined) return end(response, 411);
    return Number(length) > this.#limits.bodyBytesMax && end(response, 413);
  }

  /** @returns Undefined if the server holds its maximum of bytes. */
  async #readBody(incoming: IncomingMessage, held: HeldByRequest): Promise<string | undefined> {
    const chunks: Buffer[] = [];
    // The socket stays open for the refusal.
    const read = incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of read) {
      if (!held.take(chunk.length)) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }

  #answer(
    body: string,
    held: HeldByRequest,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    return this.#whileRoom(incoming, response, async (caller) => {
      const { client } = caller;
      if (this.#isOverRate(client, 1 + body.length / BODY_BYTES_PER_UNIT, response)) return;
      const read = readCalls(body, this.#parts);
      if (typeof read === "string") {
        this.#send(response, 200, read);
        return;
      }
      const { request, unitsOf } = this.#endpointOf(incoming);
      const costs = read.calls.map((call) => (call ? unitsOf(call.method, call.params) : 1));
      const units = costs.reduce((sum, cost) => sum + cost, 0);
      if (this.#isOverRate(client, units, response)) return;
      const parts = { ...this.#parts, request };
      this.#send(response, 200, await answerCalls(read, parts, held, caller));
    });
  }

  #endpointOf(incoming: IncomingMessage): RpcEndpoint {
    const { endpoints = {}, unitsOf = () => 1 } = this.#options;
    const path = targetOf(incoming)?.path.replace(/\/$/, "") ?? "";
    const own = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
    return own ?? { request: this.#parts.request, unitsOf };
  }

  #isRest({ url = "/" }: IncomingMessage): boolean {
    return this.#options.readPage !== undefined && url.startsWith(REST_PREFIX);
  }

  #answerPage(
    body: string,
    held: HeldByRequest,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    return this.#whileRoom(incoming, response, async (caller) => {
      const target = targetOf(incoming);
      const { unitsOfPage = () => 1 } = this.#options;
      const units = (target ? unitsOfPage(target) : 1) + body.length / BODY_BYTES_PER_UNIT;
      if (this.#isOverRate(caller.client, units, response)) return;
      const page = target && (await this.#readPage(body, target, caller, response));
      if (response.headersSent) return;
      if (page === undefined) end(response, 404);
      else if (!held.take(Buffer.byteLength(page.text))) this.#refuse(response, 503, this.#busy());
      else this.#send(response, page.status, page.text, page);
    });
  }

  /** @returns Undefined if there is no such page, or if the request was refused. */
  async #readPage(
    body: string,
    target: Target,
    caller: RpcCaller,
    response: ServerResponse,
  ): Promise<Page | undefined> {
    const { path, verb } = target;
    const { unitsOfPageBody = () => 0 } = this.#options;
    const { answerBytesMax, paramsDepthMax } = this.#limits;
    try {
      const value = verb === "POST" ? readJson(path, body, paramsDepthMax) : undefined;
      const units = unitsOfPageBody(target, value);
      if (units > 0 && this.#isOverRate(caller.client, units, response)) return undefined;
      const page = await this.#options.readPage?.({ ...target, body: value, caller });
      if (page === undefined || Buffer.byteLength(page.text) <= answerBytesMax) return page;
      const facts = { method: path, maximumBytes: answerBytesMax };
      throw rpcError({ code: "RPC_ANSWER_TOO_LARGE", ...facts });
    } catch (error) {
      return errorPage(this.#parts.toError(path, error));
    }
  }

  /** Answers a request unless too many are under way. */
  async #whileRoom(
    { socket }: IncomingMessage,
    response: ServerResponse,
    answer: (caller: RpcCaller) => Promise<void>,
  ): Promise<void> {
    const { requestsMax, requestsPerSocketMax } = this.#limits;
    const ofSocket = this.#sockets.begin(socket);
    const wanted = new AbortController();
    this.#answering.add(wanted);
    response.on("close", () => wanted.abort());
    try {
      if (ofSocket > requestsPerSocketMax || this.#answering.size > requestsMax) {
        this.#refuse(response, 503, this.#busy());
        return;
      }
      await answer({ client: clientOf(socket.remoteAddress), signal: wanted.signal });
    } finally {
      this.#answering.delete(wanted);
      this.#sockets.end(socket);
    }
  }

  #isOverRate(client: string, units: number, response: ServerResponse): boolean {
    const retryAfterSeconds = this.#rates.take(client, units);
    if (retryAfterSeconds === 0) return false;
    response.setHeader("retry-after", retryAfterSeconds);
    const error = rpcError({ code: "RPC_RATE_LIMITED", retryAfterSeconds });
    this.#refuse(response, 429, error);
    return true;
  }

  #busy() {
    const maximum = this.#limits.requestsMax;
    return rpcError({ code: "RPC_BUSY", what: "requests", maximum });
  }

  #refuse(response: ServerResponse, status: number, error: Error): void {
    this.#send(response, status, failure(null, this.#parts.toError("", error)));
  }

  #send(
    response: ServerResponse,
    status: number,
    text: string | Buffer,
    { contentType, headers: more }: Pick<Page, "contentType" | "headers"> = JSON_ANSWER,
  ): void {
    const { socket } = response;
    const late = setTimeout(() => socket?.destroy(), this.#limits.answerMs);
    response.once("close", () => clearTimeout(late));
    const headers = {
      ...more,
      "content-type": contentType,
      "x-content-type-options": "nosniff",
      "content-length": Buffer.byteLength(text),
    };
    response.writeHead(status, headers).end(text);
  }
}

type Target = Pick<PageRequest, "path" | "verb" | "query">;

/** What a request is for; undefined if that is no path. */
function targetOf({ url = "/", method }: IncomingMessage): Target | undefined {
  const base = "http://localhost";
  if (!url.startsWith("/") || !URL.canParse(url, base)) return undefined;
  const { pathname: path, searchParams: query } = new URL(url, base);
  return { path, query, verb: method === "POST" ? "POST" : "GET" };
}

/** @throws RPC_PARAMS_INVALID */
function readJson(path: string, body: string, depthMax: number): unknown {
  const invalid = (reason: string) =>
    rpcError({ code: "RPC_PARAMS_INVALID", method: path, path: "(body)", reason });
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw invalid("it is not JSON");
  }
  if (isDeeper(value, depthMax)) throw invalid("it has too many levels");
  return value;
}

/** Ends a response that has no body. @returns True. */
function end(response: ServerResponse, status: number): true {
  response.writeHead(status, status === 204 ? {} : { "content-length": 0 }).end();
  return true;
}
