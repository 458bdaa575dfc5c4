/** Subscriptions over WebSocket: blocks, an account, a transaction, with every change of status. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { rpcError } from "../api/errors.ts";
import { firstIssue } from "../api/methods.ts";
import { STREAM_CLOSE_CODES, type StreamRequest, streamRequest } from "../api/stream.ts";
import { LEAF_KIND } from "../protocol/constants.ts";
import type { Operator } from "../operator/operator.ts";
import { accountCapacity } from "../protocol/presets.ts";
import { withDefaults } from "../util/defaults.ts";
import { toJson } from "../util/json.ts";
import { ClientTally } from "./client-tally.ts";
import { EventFeed, type FeedEntry } from "./event-feed.ts";
import type { PublicError } from "./public-errors.ts";
import { clientOf, type RateLimiter } from "./rate-limiter.ts";
import {
  accountTopic,
  addressTopic,
  BLOCKS_TOPIC,
  eventsOf,
  type Topic,
  transactionTopic,
} from "./topics.ts";

/** Path of the WebSocket. */
const STREAM_PATH = "/v1/stream";

/** Limits of subscriptions. */
export interface StreamLimits {
  /** Connections of all clients. */
  readonly connectionsMax: number;
  /** Connections of one client address. */
  readonly connectionsPerClientMax: number;
  /** Subscriptions of one connection. */
  readonly subscriptionsMax: number;
  /** Bytes that wait for a client to read them; with more it is disconnected. */
  readonly bufferBytesMax: number;
  /** Bytes of one message of a client. */
  readonly messageBytesMax: number;
  /** Milliseconds for a client to read what it has missed, and the frame that says goodbye. */
  readonly readMs: number;
  /** Milliseconds between two pings; a client that has not answered one is disconnected. */
  readonly pingMs: number;
}

/** The defaults of {@link StreamLimits}. */
export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  connectionsMax: 1_024,
  connectionsPerClientMax: 32,
  subscriptionsMax: 64,
  bufferBytesMax: 1 << 20,
  messageBytesMax: 4_096,
  readMs: 10_000,
  pingMs: 30_000,
};

/** Kept changes that are looked through for one unit of a client's rate. */
const CHANGES_PER_UNIT = 100;
/** Pause before it is asked again how much a client has read. */
const READING_PAUSE_MS = 20;
const GOING_AWAY = 1001;

interface Subscription {
  readonly id: number;
  readonly connection: Connection;
  readonly topics: Set<Topic>;
  /** Owner whose account does not exist yet, uint160. */
  owner?: bigint;
}

interface Connection {
  readonly socket: WebSocket;
  readonly client: string;
  readonly subscriptions: Map<number, Subscription>;
  nextId: number;
  isAlive: boolean;
  isClosed: boolean;
}

export interface StreamParts {
  readonly operator: Operator;
  readonly rates: RateLimiter;
  readonly toError: (method: string, error: unknown) => PublicError;
  readonly limits?: Partial<StreamLimits> | undefined;
}

