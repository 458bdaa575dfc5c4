/** Links client and operator by JSON-RPC in memory; all values pass as JSON text. */
import type { Operator } from "../../src/operator/operator.ts";
import { createRpcClient, type JsonRpcRequest, type RpcClient } from "../../src/api/client.ts";
import { toJsonRpcError } from "../../src/api/error-transport.ts";
import { createRpcHandler } from "../../src/server/handler.ts";

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Creates a transport that rejects with the plain JSON-RPC error object. */
export function createJsonRpcRequest(operator: Operator): JsonRpcRequest {
  const handle = createRpcHandler(operator);
  return async (method, params) => {
    try {
      return overTheWire(await handle(method, overTheWire(params)));
    } catch (error) {
      throw overTheWire(toJsonRpcError(method, error));
    }
  };
}

export function createLinkedClient(operator: Operator): RpcClient {
  return createRpcClient(createJsonRpcRequest(operator));
}
