/**
 * A connection to L1 that fails like real ones: it wraps any EIP-1193 provider, forwards requests,
 * and applies the configured faults.
 *
 * @example
 * const faulty = new FaultyProvider(chain.provider);
 * const wallet = new Wallet(key, faulty.ethers);
 * faulty.set({ kind: "lose", methods: ["eth_sendRawTransaction"], times: 1 });
 */
import { type JsonRpcApiProvider, keccak256 } from "ethers";
import { type Eip1193, EthersProvider, type RpcCall } from "../../src/l1/eip1193.ts";

export type { Eip1193 } from "../../src/l1/eip1193.ts";

/** An error of a provider. */
export interface NodeError {
  readonly message: string;
  /** Code of JSON-RPC. */
  readonly code?: number;
  /** Status of HTTP. */
  readonly statusCode?: number;
}

/** The requests that a fault affects. */
interface Aim {
  /** Methods; default: all. */
  readonly methods?: readonly string[];
  /** Number of requests; default: all. */
  readonly times?: number;
  /** Condition on a request's parameters; default: none. */
  readonly when?: (params: readonly unknown[]) => boolean;
}

export type Fault = Aim &
  (
    | /** The node never sees the request. */ { readonly kind: "fail"; readonly error: NodeError }
    | /** The node executes the request, and its answer is lost. */ { readonly kind: "lose" }
    | /** The node never sees the request, and no answer comes. */ { readonly kind: "hang" }
    | /** The node answers, and drops the transaction. */ { readonly kind: "drop" }
    | /** The node returns null. */ { readonly kind: "null" }
    | /** The node returns another answer. */ {
        readonly kind: "answer";
        readonly answer: (params: readonly unknown[]) => unknown;
      }
    | { readonly kind: "delay"; readonly ms: number }
    | /** Limits of eth_getLogs. */ {
        readonly kind: "logs";
        readonly blocksMax?: number;
        readonly resultsMax?: number;
        readonly error: NodeError;
      }
  );

export const BAD_GATEWAY: NodeError = { message: "bad gateway", statusCode: 502 };
export const RATE_LIMITED: NodeError = { message: "Too Many Requests", statusCode: 429 };
export const RESET: NodeError = { message: "read ECONNRESET" };

export class FaultyProvider implements Eip1193 {
  readonly ethers: JsonRpcApiProvider;
  /** Requests so far, by method. */
  readonly counts = new Map<string, number>();
  readonly #inner: Eip1193;
  #faults: { readonly fault: Fault; left: number }[] = [];

  constructor(inner: Eip1193, chainId = 31_337) {
    this.#inner = inner;
    this.ethers = new EthersProvider(this, chainId);
  }

  /** Replaces all faults; the first that matches a request applies to it. */
  set(...faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ fault, left: fault.times ?? Infinity }));
  }

  async request(call: RpcCall): Promise<unknown> {
    const { method, params = [] } = call;
    this.counts.set(method, (this.counts.get(method) ?? 0) + 1);
    const fault = this.#faultFor(method, params);
    switch (fault?.kind) {
      case "fail":
        throw toError(fault.error);
      case "lose":
        await this.#inner.request(call);
        throw toError(RESET);
      case "hang":
        return new Promise(() => undefined);
      case "drop":
        return keccak256(params[0] as string);
      case "null":
        return null;
      case "answer":
        return fault.answer(params);
      case "delay":
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        return this.#inner.request(call);
      case "logs":
        return this.#readLogs(fault, call);
      case undefined:
        return this.#inner.request(call);
    }
  }

  async #readLogs(fault: Fault & { kind: "logs" }, call: Parameters<Eip1193["request"]>[0]) {
    const { blocksMax = Infinity, resultsMax = Infinity, error } = fault;
    const { fromBlock, toBlock } = call.params![0] as { fromBlock: string; toBlock: string };
    if (Number(toBlock) - Number(fromBlock) + 1 > blocksMax) throw toError(error);
    const logs = (await this.#inner.request(call)) as unknown[];
    if (logs.length > resultsMax) throw toError(error);
    return logs;
  }

  #faultFor(method: string, params: readonly unknown[]): Fault | undefined {
    const entry = this.#faults.find(({ fault: { methods, when, kind }, left }) => {
      if (left === 0 || (kind === "logs" && method !== "eth_getLogs")) return false;
      return (methods?.includes(method) ?? true) && (when?.(params) ?? true);
    });
    if (entry === undefined) return undefined;
    entry.left--;
    return entry.fault;
  }
}

function toError({ message, ...codes }: NodeError): Error {
  return Object.assign(new Error(message), codes);
}
