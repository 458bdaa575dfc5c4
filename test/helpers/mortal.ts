/** A process with an L1 and a journal on disk that is killed at one of its calls to them. */
import type { L1Journal } from "../../src/l1/journal.ts";
import { type Eip1193, FaultyProvider } from "./faulty-provider.ts";
import { type Death, Life } from "./life.ts";

export class Mortal {
  readonly provider: FaultyProvider;
  readonly journal: L1Journal;
  readonly #life: Life;

  /** @param death - At a method of L1 or of the journal. Default: it lives. */
  constructor(chain: Eip1193, disk: L1Journal, death?: Death) {
    const life = new Life(death);
    this.#life = life;
    this.provider = new FaultyProvider({
      request: (call) => life.outside(call.method, () => chain.request(call)),
    });
    this.journal = {
      pending: (account) => life.outside("pending", () => disk.pending(account)),
      write: (transaction) => life.outside("write", () => disk.write(transaction)),
      settle: (account, nonce) => life.outside("settle", () => disk.settle(account, nonce)),
    };
  }

  /** Names of the calls so far. */
  get calls(): readonly string[] {
    return this.#life.calls;
  }

  /** Resolves at the death. */
  get died(): Promise<void> {
    return this.#life.ended;
  }
}
