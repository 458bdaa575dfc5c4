/** The client of the `rollup_*` methods, over any JSON-RPC transport. */
import type { z } from "zod";
import { toJson } from "../util/json.ts";
import { type Abort, assertWanted, untilAbort } from "./abort.ts";
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
  return createClient(request, undefined);
}

function createClient(request: AbortableRequest, signal: Abort | undefined): RpcClient {
  return {
    until: (other) => createClient(request, other),
    async call(method, ...params) {
      assertWanted(signal);
      const answer = await untilAbort(
        send(request, method, toJson(params) as unknown[], signal),
        signal,
      );
      const schema: ResultSchema<typeof method> = RPC_METHODS[method].result;
      const parsed = schema.safeParse(answer);
      if (parsed.success) return parsed.data;
      throw rpcError({ code: "RPC_RESULT_INVALID", method, ...firstIssue(parsed.error) });
    },
  };
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
