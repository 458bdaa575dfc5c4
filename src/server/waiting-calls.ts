/** Limits the calls that wait for a stage, in total and of each client. */
import { rpcError } from "../api/errors.ts";
import type { RpcLimits } from "./limits.ts";

export class WaitingCalls {
  readonly #limits: Pick<RpcLimits, "waitingCallsMax" | "waitingCallsPerClientMax">;
  readonly #byClient = new Map<string, number>();
  #count = 0;

  constructor(limits: Pick<RpcLimits, "waitingCallsMax" | "waitingCallsPerClientMax">) {
    this.#limits = limits;
  }

  /** @throws RPC_BUSY, and what the call throws */
  async run<T>(client: string, call: () => Promise<T>): Promise<T> {
    const { waitingCallsMax, waitingCallsPerClientMax } = this.#limits;
    const ofClient = this.#byClient.get(client) ?? 0;
    if (this.#count >= waitingCallsMax || ofClient >= waitingCallsPerClientMax) {
      const maximum = ofClient >= waitingCallsPerClientMax ? ofClient : waitingCallsMax;
      throw rpcError({ code: "RPC_BUSY", what: "waiting calls", maximum });
    }
    this.#add(client, 1);
    try {
      return await call();
    } finally {
      this.#add(client, -1);
    }
  }

  #add(client: string, change: 1 | -1): void {
    this.#count += change;
    const count = (this.#byClient.get(client) ?? 0) + change;
    if (count === 0) this.#byClient.delete(client);
    else this.#byClient.set(client, count);
  }
}
