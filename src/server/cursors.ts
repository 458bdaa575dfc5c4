/** The cursors of lists, as clients give them. */
import { rpcError } from "../api/errors.ts";
import type { RpcMethod } from "../api/methods.ts";

/** Reads a cursor that is a number. @throws RPC_PARAMS_INVALID for one that is none. */
export function readIndex(method: RpcMethod, cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw cursorInvalid(method);
}

export function cursorInvalid(method: RpcMethod): Error {
  const reason = "expected the cursor of a page";
  return rpcError({ code: "RPC_PARAMS_INVALID", method, path: "cursor", reason });
}
