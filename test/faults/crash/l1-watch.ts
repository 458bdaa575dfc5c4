/** What the operator asks of L1 and sends there, seen from outside its process. */
import { Transaction } from "ethers";
import { ROLLUP_INTERFACE } from "../../../src/l1/interface.ts";
import type { FaultProxy, ProxiedCall } from "../fault-proxy.ts";
import { type Moment, type Stop, StopWatch } from "./stop.ts";

const SEND = "eth_sendRawTransaction";

export class L1Watch {
  readonly #watch = new StopWatch();
  /** What each nonce was sent for: the function of the contract by the content of the call. */
  readonly #sent = new Map<number, Map<string, string>>();
  /** The call where the process is killed. */
  #stopped: { readonly call: ProxiedCall; readonly moment: Moment } | undefined;
  #kill: () => void = () => undefined;

  constructor(proxy: FaultProxy) {
    proxy.onCall = (call, moment) =>
      moment === "before" ? this.#isHeldBefore(call) : this.#isHeldAfter(call);
  }

  /** Names of the calls so far. */
  get points(): ReadonlySet<string> {
    return this.#watch.seen;
  }

  /** Kills a process at a call. No later call of it has an effect. */
  arm(stop: Stop, kill: () => void): void {
    this.#watch.arm(stop);
    this.#kill = kill;
  }

  /** Another process begins. */
  reset(): void {
    this.#stopped = undefined;
    this.#watch.arm(undefined);
  }

  /** @returns What is wrong with the nonces, one sentence each. */
  audit(): string[] {
    return [...this.#sent].flatMap(([nonce, actions]) =>
      actions.size < 2
        ? []
        : [`the nonce ${nonce} was used for ${[...actions.values()].join(" and ")}`],
    );
  }

  #isHeldBefore(call: ProxiedCall): boolean {
    if (this.#stopped !== undefined) return true;
    const moment = this.#watch.meet([pointOf(call)]);
    if (moment !== undefined) this.#stopped = { call, moment };
    if (call.method === SEND && moment !== "before") this.#noteSent(call);
    if (moment === "before" || moment === "during") this.#kill();
    return moment === "before";
  }

  #isHeldAfter(call: ProxiedCall): boolean {
    if (this.#stopped === undefined) return false;
    if (this.#stopped.call === call && this.#stopped.moment === "after") this.#kill();
    return true;
  }

  #noteSent({ params: [raw] }: ProxiedCall): void {
    const { nonce, to, data, from } = Transaction.from(raw as string);
    // An empty transfer to itself takes a nonce away from what L1 would revert.
    if (to === from && data === "0x") return;
    const actions = this.#sent.get(nonce) ?? new Map<string, string>();
    actions.set(`${to}${data}`, functionOf(data));
    this.#sent.set(nonce, actions);
  }
}

/** A call by its method, and what is sent by the function of the contract. */
function pointOf({ method, params: [raw] }: ProxiedCall): string {
  return method === SEND ? `send ${functionOf(Transaction.from(raw as string).data)}` : method;
}

function functionOf(data: string): string {
  return ROLLUP_INTERFACE.getFunction(data.slice(0, 10))?.name ?? "nothing";
}
