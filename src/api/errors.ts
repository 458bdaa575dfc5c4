/** What can go wrong between a client and the operator. */
import { defineErrors } from "../util/errors.ts";

export type RpcErrorFacts =
  | { code: "RPC_METHOD_UNKNOWN"; method: string }
  | { code: "RPC_PARAMS_INVALID"; method: string; path: string; reason: string }
  | { code: "RPC_RESULT_INVALID"; method: string; path: string; reason: string }
  | { code: "RPC_FAILED"; method: string; reason: string }
  | { code: "RPC_METHOD_RESTRICTED"; method: string }
  | { code: "RPC_BATCH_TOO_LONG"; length: number; maximum: number }
  | { code: "RPC_ANSWER_TOO_LARGE"; method: string; maximumBytes: number }
  | { code: "RPC_RATE_LIMITED"; retryAfterSeconds: number }
  | { code: "RPC_BUSY"; what: string; maximum: number }
  | { code: "RPC_L1_RANGE_TOO_WIDE"; method: string; blocks: bigint; maximum: number }
  | { code: "RPC_L1_TIMEOUT"; method: string; seconds: number }
  | { code: "RPC_NOT_FOUND"; path: string }
  | { code: "RPC_CURSOR_GONE"; cursor: string }
  | { code: "RPC_READ_ONLY"; method: string }
  | { code: "RPC_WITHOUT_GAS"; method: string }
  | { code: "RPC_CALL_UNSUPPORTED"; to: string; data: string }
  | { code: "RPC_STATE_NOT_KEPT"; block: string; first: number; last: number }
  | { code: "RPC_RANGE_TOO_WIDE"; method: string; blocks: number; maximum: number }
  | { code: "RPC_ANSWER_INVALID"; method: string; status: number }
  | { code: "CONNECTION_FAILED"; method: string; reason: string }
  | { code: "CONNECTION_TIMEOUT"; method: string; milliseconds: number }
  | { code: "ABORTED" };

export const rpcError = defineErrors<RpcErrorFacts>({
  RPC_METHOD_UNKNOWN: {
    message: ({ method }) => `There is no method ${method}.`,
    fix: "Call one of docs/rpc.md, at the path /eth one of docs/ethereum.md, or L1 itself.",
  },
  RPC_PARAMS_INVALID: {
    message: ({ method, path, reason }) =>
      `${method} does not take its parameter ${path}: ${reason}.`,
    fix: "Pass the parameters as docs/rpc.md describes them; integers beyond 2^53 as 0x-hex.",
  },
  RPC_RESULT_INVALID: {
    message: ({ method, path, reason }) =>
      `The answer to ${method} is not of the expected form at ${path}: ${reason}.`,
    fix: "Check that the endpoint is a rollup of the same version of hardhat-zkrollup.",
  },
  RPC_FAILED: {
    message: ({ method, reason }) => `${method} failed on the operator's side: ${reason}.`,
    fix: "Look into the log of the operator, and try the call again.",
  },
  RPC_METHOD_RESTRICTED: {
    message: ({ method }) =>
      `${method} is for the person who runs the operator, and this port is public.`,
    fix: "Wait for the operator, which processes blocks by itself, or use its --admin-port.",
  },
  RPC_BATCH_TOO_LONG: {
    message: ({ length, maximum }) =>
      `The request has ${length} calls; at most ${maximum} are answered together.`,
    fix: "Send the calls in several requests.",
  },
  RPC_ANSWER_TOO_LARGE: {
    message: ({ method, maximumBytes }) =>
      `The answer to ${method} would make the response longer than ${maximumBytes} bytes.`,
    fix: "Ask for less: fewer L1 blocks, fewer calls in a request, or one call at a time.",
  },
  RPC_RATE_LIMITED: {
    message: ({ retryAfterSeconds }) =>
      `This address has used up its rate; it recovers in ${retryAfterSeconds} s.`,
    fix: "Wait for that time; the person who runs the operator sets the rate with --rate-limit.",
  },
  RPC_BUSY: {
    message: ({ what, maximum }) => `At most ${maximum} ${what} are served at a time.`,
    fix: "Try again in a moment; rollup_getReceipt answers the stage of a transaction without waiting.",
  },
  RPC_L1_RANGE_TOO_WIDE: {
    message: ({ method, blocks, maximum }) =>
      `${method} asks for ${blocks} L1 blocks, and this port passes on at most ${maximum}.`,
    fix: "Ask for a narrower range of blocks, or ask an L1 node itself.",
  },
  RPC_NOT_FOUND: {
    message: ({ path }) => `There is nothing at ${path}.`,
    fix: "Check the path against /v1/openapi.json, and the number, hash or address in it.",
  },
  RPC_CURSOR_GONE: {
    message: ({ cursor }) => `What follows the cursor ${cursor} is not kept.`,
    fix: "Begin again without a cursor: read the present state, or the list from its first page.",
  },
  RPC_READ_ONLY: {
    message: ({ method }) => `${method} signs or sends, and the path /eth only answers questions.`,
    fix: "Use RollupWallet of hardhat-zkrollup/sdk: transactions of L2 have a form of their own.",
  },
  RPC_WITHOUT_GAS: {
    message: ({ method }) => `${method} is about gas, which L2 does not have.`,
    fix: "Ask for a fee: rollup_getFee, or estimateFee of RollupProvider.",
  },
  RPC_CALL_UNSUPPORTED: {
    message: ({ to, data }) =>
      `L2 runs no contracts, and has no answer to the call ${data} of ${to}.`,
    fix: "Call balanceOf, decimals or symbol of a listed token at its L1 address, or ask L1.",
  },
  RPC_STATE_NOT_KEPT: {
    message: ({ block, first, last }) =>
      `The state after block ${block} is not there: those of blocks ${first} to ${last} are kept.`,
    fix: "Ask for latest, safe, finalized or pending, or for a block that is kept.",
  },
  RPC_RANGE_TOO_WIDE: {
    message: ({ method, blocks, maximum }) =>
      `${method} is asked for ${blocks} blocks, and answers for ${maximum} at a time.`,
    fix: "Ask for a range of blocks after the other.",
  },
  RPC_L1_TIMEOUT: {
    message: ({ method, seconds }) => `L1 did not answer ${method} within ${seconds} s.`,
    fix: "Try again later; if it persists, the operator's L1 node has a problem.",
  },
  RPC_ANSWER_INVALID: {
    message: ({ method, status }) =>
      `The answer to ${method} is no JSON-RPC; its HTTP status is ${status}.`,
    fix: "Check the URL: it is that of a devnet or of an operator's port, not of a web page.",
  },
  CONNECTION_FAILED: {
    message: ({ method, reason }) => `The node was not reached for ${method} (${reason}).`,
    fix: "Check that the node runs and that its URL is right; a submission may be sent again.",
  },
  CONNECTION_TIMEOUT: {
    message: ({ method, milliseconds }) =>
      `The node did not answer ${method} within ${milliseconds} ms.`,
    fix: "Try again, or pass a larger timeoutMs; a submission may be sent again.",
  },
  ABORTED: {
    message: () => "The caller does not want this any more.",
    fix: "Nothing is wrong: the signal was aborted, or the connection closed.",
  },
});
