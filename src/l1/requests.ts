/**
 * Requests to an L1 node with deadlines. Requests that only read are retried when the node is
 * overloaded, unreachable or silent.
 */
import type { ContractRunner, Provider, TransactionResponse } from "ethers";
import { withDeadline } from "../util/deadline.ts";
import { l1Error } from "./errors.ts";
import { isMisuse, isRevert, isTransient, reasonOf } from "./refusals.ts";

/** Limits of waiting for answers. */
export interface RequestLimits {
  /** Deadline of one answer. */
  readonly requestTimeoutMs: number;
  /** Maximum attempts of a request that only reads. */
  readonly requestsMax: number;
}

export const REQUEST_LIMITS: RequestLimits = { requestTimeoutMs: 20_000, requestsMax: 4 };

const BACKOFF_MS = 250;
const BACKOFF_FACTOR = 3;

/** JSON-RPC methods that only read, by the method of ethers that calls them. */
const READS: Readonly<Record<string, string>> = {
  call: "eth_call",
  estimateGas: "eth_estimateGas",
  getBalance: "eth_getBalance",
  getBlock: "eth_getBlockByNumber",
  getBlockNumber: "eth_blockNumber",
  getCode: "eth_getCode",
  getFeeData: "eth_gasPrice",
  getLogs: "eth_getLogs",
  getNetwork: "eth_chainId",
  getStorage: "eth_getStorageAt",
  getTransaction: "eth_getTransactionByHash",
  getTransactionCount: "eth_getTransactionCount",
  getTransactionReceipt: "eth_getTransactionReceipt",
};

/** The patient runners by original runner, and the other way round. */
const originals = new WeakMap<object, ContractRunner>();
const made = new WeakMap<object, ContractRunner>();

/**
 * Wraps a provider or signer so that its reads have deadlines and retries. Their errors are
 * L1_REQUEST_FAILED, unless L1 has reverted a call, and never contain the node's URL, because URLs
 * may contain keys.
 */
export function patientRunner<R extends ContractRunner>(
  runner: R,
  limits: RequestLimits = REQUEST_LIMITS,
): R {
  if (originals.has(runner)) return runner;
  const known = made.get(runner);
  if (known !== undefined) return known as R;
  const patient = new Proxy(runner, { get: (target, name) => read(target, name, limits) });
  originals.set(patient, runner);
  made.set(runner, patient);
  return patient;
}

/** Returns the runner inside of a {@link patientRunner}. */
export function originalRunner<R extends ContractRunner>(runner: R): R {
  return (originals.get(runner) ?? runner) as R;
}

function read(target: ContractRunner, name: string | symbol, limits: RequestLimits): unknown {
  const value: unknown = Reflect.get(target, name, target);
  // A provider's provider is the provider itself.
  if (name === "provider" && isRunner(value)) return patientRunner(value, limits);
  if (typeof value !== "function") return value;
  const method = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
  const request = typeof name === "string" ? READS[name] : undefined;
  if (request === undefined) return method;
  return (...args: unknown[]) =>
    patiently(request, () => method(...args) as Promise<unknown>, limits);
}

function isRunner(value: unknown): value is Provider {
  return typeof value === "object" && value !== null;
}

/**
 * Makes a request that only reads, with retries.
 *
 * @throws L1_REQUEST_FAILED, or the provider's error if L1 has reverted a call.
 */
async function patiently<T>(
  request: string,
  action: () => Promise<T>,
  { requestTimeoutMs, requestsMax }: RequestLimits,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withDeadline(action(), requestTimeoutMs);
    } catch (error) {
      if (isRevert(error) || isMisuse(error)) throw error;
      const mayRecover = isTransient(error);
      if (!mayRecover || attempt >= requestsMax) {
        const reason = reasonOf(error);
        throw l1Error({
          code: "L1_REQUEST_FAILED",
          request,
          attempts: attempt,
          reason,
          mayRecover,
        });
      }
      await sleep(BACKOFF_MS * BACKOFF_FACTOR ** (attempt - 1));
    }
  }
}

/** A provider that can send any JSON-RPC request. */
export interface RpcProvider {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

export function isRpcProvider(provider: Provider): provider is Provider & RpcProvider {
  return "send" in provider;
}

/** Returns which of several nodes answers, see `FailoverProvider`; always 0 for a single one. */
export function sourceOf(provider: Provider): number {
  const { generation } = originalRunner(provider) as { readonly generation?: number };
  return generation ?? 0;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Maximum lookups of a transaction, because a replica may not have it yet. */
const LOOKUPS_MAX = 4;

/** Reads a transaction that L1 has mined; undefined if the node does not have it. */
export async function readMinedTransaction(
  provider: Provider,
  hash: string,
): Promise<TransactionResponse | undefined> {
  for (let attempt = 1; ; attempt++) {
    const transaction = await provider.getTransaction(hash);
    if (transaction !== null) return transaction;
    if (attempt === LOOKUPS_MAX) return undefined;
    await sleep(BACKOFF_MS * BACKOFF_FACTOR ** (attempt - 1));
  }
}

/** Maximum concurrent requests, because nodes limit them. */
export const REQUESTS_MAX = 16;

/** Maps items in order, with at most `limit` calls at a time. */
export async function mapBounded<T, U>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<U>,
): Promise<U[]> {
  const results: U[] = [];
  for (let first = 0; first < items.length; first += limit) {
    results.push(...(await Promise.all(items.slice(first, first + limit).map(map))));
  }
  return results;
}
