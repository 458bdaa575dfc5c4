/** Adds a rollup to each connection, answers `rollup_*`, and lets L2 follow the snapshots of L1. */
import type { NetworkHooks } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";
import { LazyRollup } from "../rollup/lazy-rollup.ts";

type Next = (request: JsonRpcRequest) => Promise<JsonRpcResponse>;

async function answerCall(
  rollup: LazyRollup,
  request: JsonRpcRequest,
  next: Next,
): Promise<JsonRpcResponse> {
  const { id, method, params } = request;
  try {
    const answer = rollup.answer(method, params);
    if (answer === undefined) return await next(request);
    return { jsonrpc: "2.0", id, result: await answer };
  } catch (error) {
    const { toJsonRpcError } = await import("../../api/error-transport.ts");
    const { code, message, data } = toJsonRpcError(method, error);
    // Hardhat's server replaces `data` by its own object, which keeps only a string.
    const forServer = { ...data, data: JSON.stringify(data) };
    return { jsonrpc: "2.0", id, error: { code, message, data: forServer } };
  }
}

async function takeSnapshot(rollup: LazyRollup, request: JsonRpcRequest, next: Next) {
  return rollup.exclusively(async () => {
    const response = await next(request);
    if ("result" in response && typeof response.result === "string") {
      rollup.saveSnapshot(response.result);
    }
    return response;
  });
}

async function revert(rollup: LazyRollup, request: JsonRpcRequest, next: Next) {
  return rollup.exclusively(async () => {
    const response = await next(request);
    const id: unknown = Array.isArray(request.params) ? request.params[0] : undefined;
    if ("result" in response && response.result === true && typeof id === "string") {
      rollup.revertToSnapshot(id);
    }
    return response;
  });
}

function createHandlers(): Partial<NetworkHooks> {
  const rollups = new WeakMap<object, LazyRollup>();
  return {
    async newConnection(context, next) {
      const connection = await next(context);
      const rollup = new LazyRollup(context, connection as NetworkConnection);
      rollups.set(connection, rollup);
      connection.rollup = rollup;
      return connection;
    },

    onRequest(context, connection, request, next) {
      const pass: Next = (passed) => next(context, connection, passed);
      const rollup = rollups.get(connection);
      if (rollup === undefined) return pass(request);
      if (request.method.startsWith("rollup_")) return answerCall(rollup, request, pass);
      if (request.method === "evm_snapshot") return takeSnapshot(rollup, request, pass);
      if (request.method === "evm_revert") return revert(rollup, request, pass);
      return pass(request);
    },

    async closeConnection(context, connection, next) {
      await rollups.get(connection)?.close();
      await next(context, connection);
    },
  };
}

export default () => Promise.resolve(createHandlers());
