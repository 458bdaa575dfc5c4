/** Who listens to events, and what happens if a listener or a subscription fails. */
import type { Abort } from "../api/abort.ts";
import type { AccountEvent, BlockEvent, RollupEvent, TransactionEvent } from "./events.ts";

/** Ends a subscription. */
export type Unsubscribe = () => void;
/** Is called with what happens, one event after the other. */
export type Listener<E> = (event: E) => unknown;

export const EVENT_NAMES = ["block", "transaction", "account", "error"] as const;
/** What can be listened to. */
export type EventName = (typeof EVENT_NAMES)[number];

/** What `on` takes besides the name. */
export interface EventArguments {
  /** Each status that a block reaches. */
  readonly block: [listener: Listener<BlockEvent>];
  /** A transaction, until it is executed or rejected. */
  readonly transaction: [hash: string, listener: Listener<TransactionEvent>];
  /** An account. */
  readonly account: [account: number | string, listener: Listener<AccountEvent>];
  /** What goes wrong in a subscription or in a listener. */
  readonly error: [listener: Listener<unknown>];
}

/** Iterates over events until an abort; calls `begun` when the subscription stands. */
export type Follow = (
  signal: Abort,
  begun: () => void,
) => AsyncGenerator<RollupEvent, void, undefined>;

interface Registration {
  readonly name: EventName;
  readonly listener: Listener<never>;
  readonly ending: AbortController;
}

/** The listeners of one connection. */
export class Listeners {
  readonly #registrations = new Set<Registration>();

  /** Adds a listener that others call. */
  add(name: EventName, listener: Listener<never>): Unsubscribe {
    const registration = { name, listener, ending: new AbortController() };
    this.#registrations.add(registration);
    return () => this.#end(registration);
  }

  /** Adds a listener of a subscription. Resolves when it stands or has failed, never rejects. */
  async follow(name: EventName, listener: Listener<never>, follow: Follow): Promise<Unsubscribe> {
    const registration = { name, listener, ending: new AbortController() };
    this.#registrations.add(registration);
    await new Promise<void>((begun) => {
      void this.#listen(follow(registration.ending.signal, begun), registration).finally(() => {
        this.#end(registration);
        begun();
      });
    });
    return () => this.#end(registration);
  }

  /** Removes a listener, or all of a name. */
  remove(name: EventName, listener?: Listener<never>): void {
    for (const registration of [...this.#registrations]) {
      if (registration.name !== name) continue;
      if (listener !== undefined && registration.listener !== listener) continue;
      this.#end(registration);
    }
  }

  #end(registration: Registration): void {
    this.#registrations.delete(registration);
    registration.ending.abort();
  }

  async #listen(
    events: AsyncGenerator<RollupEvent, void, undefined>,
    { listener, ending }: Registration,
  ): Promise<void> {
    const call = listener as Listener<RollupEvent>;
    try {
      for await (const event of events) {
        try {
          await call(event);
        } catch (error) {
          this.#report(error);
        }
      }
    } catch (error) {
      // A node may say that something was aborted; whether it was is known here.
      if (!ending.signal.aborted) this.#report(error);
    }
  }

  /** Passes an error on to those who listen to errors, or else to the console. */
  #report(error: unknown): void {
    const listeners = [...this.#registrations].filter(({ name }) => name === "error");
    if (listeners.length === 0) console.error(error);
    for (const { listener } of listeners) report(error, listener as Listener<unknown>);
  }
}

/** Passes an error on to a listener; what that throws goes to the console. */
export function report(error: unknown, listener: Listener<unknown>): void {
  const told = async () => listener(error);
  void told().catch((thrown: unknown) => console.error(thrown));
}
