/** Counts what clients hold, in total and per client; a client with nothing is forgotten. */
export class ClientTally {
  readonly #byClient = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** The largest count of a client; 0 without clients. */
  get largest(): number {
    return Math.max(0, ...this.#byClient.values());
  }

  of(client: string): number {
    return this.#byClient.get(client) ?? 0;
  }

  /** @param change - Negative for what the client gives back. */
  add(client: string, change: number): void {
    this.#total += change;
    const count = this.of(client) + change;
    if (count === 0) this.#byClient.delete(client);
    else this.#byClient.set(client, count);
  }
}
