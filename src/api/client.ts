/** The client of the `rollup_*` methods, over any JSON-RPC transport. */
import type { z } from "zod";
import { toJson } from "../util/json.ts";
import { type Abort, assertWanted, joinAborts, untilAbort } from "./abort.ts";
import { fromJsonRpcError } from "./error-transport.ts";
import { rpcError } from "./errors.ts";
import {
  firstIssue,
  RPC_METHODS,
  type RpcMethod,
  type RpcParams,
  type RpcResult,
} from "./methods.ts";

type ResultSchema<M extends RpcMethod> = z.ZodType<RpcResult<M>, z.ZodTypeDef, unknown>;

/** Sends one JSON-RPC call; resolves with its `result`, or rejects with its error. */
export type JsonRpcRequest = (method: string, params: unknown[]) => Promise<unknown>;

/** A {@link JsonRpcRequest} that ends early when a signal is aborted. */
export type AbortableRequest = (
  method: string,
  params: unknown[],
  signal?: Abort,
) => Promise<unknown>;

export interface RpcClient {
  /**
   * Calls a method of the operator and decodes its result.
   *
   * @param method - One of docs/rpc.md.
   * @param params - Its parameters; integers as bigint where docs/rpc.md says Quantity.
   * @returns The decoded result, with quantities as bigint.
   * @throws The coded error that the operator answered with, RPC_RESULT_INVALID, or the error of
   * the transport.
   */
  call<M extends RpcMethod>(method: M, ...params: RpcParams<M>): Promise<RpcResult<M>>;
  /**
   * Makes a client whose calls end when a signal is aborted, with ABORTED.
   *
   * @param signal - An `AbortSignal`.
   * @returns The client.
   */
  until?(signal: Abort): RpcClient;
}

/**
 * Creates a client of the `rollup_*` methods.
 *
 * @param request - The transport, such as `(method, params) => provider.send(method, params)`.
 * @returns The client; it holds no connection of its own.
 *
 * @example
 * const client = createRpcClient((method, params) => ethers.provider.send(method, params));
 * const { chainId } = await client.call("rollup_getConfig");
 * chainId; // 31337n
 */
export function createRpcClient(request: JsonRpcRequest): RpcClient {
  return createClient(request, []);
}

function createClient(request: AbortableRequest, signals: readonly Abort[]): RpcClient {
  return {
    until: (signal) => createClient(request, [...signals, signal]),
    async call(method, ...params) {
      const { signal, stop } = joinAborts(...signals);
      try {
        assertWanted(signal);
        const sent = send(request, method, toJson(params) as unknown[], signal);
        return readResult(method, await untilAbort(sent, signal));
      } finally {
        stop();
      }
    },
  };
}

/** @throws RPC_RESULT_INVALID */
function readResult<M extends RpcMethod>(method: M, answer: unknown): RpcResult<M> {
  const schema: ResultSchema<M> = RPC_METHODS[method].result;
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw rpcError({ code: "RPC_RESULT_INVALID", method, ...firstIssue(parsed.error) });
}

/** A client whose calls end with a signal, also one that knows no signals. */
export function untilOf(client: RpcClient, signal: Abort | undefined): RpcClient {
  if (signal === undefined) return client;
  return (
    client.until?.(signal) ?? {
      call: async (method, ...params) => {
        assertWanted(signal);
        return untilAbort(client.call(method, ...params), signal);
      },
    }
  );
}

async function send(
  request: AbortableRequest,
  method: string,
  params: unknown[],
  signal: Abort | undefined,
): Promise<unknown> {
  try {
    return await (signal === undefined ? request(method, params) : request(method, params, signal));
  } catch (thrown) {
    throw fromJsonRpcError(thrown) ?? thrown;
  }
}
