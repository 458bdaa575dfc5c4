/** Passes calls of clients on to L1, within limits. */
import { z } from "zod";
import { rpcError } from "../api/errors.ts";
import { firstIssue } from "../api/methods.ts";
import { withDeadline } from "../util/deadline.ts";
import { type L1MethodSet, LOG_BLOCKS_MAX, WALLET_L1_METHODS } from "./l1-methods.ts";
import { L1CallError } from "./public-errors.ts";
import type { RpcCaller } from "./answer.ts";
import { Gate } from "./gate.ts";

/**
 * Asks L1. It rejects with a ProviderError, as Hardhat's providers do, or an {@link L1CallError}
 * for an error that clients may see; any other rejection becomes RPC_FAILED.
 */
export type L1Request = (method: string, params: unknown[]) => Promise<unknown>;

export interface L1PassageOptions {
  readonly methods: L1MethodSet;
  /** Calls at L1 at a time; their answers, of any size, are in memory together. */
  readonly concurrentMax?: number;
  /** Calls that wait for their turn. */
  readonly waitingMax?: number;
  /** Time that L1 has for one call. */
  readonly deadlineMs?: number;
}

/** A number without leading zeros, or a tag. */
const blockSchema = z
  .string()
  .regex(/^(?:0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,15})|earliest|latest|pending|safe|finalized)$/);
const filterSchema = z.union([
  z.object({
    fromBlock: z.null().optional(),
    toBlock: z.null().optional(),
    blockHash: z.string().regex(/^0x[0-9a-fA-F]{64}$/),
  }),
  z.object({
    fromBlock: blockSchema.nullish(),
    toBlock: blockSchema.nullish(),
    blockHash: z.null().optional(),
  }),
]);
const providerErrorSchema = z.object({ name: z.literal("ProviderError"), code: z.number() });
/** Hardhat's provider itself has failed: L1 did not answer with JSON-RPC. */
const NO_ANSWER = -1;

export class L1Passage {
  readonly #request: L1Request;
  readonly #methods: L1MethodSet;
  readonly #gate: Gate;
  readonly #deadlineMs: number;

  constructor(request: L1Request, options: L1PassageOptions) {
    const { methods, concurrentMax = 16, waitingMax = 1_000, deadlineMs = 30_000 } = options;
    this.#request = request;
    this.#methods = methods;
    this.#gate = new Gate(concurrentMax, waitingMax);
    this.#deadlineMs = deadlineMs;
  }

  /**
   * @throws RPC_METHOD_UNKNOWN, RPC_L1_RANGE_TOO_WIDE, RPC_BUSY, RPC_L1_TIMEOUT, an L1CallError, or
   * the failure that kept L1 from answering
   */
  call(method: string, params: unknown[], { signal }: RpcCaller): Promise<unknown> {
    if (!this.#isPassed(method)) throw rpcError({ code: "RPC_METHOD_UNKNOWN", method });
    return this.#gate.run(async () => {
      signal.throwIfAborted();
      if (method === "eth_getLogs" && this.#methods !== "all") await this.#assertRange(params);
      return this.#ask(method, params);
    });
  }

  #isPassed(method: string): boolean {
    if (this.#methods === "all") return !method.startsWith("rollup_");
    return this.#methods === "wallet" && WALLET_L1_METHODS.includes(method);
  }

  #ask(method: string, params: unknown[]): Promise<unknown> {
    const seconds = this.#deadlineMs / 1_000;
    const answer = this.#request(method, params).catch(throwL1Error);
    const late = () => rpcError({ code: "RPC_L1_TIMEOUT", method, seconds });
    return withDeadline(answer, this.#deadlineMs, late);
  }

  /**
   * A block that some L1 node accepts and this function does not would pass without a limit.
   *
   * @throws RPC_L1_RANGE_TOO_WIDE, RPC_PARAMS_INVALID
   */
  async #assertRange([filter]: unknown[]): Promise<void> {
    const { data, error } = filterSchema.safeParse(filter);
    if (data === undefined) {
      throw rpcError({ code: "RPC_PARAMS_INVALID", method: "eth_getLogs", ...firstIssue(error) });
    }
    if (typeof data.blockHash === "string") return;
    const fromBlock = data.fromBlock ?? "latest";
    const toBlock = data.toBlock ?? "latest";
    if (fromBlock === toBlock) return;
    const isOpen = [fromBlock, toBlock].some((tag) => heightOf(tag) === undefined);
    const latest = isOpen ? heightOf((await this.#ask("eth_blockNumber", [])) as string) : 0n;
    const [first, last] = [fromBlock, toBlock].map((tag) => heightOf(tag) ?? latest ?? 0n);
    const blocks = last! - first! + 1n;
    if (blocks <= LOG_BLOCKS_MAX) return;
    const facts = { method: "eth_getLogs", blocks, maximum: LOG_BLOCKS_MAX };
    throw rpcError({ code: "RPC_L1_RANGE_TOO_WIDE", ...facts });
  }
}

/** @returns Undefined for a tag that moves with the chain, such as `latest` or `safe`. */
function heightOf(tag: string): bigint | undefined {
  if (tag === "earliest") return 0n;
  return tag.startsWith("0x") ? BigInt(tag) : undefined;
}

/** L1's own errors are the client's to see; others may name L1's address. */
function throwL1Error(error: unknown): never {
  const parsed = providerErrorSchema.safeParse(error);
  if (!parsed.success || parsed.data.code === NO_ANSWER) throw error;
  const { message, data } = error as Error & { data?: unknown };
  throw new L1CallError(parsed.data.code, message, data);
}
