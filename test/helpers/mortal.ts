/**
 * A process that is killed at one of its calls to the outside: to its journal on disk or to L1. The
 * call is made or not, nothing comes back from it, and no later call is made.
 */
import type { L1Journal } from "../../src/l1/journal.ts";
import { type Eip1193, FaultyProvider } from "./faulty-provider.ts";

export interface Death {
  /** Number of the call from 1: among all calls, or among those of a name. */
  readonly at: number;
  /** A method of L1 or of the journal; default: any. */
  readonly call?: string;
  /** Whether that call still has its effect. */
  readonly when: "before" | "after";
}

export class Mortal {
  readonly provider: FaultyProvider;
  readonly journal: L1Journal;
  /** Names of the calls so far. */
  readonly calls: string[] = [];
  /** Resolves at the death. */
  readonly died: Promise<void>;
  readonly #death: Death | undefined;
  #die: () => void = () => undefined;
  #isDead = false;

  /** @param death - Default: it lives. */
  constructor(chain: Eip1193, disk: L1Journal, death?: Death) {
    this.#death = death;
    this.died = new Promise((resolve) => (this.#die = resolve));
    this.provider = new FaultyProvider({
      request: (call) => this.#outside(call.method, () => chain.request(call)),
    });
    this.journal = {
      pending: (account) => this.#outside("pending", () => disk.pending(account)),
      write: (transaction) => this.#outside("write", () => disk.write(transaction)),
      settle: (account, nonce) => this.#outside("settle", () => disk.settle(account, nonce)),
    };
  }

  async #outside<T>(name: string, call: () => Promise<T>): Promise<T> {
    if (!this.#lives()) return noAnswer();
    this.calls.push(name);
    const isLast = this.#isLast(name);
    if (isLast && this.#death!.when === "before") {
      this.#end();
      return noAnswer();
    }
    const result = await call();
    if (isLast) this.#end();
    return this.#lives() ? result : noAnswer();
  }

  #isLast(name: string): boolean {
    const { at, call } = this.#death ?? {};
    if (call === undefined) return this.calls.length === at;
    return name === call && this.calls.filter((other) => other === call).length === at;
  }

  #lives(): boolean {
    return !this.#isDead;
  }

  #end(): void {
    this.#isDead = true;
    this.#die();
  }
}

function noAnswer(): Promise<never> {
  return new Promise(() => undefined);
}
