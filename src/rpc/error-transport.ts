/** Coded errors on the wire: a JSON-RPC error whose `data` holds code, facts and fix. */
import { z } from "zod";
import { isRollupError, RollupError } from "../util/errors.ts";
import { rpcError } from "./errors.ts";

/** JSON-RPC 2.0 error codes; a coded refusal uses one of the range left to servers. */
const JSON_RPC_CODES: { readonly [code: string]: number } = {
  RPC_METHOD_UNKNOWN: -32601,
  RPC_PARAMS_INVALID: -32602,
  RPC_METHOD_RESTRICTED: -32601,
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

/** Any error as JSON-RPC carries it. One without a code becomes RPC_FAILED. */
export function toJsonRpcError(method: string, error: unknown): JsonRpcErrorObject {
  const coded = isRollupError(error)
    ? error
    : rpcError({ code: "RPC_FAILED", method, reason: reasonOf(error) }, { cause: error });
  const { code, message, facts, sentence, fix } = coded;
  return {
    code: JSON_RPC_CODES[code] ?? REFUSED,
    message,
    data: { code, facts: encodeFacts(facts), sentence, fix },
  };
}

/**
 * The coded error in whatever a transport threw: the JSON-RPC error itself, or an error of ethers
 * or Hardhat around it. Undefined if there is none.
 */
export function fromJsonRpcError(thrown: unknown): RollupError | undefined {
  if (isRollupError(thrown)) return thrown;
  for (const candidate of unwrap(thrown)) {
    const parsed = dataSchema.safeParse(readData(candidate["data"]));
    if (!parsed.success) continue;
    const { code, facts, ...text } = parsed.data;
    return new RollupError({ ...decodeFacts(facts), code }, { text, cause: thrown });
  }
  return undefined;
}

/** Hardhat's JSON-RPC server drops objects in `data`, but lets a string in `data.data` pass. */
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

/** Facts as JSON; a bigint becomes `{ bigint: "…" }`, so that it is one again on the other side. */
function encodeFacts(facts: Candidate): Candidate {
  return JSON.parse(
    JSON.stringify(facts, (_name, value: unknown) =>
      typeof value === "bigint" ? { bigint: value.toString() } : value,
    ),
  ) as Candidate;
}

/** What an operator sends is not always what this file has encoded. */
const taggedSchema = z.object({ bigint: z.string().regex(/^-?\d{1,100}$/) }).strict();

function decodeFacts(facts: Candidate): Candidate {
  return JSON.parse(JSON.stringify(facts), (_name, value: unknown) => {
    const tagged = taggedSchema.safeParse(value);
    return tagged.success ? BigInt(tagged.data.bigint) : value;
  }) as Candidate;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
