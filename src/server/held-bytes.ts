/**
 * Limits the bytes of bodies and answers that a server holds at a time, in total and per client.
 */
import { ClientTally } from "./client-tally.ts";
import type { RpcLimits } from "./limits.ts";

export class HeldBytes {
  readonly #limits: Pick<RpcLimits, "heldBytesMax" | "heldBytesPerClientMax">;
  readonly #held = new ClientTally();

  constructor(limits: Pick<RpcLimits, "heldBytesMax" | "heldBytesPerClientMax">) {
    this.#limits = limits;
  }

  /** Opens the account of one request. */
  open(client: string): HeldByRequest {
    let own = 0;
    return {
      take: (bytes) => {
        const { heldBytesMax, heldBytesPerClientMax } = this.#limits;
        if (this.#held.total + bytes > heldBytesMax) return false;
        if (this.#held.of(client) + bytes > heldBytesPerClientMax) return false;
        this.#held.add(client, bytes);
        own += bytes;
        return true;
      },
      release: () => {
        this.#held.add(client, -own);
        own = 0;
      },
    };
  }
}

export interface HeldByRequest {
  /** @returns Whether there was room for the bytes, which then are taken. */
  take(bytes: number): boolean;
  /** Releases all bytes that were taken. */
  release(): void;
}
