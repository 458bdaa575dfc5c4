/** What can go wrong between a client and the operator. */
import { defineErrors } from "../util/errors.ts";

export type RpcErrorFacts =
  | { code: "RPC_METHOD_UNKNOWN"; method: string }
  | { code: "RPC_PARAMS_INVALID"; method: string; path: string; reason: string }
  | { code: "RPC_RESULT_INVALID"; method: string; path: string; reason: string }
  | { code: "RPC_FAILED"; method: string; reason: string };

export const rpcError = defineErrors<RpcErrorFacts>({
  RPC_METHOD_UNKNOWN: {
    message: ({ method }) => `There is no method ${method}.`,
    fix: "Call one of the rollup_* methods that docs/rpc.md lists.",
  },
  RPC_PARAMS_INVALID: {
    message: ({ method, path, reason }) =>
      `${method} can not take its parameter ${path}: ${reason}.`,
    fix: "Pass the parameters as docs/rpc.md describes them; integers beyond 2^53 as 0x-hex.",
  },
  RPC_RESULT_INVALID: {
    message: ({ method, path, reason }) =>
      `The answer to ${method} is not of the expected form at ${path}: ${reason}.`,
    fix: "Check that the endpoint is a rollup of the same version of hardhat-zkrollup.",
  },
  RPC_FAILED: {
    message: ({ method, reason }) => `${method} has failed on the operator's side: ${reason}.`,
    fix: "Look into the log of the operator; the call can be tried again.",
  },
});
