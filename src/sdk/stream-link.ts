/**
 * One WebSocket to a node for all subscriptions (docs/stream.md). A lost connection is opened
 * again, and each subscription goes on after its last event; without subscriptions there is no
 * connection, so nothing keeps a process alive.
 */
import { type Abort, assertWanted, onAbort } from "../api/abort.ts";
import { rpcError } from "../api/errors.ts";
import { STREAM_CLOSE_CODES, type StreamEvent, streamMessage } from "../api/stream.ts";
import { withDefaults } from "../util/defaults.ts";
import { RollupError } from "../util/errors.ts";
import { omit } from "../util/omit.ts";
import type { EventSource, EventSubject, RollupEvent } from "./events.ts";

/** The parts of a WebSocket's events that are used. */
export interface SocketEvent {
  /** "open", "message", "close" or "error". */
  readonly type: string;
  /** Of a message: its text. */
  readonly data?: unknown;
  /** Of a close. */
  readonly code?: number;
}

/** The part of a `WebSocket` that is used. */
export interface SocketLike {
  /**
   * Sends a text.
   *
   * @param text - JSON.
   */
  send(text: string): void;
  /** Closes the connection. */
  close(): void;
  /**
   * Calls a listener.
   *
   * @param type - "open", "message", "close" or "error".
   * @param listener - The listener.
   */
  addEventListener(type: string, listener: (event: SocketEvent) => void): void;
}

/** Opens a WebSocket. */
export type OpenSocket = (url: string) => SocketLike;

/** Times and sizes of a connection. */
export interface LinkLimits {
  /** For a connection to open. */
  readonly openMs: number;
  /** Without a message, until the node is asked for a sign of life; and again for its answer. */
  readonly silenceMs: number;
  /** First pause before a lost connection is opened again; it doubles, up to a hundred times. */
  readonly pauseMs: number;
  /** Events that wait for a listener; then the subscription pauses. */
  readonly eventsMax: number;
  /** Characters of a message; an event has some hundred. */
  readonly messageMax: number;
}

const LINK_LIMITS: LinkLimits = {
  openMs: 10_000,
  silenceMs: 45_000,
  pauseMs: 200,
  eventsMax: 1_000,
  messageMax: 1 << 16,
};

const PAUSE_FACTOR_MAX = 100;
/** No subscription has this number; its end is answered all the same. */
const NO_SUBSCRIPTION = 0;
/** Pauses after such a refusal. */
const REFUSED_PAUSES = 25;
/** Refusals of a subscription that pass by themselves. */
const TRANSIENT = ["RPC_RATE_LIMITED", "RPC_BUSY"];

