/** The answer to the body of a JSON-RPC request, call or batch, in a bounded number of bytes. */
import { z } from "zod";
import { rpcError } from "../api/errors.ts";
import type { PublicError } from "./public-errors.ts";
import type { HeldByRequest } from "./held-bytes.ts";
import type { RpcLimits } from "./limits.ts";

/** Who calls, and until when the answer is wanted. */
export interface RpcCaller {
  /** The address, see `clientOf`. */
  readonly client: string;
  /** Aborted when the client has left, or its answer has reached the limit of bytes. */
  readonly signal: AbortSignal;
}

/** Answers one call. The server redacts what it rejects with. */
export type RpcRequest = (method: string, params: unknown[], caller: RpcCaller) => Promise<unknown>;

export interface AnswerParts {
  readonly request: RpcRequest;
  readonly toError: (method: string, error: unknown) => PublicError;
  readonly limits: RpcLimits;
}

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

const callSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number(), z.null()]).default(null),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
type Call = z.output<typeof callSchema>;

/** The calls of a request in order; undefined in the place of what is no call. */
export interface Calls {
  readonly calls: readonly (Call | undefined)[];
  readonly isBatch: boolean;
}

/** @returns The calls, or the whole answer if there are none. */
export function readCalls(body: string, { limits, toError }: Omit<AnswerParts, "request">) {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return failure(null, { code: PARSE_ERROR, message: "The body is not JSON." });
  }
  const isBatch = Array.isArray(parsed);
  const values: readonly unknown[] = isBatch ? (parsed as unknown[]) : [parsed];
  const { length } = values;
  if (length === 0) {
    return failure(null, { code: INVALID_REQUEST, message: "The batch is empty." });
  }
  const maximum = limits.batchCallsMax;
  if (length > maximum) {
    const error = rpcError({ code: "RPC_BATCH_TOO_LONG", length, maximum });
    return failure(null, toError("", error));
  }
  return { isBatch, calls: values.map((value) => readCall(value, limits)) } satisfies Calls;
}

function readCall(value: unknown, { paramsDepthMax }: RpcLimits): Call | undefined {
  const { data } = callSchema.safeParse(value);
  return data === undefined || isDeeper(data.params, paramsDepthMax) ? undefined : data;
}

/** Whether a value has more levels of nesting. */
export function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((part) => isDeeper(part, depth - 1));
}

/**
 * Answers all calls concurrently. An answer over the limit becomes an error of its call, and so do
 * the answers that are not ready then.
 *
 * @param held - Account of the bytes held; an answer without room is refused.
 */
export async function answerCalls(
  { calls, isBatch }: Calls,
  parts: AnswerParts,
  held: HeldByRequest,
  { client, signal }: RpcCaller,
): Promise<string> {
  const { answerBytesMax: maximumBytes, heldBytesMax } = parts.limits;
  const full = new AbortController();
  const caller = { client, signal: AbortSignal.any([signal, full.signal]) };
  let bytes = 0;
  const room = () => maximumBytes - bytes;
  const answers = calls.map(async (call) => {
    if (call === undefined) return NO_CALL;
    const { id, method } = call;
    const tooLarge = () => rpcError({ code: "RPC_ANSWER_TOO_LARGE", method, maximumBytes });
    try {
      const answer = await answerCall(call, parts.request, caller, room);
      const size = answer === undefined ? Infinity : Buffer.byteLength(answer);
      if (answer === undefined || size > room()) {
        full.abort();
        throw tooLarge();
      }
      bytes += size;
      if (held.take(size)) return answer;
      throw rpcError({ code: "RPC_BUSY", what: "bytes of answers", maximum: heldBytesMax });
    } catch (error) {
      return failure(id, parts.toError(method, full.signal.aborted ? tooLarge() : error));
    }
  });
  const texts = await Promise.all(answers);
  return isBatch ? `[${texts.join(",")}]` : texts[0]!;
}

/**
 * @param room - Returns the bytes that the answer may have.
 * @returns Undefined if the result alone has more.
 */
async function answerCall(
  { id, method, params }: Call,
  request: RpcRequest,
  caller: RpcCaller,
  room: () => number,
): Promise<string | undefined> {
  caller.signal.throwIfAborted();
  const result = (await request(method, params, caller)) ?? null;
  if (typeof result === "string" && result.length > room()) return undefined;
  try {
    return JSON.stringify({ jsonrpc: "2.0", id, result });
  } catch (error) {
    // The result is longer than the longest string.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The text of an answer that is an error. */
export function failure(id: string | number | null, error: PublicError): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error });
}

const NO_CALL = failure(null, {
  code: INVALID_REQUEST,
  message: "This is no JSON-RPC 2.0 call.",
});
