/**
 * Limits the bytes of bodies and answers that a server holds at a time, in total and per client.
 */
import type { RpcLimits } from "./limits.ts";

export class HeldBytes {
  readonly #limits: Pick<RpcLimits, "heldBytesMax" | "heldBytesPerClientMax">;
  readonly #byClient = new Map<string, number>();
  #held = 0;

  constructor(limits: Pick<RpcLimits, "heldBytesMax" | "heldBytesPerClientMax">) {
    this.#limits = limits;
  }

  /** Opens the account of one request. */
  open(client: string): HeldByRequest {
    let own = 0;
    return {
      take: (bytes) => {
        const { heldBytesMax, heldBytesPerClientMax } = this.#limits;
        const ofClient = this.#byClient.get(client) ?? 0;
        if (this.#held + bytes > heldBytesMax) return false;
        if (ofClient + bytes > heldBytesPerClientMax) return false;
        this.#add(client, bytes);
        own += bytes;
        return true;
      },
      release: () => {
        this.#add(client, -own);
        own = 0;
      },
    };
  }

  #add(client: string, bytes: number): void {
    this.#held += bytes;
    const ofClient = (this.#byClient.get(client) ?? 0) + bytes;
    if (ofClient === 0) this.#byClient.delete(client);
    else this.#byClient.set(client, ofClient);
  }
}

export interface HeldByRequest {
  /** @returns Whether there was room for the bytes, which then are taken. */
  take(bytes: number): boolean;
  /** Releases all bytes that were taken. */
  release(): void;
}