/** A connection to the stream of one node. */
export class StreamLink {
  readonly #open: () => SocketLike;
  readonly #limits: LinkLimits;
  readonly #subscriptions = new Set<Subscription>();
  #socket: SocketLike | undefined;
  #isOpen = false;
  /** Whether the node has answered once: others may open a connection and know no stream. */
  #isProven = false;
  #failures = 0;
  #nextId = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(open: () => SocketLike, limits: Partial<LinkLimits> = {}) {
    this.#open = open;
    this.#limits = withDefaults(LINK_LIMITS, limits);
  }

  /**
   * Subscribes.
   *
   * @param signal - Ends the subscription, also before the node has taken it.
   * @returns Undefined if the node has no stream.
   * @throws The node's refusal; ABORTED.
   */
  async subscribe(subject: EventSubject, signal?: Abort): Promise<EventSource | undefined> {
    assertWanted(signal);
    let stop = () => {};
    const subscription = new Subscription(subject, this.#limits.eventsMax, {
      onClose: () => {
        stop();
        this.#remove(subscription);
      },
      onRoom: () => this.#ask(subscription),
      onFull: () => this.#unsubscribe(subscription),
    });
    this.#subscriptions.add(subscription);
    if (this.#isOpen) this.#ask(subscription);
    else if (this.#socket === undefined) this.#connect();
    stop = onAbort(signal, () => subscription.close());
    if (await subscription.begun) return subscription;
    subscription.close();
    return undefined;
  }

  /** Ends all subscriptions. */
  close(): void {
    for (const subscription of [...this.#subscriptions]) subscription.close();
  }

  #connect(): void {
    let socket: SocketLike;
    try {
      socket = this.#open();
    } catch {
      this.#onLost();
      return;
    }
    this.#socket = socket;
    this.#after(this.#limits.openMs, () => this.#lose(socket));
    socket.addEventListener("open", () => {
      if (this.#socket !== socket) return;
      this.#isOpen = true;
      if (this.#isProven) this.#watch(socket);
      for (const subscription of this.#subscriptions) this.#ask(subscription);
    });
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket === socket) this.#read(socket, data);
    });
    socket.addEventListener("error", () => this.#lose(socket));
    socket.addEventListener("close", ({ code }) => {
      if (this.#socket === socket && code === STREAM_CLOSE_CODES.replaced) this.#endAll();
      this.#lose(socket);
    });
  }

  /** The state of the rollup is another one: events before and after do not fit together. */
  #endAll(): void {
    for (const subscription of [...this.#subscriptions]) {
      subscription.fail(rpcError({ code: "RPC_CURSOR_GONE", cursor: subscription.cursor ?? "" }));
    }
  }

  #lose(socket: SocketLike): void {
    if (this.#socket !== socket) return;
    this.#drop();
    this.#onLost();
  }

  #onLost(): void {
    for (const subscription of [...this.#subscriptions]) {
      subscription.isAsked = false;
      if (!this.#isProven) subscription.giveUp();
    }
    if (!this.#isProven || this.#subscriptions.size === 0) return;
    const factor = Math.min(PAUSE_FACTOR_MAX, 2 ** this.#failures++);
    const pauseMs = this.#limits.pauseMs * factor * (0.5 + Math.random() / 2);
    this.#after(pauseMs, () => this.#connect());
  }

  /** Closes the connection, whose events count no more. */
  #drop(): void {
    const socket = this.#socket;
    clearTimeout(this.#timer);
    this.#socket = undefined;
    this.#isOpen = false;
    try {
      socket?.close();
    } catch {
      // It was never open.
    }
  }

  #after(ms: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }

  /** A connection that says nothing may be dead without anybody noticing. */
  #watch(socket: SocketLike): void {
    this.#after(this.#limits.silenceMs, () => {
      this.#send({ id: this.#nextId++, unsubscribe: NO_SUBSCRIPTION });
      this.#after(this.#limits.silenceMs, () => this.#lose(socket));
    });
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #ask(subscription: Subscription): void {
    if (!this.#isOpen || subscription.isAsked || subscription.isFull) return;
    subscription.isAsked = true;
    subscription.requestId = this.#nextId++;
    subscription.number = undefined;
    const { from } = subscription;
    const rest = from === undefined ? {} : { from };
    this.#send({ id: subscription.requestId, ...subscription.subject, ...rest });
  }

  #unsubscribe(subscription: Subscription): void {
    const { number } = subscription;
    subscription.isAsked = false;
    subscription.number = undefined;
    if (number !== undefined && this.#isOpen) {
      this.#send({ id: this.#nextId++, unsubscribe: number });
    }
  }

  #remove(subscription: Subscription): void {
    if (!this.#subscriptions.delete(subscription)) return;
    this.#unsubscribe(subscription);
    if (this.#subscriptions.size > 0) return;
    this.#drop();
    this.#failures = 0;
  }

  #read(socket: SocketLike, data: unknown): void {
    const message = readMessage(data, this.#limits.messageMax);
    if (message === undefined) {
      // Whoever speaks so is no node; what was missed is asked for on another connection.
      this.#lose(socket);
      return;
    }
    this.#isProven = true;
    this.#watch(socket);
    if ("event" in message) {
      const { subscription: number } = message;
      for (const each of this.#subscriptions) if (each.number === number) each.take(message);
      return;
    }
    const asking = [...this.#subscriptions].find(({ requestId }) => requestId === message.id);
    if (asking === undefined) return;
    if ("error" in message) this.#refuse(asking, message.error);
    else if (message.cursor === undefined) {
      // Nothing could resume it without a gap.
      this.#lose(socket);
    } else {
      this.#failures = 0;
      asking.begin(message.subscription, message.cursor);
    }
  }

  #refuse(asking: Subscription, { code, facts, ...text }: Refusal): void {
    asking.number = undefined;
    asking.isAsked = false;
    if (!TRANSIENT.includes(code)) asking.fail(new RollupError({ ...facts, code }, { text }));
    else asking.later(() => this.#ask(asking), this.#limits.pauseMs * REFUSED_PAUSES);
  }
}

interface Refusal {
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly sentence: string;
  readonly fix: string;
}

function readMessage(data: unknown, messageMax: number) {
  if (typeof data !== "string" || data.length > messageMax) return undefined;
  try {
    return streamMessage.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}

interface SubscriptionListener {
  onClose(): void;
  /** The listener has taken everything. */
  onRoom(): void;
  /** More events wait for the listener than may. */
  onFull(): void;
}

/** One subscription, over all connections. */
class Subscription implements EventSource {
  readonly subject: EventSubject;
  /** Whether the node has taken it; false if it has no stream. Rejects if it refuses. */
  readonly begun: Promise<boolean>;
  isAsked = false;
  /** Of the request. */
  requestId = 0;
  /** Of the subscription on the present connection. */
  number: number | undefined;
  /** Of the last event. */
  cursor: string | undefined;
  readonly #listener: SubscriptionListener;
  readonly #eventsMax: number;
  readonly #events: RollupEvent[] = [];
  /** Before the last event, whose change may have more of them. */
  #settled: string | undefined;
  /** Events with the last cursor, as text. */
  #atCursor = new Set<string>();
  #error: Error | undefined;
  #onBegun: { resolve(isBegun: boolean): void; reject(error: Error): void };
  #wake = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(subject: EventSubject, eventsMax: number, listener: SubscriptionListener) {
    this.subject = subject;
    this.#eventsMax = eventsMax;
    this.#listener = listener;
    let settle!: { resolve(isBegun: boolean): void; reject(error: Error): void };
    this.begun = new Promise((resolve, reject) => (settle = { resolve, reject }));
    this.#onBegun = settle;
    this.begun.catch(() => undefined);
  }

  /** Where to go on: events with the last cursor come again, and are dropped. */
  get from(): string | undefined {
    return this.#settled;
  }

  get isFull(): boolean {
    return this.#events.length >= this.#eventsMax;
  }

  begin(number: number, cursor: string): void {
    this.number = number;
    this.#settled ??= cursor;
    this.cursor ??= cursor;
    this.#onBegun.resolve(true);
  }

  take(message: StreamEvent): void {
    const { cursor } = message;
    const event = omit(message, "subscription", "cursor", "accountId", "nonce") as RollupEvent;
    if (isBefore(cursor, this.cursor)) return;
    const text = JSON.stringify(event);
    if (cursor === this.cursor) {
      if (this.#atCursor.has(text)) return;
      this.#atCursor.add(text);
    } else {
      this.#settled = this.cursor;
      this.cursor = cursor;
      this.#atCursor = new Set([text]);
    }
    this.#events.push(event);
    this.#wake();
    if (this.isFull) this.#listener.onFull();
  }

  /** The node has no stream. */
  giveUp(): void {
    this.#onBegun.resolve(false);
  }

  /** Does something after a while, unless the subscription has ended. */
  later(action: () => void, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }

  fail(error: Error): void {
    clearTimeout(this.#timer);
    this.#error ??= error;
    this.#onBegun.reject(error);
    this.#wake();
    this.#listener.onClose();
  }

  close(): void {
    this.fail(rpcError({ code: "ABORTED" }));
  }

  async next(): Promise<RollupEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) {
        if (this.#events.length === 0) this.#listener.onRoom();
        return event;
      }
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Whether a cursor is of a change before another one; those of other ledgers are never. */
function isBefore(cursor: string, other: string | undefined): boolean {
  const [epoch, number] = cursor.split("-");
  const [otherEpoch, otherNumber] = (other ?? "").split("-");
  return epoch === otherEpoch && Number(number) < Number(otherNumber);
}