export class Stream {
  readonly #parts: StreamParts;
  readonly #limits: StreamLimits;
  readonly #feed: EventFeed;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #byClient = new ClientTally();
  readonly #byTopic = new Map<Topic, Set<Subscription>>();
  readonly #pinging: NodeJS.Timeout;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#limits = withDefaults(DEFAULT_STREAM_LIMITS, parts.limits);
    this.#feed = new EventFeed(parts.operator);
    this.#feed.listen({ onEntry: (entry) => this.#deliver(entry), onReset: () => this.#reset() });
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: this.#limits.messageBytesMax,
      perMessageDeflate: false,
      clientTracking: false,
    });
    this.#pinging = setInterval(() => this.#ping(), this.#limits.pingMs);
    this.#pinging.unref();
  }

  /**
   * Takes a connection over.
   *
   * @returns The HTTP status of a refusal; undefined if it is taken.
   */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): number | undefined {
    const [path] = (incoming.url ?? "/").split("?");
    if (path !== STREAM_PATH || incoming.method !== "GET") return 404;
    const client = clientOf(incoming.socket.remoteAddress);
    const { connectionsMax, connectionsPerClientMax } = this.#limits;
    if (this.#byClient.of(client) >= connectionsPerClientMax) return 429;
    if (this.#connections.size >= connectionsMax) return 503;
    if (this.#parts.rates.take(client, 1) > 0) return 429;
    this.#server.handleUpgrade(incoming, socket, head, (opened) => this.#open(opened, client));
    return undefined;
  }

  /** Disconnects everybody. */
  close(): void {
    clearInterval(this.#pinging);
    this.#feed.close();
    for (const connection of this.#connections) this.#end(connection, GOING_AWAY, "stopped");
    this.#server.close();
  }

  #open(socket: WebSocket, client: string): void {
    const connection: Connection = {
      socket,
      client,
      subscriptions: new Map(),
      nextId: 1,
      isAlive: true,
      isClosed: false,
    };
    this.#connections.add(connection);
    this.#byClient.add(client, 1);
    socket.on("error", () => socket.terminate());
    socket.on("pong", () => (connection.isAlive = true));
    socket.on("message", (data: Buffer) => this.#answer(connection, data.toString()));
    socket.on("close", () => {
      connection.isClosed = true;
      for (const subscription of connection.subscriptions.values()) this.#remove(subscription);
      if (this.#connections.delete(connection)) this.#byClient.add(client, -1);
    });
  }

  #answer(connection: Connection, text: string): void {
    if (connection.isClosed) return;
    if (this.#parts.rates.take(connection.client, 1) > 0) {
      this.#end(connection, STREAM_CLOSE_CODES.rateLimited, "too many messages");
      return;
    }
    const value = parse(text);
    const id = idOf(value);
    try {
      const { data, error } = streamRequest.safeParse(value);
      if (data === undefined) {
        const facts = { method: "stream", ...firstIssue(error) };
        throw rpcError({ code: "RPC_PARAMS_INVALID", ...facts });
      }
      if ("unsubscribe" in data) this.#unsubscribe(connection, data);
      else {
        this.#subscribe(connection, data).catch((error: unknown) => {
          this.#send(connection, { id, error: this.#parts.toError("stream", error).data });
        });
      }
    } catch (error) {
      this.#send(connection, { id, error: this.#parts.toError("stream", error).data });
    }
  }

  #unsubscribe(
    connection: Connection,
    { id, unsubscribe }: Extract<StreamRequest, { unsubscribe: number }>,
  ): void {
    const subscription = connection.subscriptions.get(unsubscribe);
    if (subscription !== undefined) this.#remove(subscription);
    this.#send(connection, { id, subscription: unsubscribe });
  }

  /**
   * Replays what the client has missed, and goes on from there without a gap. Until the first part
   * is read the request may be refused.
   */
  async #subscribe(
    connection: Connection,
    request: Exclude<StreamRequest, { unsubscribe: number }>,
  ): Promise<void> {
    const { subscriptionsMax: maximum } = this.#limits;
    if (connection.subscriptions.size >= maximum) {
      throw rpcError({ code: "RPC_BUSY", what: "subscriptions of a connection", maximum });
    }
    const feed = this.#feed;
    let number = request.from === undefined ? feed.last : feed.read(request.from);
    const units = (feed.last - number) / CHANGES_PER_UNIT;
    const retryAfterSeconds = this.#parts.rates.take(connection.client, units);
    if (retryAfterSeconds > 0) throw rpcError({ code: "RPC_RATE_LIMITED", retryAfterSeconds });
    const subscription = this.#create(connection, request);
    const { id } = subscription;
    connection.subscriptions.set(id, subscription);
    const cursor = feed.cursorOf(number);
    const answer = { id: request.id, subscription: id, cursor };
    for (let isAnswered = false; ; isAnswered = true) {
      const entries = await this.#missedSince(number, subscription);
      if (!isAnswered) this.#send(connection, answer);
      for (const entry of entries) this.#replay(subscription, entry);
      number = entries.at(-1)?.number ?? number;
      if (!connection.subscriptions.has(id) || connection.isClosed) return;
      if (number >= feed.last) break;
      await this.#untilRead(connection);
    }
    for (const topic of subscription.topics) this.#index(topic, subscription);
  }
  /** @throws RPC_CURSOR_GONE; then the subscription has ended. */
  async #missedSince(number: number, subscription: Subscription): Promise<FeedEntry[]> {
    if (this.#feed.isInMemory(number)) return this.#feed.since(number);
    try {
      return await this.#feed.sinceStored(number);
    } catch (error) {
      this.#remove(subscription);
      throw error;
    }
  }

  /** Waits until a client has read most of what waits for it, or has proven too slow. */
  async #untilRead(connection: Connection): Promise<void> {
    const { bufferBytesMax, readMs } = this.#limits;
    const endMs = performance.now() + readMs;
    const { socket } = connection;
    while (!connection.isClosed && socket.bufferedAmount > bufferBytesMax / 2) {
      if (performance.now() > endMs) {
        this.#end(connection, STREAM_CLOSE_CODES.slowClient, "reads too slowly");
      }
      await new Promise((resolve) => setTimeout(resolve, READING_PAUSE_MS).unref());
    }
  }

  #create(
    connection: Connection,
    request: Exclude<StreamRequest, { unsubscribe: number }>,
  ): Subscription {
    const id = connection.nextId++;
    const of = (...topics: Topic[]) => ({ id, connection, topics: new Set(topics) });
    if (request.subscribe === "blocks") return of(BLOCKS_TOPIC);
    if (request.subscribe === "transaction") return of(transactionTopic(request.hash));
    const { state } = this.#parts.operator;
    const { account } = request;
    if (typeof account === "string") {
      const owner = BigInt(account);
      const accountId = state.accountIdOf(owner);
      if (accountId === undefined) return { ...of(addressTopic(owner)), owner };
      return of(addressTopic(owner), accountTopic(accountId));
    }
    const isThere =
      account < accountCapacity(state.preset) && state.account(account).kind === LEAF_KIND.account;
    if (!isThere) throw rpcError({ code: "RPC_NOT_FOUND", path: `account ${account}` });
    return of(accountTopic(account), addressTopic(state.account(account).address));
  }

  #index(topic: Topic, subscription: Subscription): void {
    const known = this.#byTopic.get(topic);
    if (known === undefined) this.#byTopic.set(topic, new Set([subscription]));
    else known.add(subscription);
  }

  #remove(subscription: Subscription): void {
    subscription.connection.subscriptions.delete(subscription.id);
    for (const topic of subscription.topics) {
      const known = this.#byTopic.get(topic);
      known?.delete(subscription);
      if (known?.size === 0) this.#byTopic.delete(topic);
    }
  }

  #deliver({ cursor, change }: FeedEntry): void {
    if (this.#byTopic.size === 0) return;
    for (const { topics, event } of eventsOf(change)) {
      const concerned = new Set<Subscription>();
      for (const topic of topics) {
        for (const subscription of this.#byTopic.get(topic) ?? []) concerned.add(subscription);
      }
      for (const subscription of concerned) {
        this.#tell(subscription, cursor, event);
        this.#findAccount(subscription);
      }
    }
  }

  #replay(subscription: Subscription, { cursor, change }: FeedEntry): void {
    for (const { topics, event } of eventsOf(change)) {
      if (topics.some((topic) => subscription.topics.has(topic))) {
        this.#tell(subscription, cursor, event);
      }
    }
  }

  /** An owner's account may exist by now; its own transactions name it by its id. */
  #findAccount(subscription: Subscription): void {
    const { owner } = subscription;
    if (owner === undefined) return;
    const accountId = this.#parts.operator.state.accountIdOf(owner);
    if (accountId === undefined) return;
    delete subscription.owner;
    subscription.topics.add(accountTopic(accountId));
    if (!subscription.connection.isClosed) this.#index(accountTopic(accountId), subscription);
  }

  #tell({ id, connection }: Subscription, cursor: string, event: object): void {
    this.#send(connection, { subscription: id, cursor, ...event });
  }

  #send(connection: Connection, message: object): void {
    if (connection.isClosed) return;
    connection.socket.send(JSON.stringify(toJson(message)));
    if (connection.socket.bufferedAmount <= this.#limits.bufferBytesMax) return;
    this.#end(connection, STREAM_CLOSE_CODES.slowClient, "reads too slowly");
  }

  #end(connection: Connection, code: number, reason: string): void {
    connection.isClosed = true;
    connection.socket.close(code, reason);
    setTimeout(() => connection.socket.terminate(), this.#limits.readMs).unref();
  }

  #reset(): void {
    const { replaced } = STREAM_CLOSE_CODES;
    for (const connection of this.#connections) this.#end(connection, replaced, "state replaced");
  }

  #ping(): void {
    for (const connection of this.#connections) {
      if (!connection.isAlive) connection.socket.terminate();
      else {
        connection.isAlive = false;
        connection.socket.ping();
      }
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function idOf(value: unknown): number | null {
  if (typeof value !== "object" || value === null || !("id" in value)) return null;
  return typeof value.id === "number" ? value.id : null;
}
