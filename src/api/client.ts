/** The client of the `rollup_*` methods, over any JSON-RPC transport. */
import type { z } from "zod";
import { toJson } from "../util/json.ts";
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
  return {
    async call(method, ...params) {
      const answer = await send(request, method, toJson(params) as unknown[]);
      const schema: ResultSchema<typeof method> = RPC_METHODS[method].result;
      const parsed = schema.safeParse(answer);
      if (parsed.success) return parsed.data;
      throw rpcError({ code: "RPC_RESULT_INVALID", method, ...firstIssue(parsed.error) });
    },
  };
}

async function send(request: JsonRpcRequest, method: string, params: unknown[]): Promise<unknown> {
  try {
    return await request(method, params);
  } catch (thrown) {
    throw fromJsonRpcError(thrown) ?? thrown;
  }
}
