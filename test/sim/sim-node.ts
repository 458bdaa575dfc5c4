/**
 * The L1 node of the simulated operator: Hardhat's, but with its own limits on gas and bytes of a
 * transaction, sometimes behind L1, and with others who act just before a transaction is mined.
 */
import { Transaction } from "ethers";
import type { L1Limits } from "../../src/l1/gas.ts";
import type { Eip1193 } from "../helpers/faulty-provider.ts";

/** Limits from the minimum of a block to those of L1: gas of EIP-7825, bytes of a node's pool. */
export const GAS_LIMITS = [400_000, 1_500_000, 4_000_000, 16_777_216] as const;
export const BYTE_LIMITS = [1_500, 4_000, 16_000, 131_072 - 512] as const;

/** Bytes for signature, fees, addresses and lengths of a transaction. */
const ENVELOPE_BYTES = 512;
const POLL_MS = 2;

/** An act of others before a transaction is mined: in the L1 block before, or in the same one. */
export interface FrontRun {
  readonly isSameBlock: boolean;
  readonly act: () => Promise<unknown>;
}

type Call = Parameters<Eip1193["request"]>[0];

export class SimNode implements Eip1193 {
  /** Number of L1 blocks that it is behind. */
  lag = 0;
  /** Act before the next transaction is mined. */
  frontRun: FrontRun | undefined;
  /** Transactions refused for their size; the operator knows the limits, so there must be none. */
  readonly oversized: string[] = [];
  readonly #inner: Eip1193;
  readonly #limits: L1Limits;
  readonly #setTime: () => Promise<unknown>;

  /** @param setTime - Sets the time of the next L1 block. */
  constructor(inner: Eip1193, limits: L1Limits, setTime: () => Promise<unknown>) {
    this.#inner = inner;
    this.#limits = limits;
    this.#setTime = setTime;
  }

  async request(call: Call): Promise<unknown> {
    if (call.method === "eth_sendRawTransaction") return this.#take(call);
    return this.lag === 0 ? this.#inner.request(call) : this.#readBehind(call);
  }

  async #take(call: Call): Promise<unknown> {
    const raw = call.params![0] as string;
    this.#assertWithin(raw);
    const { frontRun } = this;
    this.frontRun = undefined;
    if (frontRun === undefined) return this.#inner.request(call);
    if (frontRun.isSameBlock) return this.#mineTogether(call, frontRun);
    await frontRun.act();
    await this.#setTime();
    return this.#inner.request(call);
  }

  /** Mines both in one block, in the order of arrival. */
  async #mineTogether(call: Call, { act }: FrontRun): Promise<unknown> {
    await this.#send("evm_setAutomine", [false]);
    const acting = { isOver: false };
    const action = act().finally(() => (acting.isOver = true));
    // The caller gets the error of a failed action below.
    action.catch(() => undefined);
    try {
      while (!acting.isOver && (await this.#pendingCount()) === 0) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      const answer = await this.#inner.request(call);
      await this.#setTime();
      await this.#send("evm_mine", []);
      return answer;
    } finally {
      await this.#send("evm_setAutomine", [true]);
      await action;
    }
  }

  async #pendingCount(): Promise<number> {
    const block = await this.#send("eth_getBlockByNumber", ["pending", false]);
    return (block as { transactions: unknown[] }).transactions.length;
  }

  #assertWithin(raw: string): void {
    const { gasMax, bytesMax } = this.#limits;
    const { gasLimit, data } = Transaction.from(raw);
    const bytes = raw.length / 2 - 1;
    const isTooLarge = bytes > bytesMax + ENVELOPE_BYTES;
    if (!isTooLarge && gasLimit <= BigInt(gasMax)) return;
    this.oversized.push(`${data.slice(0, 10)}: ${gasLimit} gas, ${bytes} bytes`);
    const message = isTooLarge
      ? `oversized data: transaction size ${bytes}, limit ${bytesMax + ENVELOPE_BYTES}`
      : `transaction gas limit too high (cap: ${gasMax}, tx: ${gasLimit})`;
    throw Object.assign(new Error(message), { code: -32_000 });
  }

  /** Answers like a node that has not seen the latest blocks. */
  async #readBehind(call: Call): Promise<unknown> {
    const { method, params = [] } = call;
    const latest = Number(await this.#send("eth_blockNumber", [])) - this.lag;
    const seen = `0x${Math.max(0, latest).toString(16)}`;
    if (method === "eth_blockNumber") return seen;
    const tagged = params.map((param) => (param === "latest" ? seen : param));
    const number = tagged.find((param) => typeof param === "string" && isNumber(param));
    if (number !== undefined && Number(number) > latest) {
      if (method === "eth_getBlockByNumber") return null;
      throw Object.assign(new Error("header not found"), { code: -32_000 });
    }
    return this.#inner.request({ method, params: tagged });
  }

  #send(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#inner.request({ method, params });
  }
}

/** An address or a hash is longer than the number of a block. */
function isNumber(param: string): boolean {
  return /^0x[0-9a-f]{1,12}$/.test(param);
}
