/** Coded errors on the wire: a JSON-RPC error whose `data` holds code, facts and fix. */
import { z } from "zod";
import { isRollupError, RollupError } from "../util/errors.ts";
import { fromTaggedJson, toTaggedJson } from "../util/json.ts";
import { rpcError } from "./errors.ts";

/**
 * Codes of JSON-RPC 2.0 and EIP-1474; a refusal with a code of ours takes one from the range for
 * servers.
 */
const JSON_RPC_CODES: { readonly [code: string]: number } = {
  RPC_METHOD_UNKNOWN: -32601,
  RPC_PARAMS_INVALID: -32602,
  RPC_METHOD_RESTRICTED: -32601,
  RPC_READ_ONLY: -32004,
  RPC_WITHOUT_GAS: -32004,
  RPC_BATCH_TOO_LONG: -32600,
  RPC_FAILED: -32603,
  RPC_RATE_LIMITED: -32005,
  RPC_BUSY: -32005,
};
const REFUSED = -32000;

export interface JsonRpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data: {
    readonly code: string;
    readonly facts: { readonly [fact: string]: unknown };
    readonly sentence: string;
    readonly fix: string;
  };
}

const dataSchema = z.object({
  code: z.string(),
  facts: z.record(z.unknown()),
  sentence: z.string(),
  fix: z.string(),
});

/** An error as JSON-RPC carries it; one without a code becomes RPC_FAILED. */
export function toJsonRpcError(method: string, error: unknown): JsonRpcErrorObject {
  const coded = isRollupError(error)
    ? error
    : rpcError({ code: "RPC_FAILED", method, reason: reasonOf(error) }, { cause: error });
  const { code, message, facts, sentence, fix } = coded;
  return {
    code: JSON_RPC_CODES[code] ?? REFUSED,
    message,
    data: { code, facts: toTaggedJson(facts) as Candidate, sentence, fix },
  };
}

/**
 * The coded error inside an error of a transport: the JSON-RPC error itself, or an error of ethers
 * or Hardhat around it.
 *
 * @returns Undefined if there is none.
 */
export function fromJsonRpcError(thrown: unknown): RollupError | undefined {
  if (isRollupError(thrown)) return thrown;
  for (const candidate of unwrap(thrown)) {
    const parsed = dataSchema.safeParse(readData(candidate["data"]));
    if (!parsed.success) continue;
    const { code, facts, ...text } = parsed.data;
    return new RollupError(
      { ...(fromTaggedJson(facts) as Candidate), code },
      { text, cause: thrown },
    );
  }
  return undefined;
}

/** Hardhat's JSON-RPC server drops objects in `data`, but passes a string in `data.data`. */
function readData(data: unknown): unknown {
  const text = z.object({ data: z.string() }).safeParse(data).data?.data;
  if (text === undefined || !text.startsWith("{")) return data;
  try {
    return JSON.parse(text);
  } catch {
    return data;
  }
}

type Candidate = { readonly [name: string]: unknown };

/** The thrown object and those nested where ethers, Hardhat and JSON-RPC clients keep theirs. */
function unwrap(thrown: unknown): Candidate[] {
  const found: Candidate[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || depth > 4) return;
    const candidate = value as Candidate;
    found.push(candidate);
    for (const name of ["error", "info", "cause"]) visit(candidate[name], depth + 1);
  };
  visit(thrown, 0);
  return found;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
