/** Limits the calls that wait for a stage, in total and of each client. */
import { rpcError } from "../api/errors.ts";
import { ClientTally } from "./client-tally.ts";
import type { RpcLimits } from "./limits.ts";

export class WaitingCalls {
  readonly #limits: Pick<RpcLimits, "waitingCallsMax" | "waitingCallsPerClientMax">;
  readonly #waiting = new ClientTally();

  constructor(limits: Pick<RpcLimits, "waitingCallsMax" | "waitingCallsPerClientMax">) {
    this.#limits = limits;
  }

  /** @throws RPC_BUSY, and what the call throws */
  async run<T>(client: string, call: () => Promise<T>): Promise<T> {
    const { waitingCallsMax, waitingCallsPerClientMax } = this.#limits;
    const ofClient = this.#waiting.of(client);
    if (this.#waiting.total >= waitingCallsMax || ofClient >= waitingCallsPerClientMax) {
      const maximum = ofClient >= waitingCallsPerClientMax ? ofClient : waitingCallsMax;
      throw rpcError({ code: "RPC_BUSY", what: "waiting calls", maximum });
    }
    this.#waiting.add(client, 1);
    try {
      return await call();
    } finally {
      this.#waiting.add(client, -1);
    }
  }
}
