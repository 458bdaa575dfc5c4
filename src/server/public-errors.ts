/**
 * Errors for strangers: an error with a code keeps code and words, an error of L1 keeps its own,
 * and any other becomes RPC_FAILED with an id that is in the operator's log. None has a stack
 * trace, a file path or a network address.
 */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Logger } from "../operator/logger.ts";
import { isRollupError } from "../util/errors.ts";
import { keccak } from "../util/keccak.ts";
import { toJsonRpcError } from "../api/error-transport.ts";
import { rpcError } from "../api/errors.ts";

/**
 * A JSON-RPC error of L1 that clients may see: an {@link L1Request} rejects with it.
 *
 * @example
 * const error = new L1CallError(3, "execution reverted", "0x");
 * error.code; // 3
 */
export class L1CallError extends Error {
  /** Code of JSON-RPC, an integer. */
  readonly code: number;
  /** Data of the error, such as that of a revert in 0x-hex; undefined if there is none. */
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The `error` of a JSON-RPC answer. */
export interface PublicError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Of one text in an error: revert data of contracts is longer than any sentence. */
const TEXT_CHARACTERS_MAX = 500;
const DATA_CHARACTERS_MAX = 20_000;
const DEPTH_MAX = 6;
const ITEMS_MAX = 100;

/** Each pattern takes linear time, as clients choose the text. */
const URL_PATTERN = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'`<>]+/gi;
const PRIVATE_PATTERNS = [
  URL_PATTERN,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g,
  /\[(?=[^\]]{0,45}:)[0-9a-f:.]{2,45}\](?::\d{1,5})?/gi,
  /(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}:\d{2,5}(?!\w)/g,
  /(?<![\w.}])(?:[A-Za-z]:)?(?:[\\/][\w.@~+-]+){2,}/g,
];
const STACK_LINES = /\n\s+at [^\n]*/g;
const REDACTED = "[…]";

/** A text without network addresses, file paths and stack traces, and of bounded length. */
export function redact(text: string): string {
  if (/^0x[0-9a-fA-F]*$/.test(text)) return text.slice(0, DATA_CHARACTERS_MAX);
  const cut = text.slice(0, TEXT_CHARACTERS_MAX).replaceAll(STACK_LINES, "");
  return PRIVATE_PATTERNS.reduce((rest, pattern) => rest.replaceAll(pattern, REDACTED), cut);
}

/** A text for the log: a URL may hold the key of an L1 provider. */
function redactUrls(text: string): string {
  return text.replaceAll(URL_PATTERN, REDACTED);
}

/** @returns What JSON-RPC carries, with its strings redacted and its size bounded. */
function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH_MAX) return REDACTED;
  if (Array.isArray(value)) {
    return value.slice(0, ITEMS_MAX).map((item) => redactValue(item, depth + 1));
  }
  const entries = Object.entries(value)
    .filter(([name]) => !/^stack/i.test(name))
    .slice(0, ITEMS_MAX);
  return Object.fromEntries(entries.map(([name, field]) => [name, redactValue(field, depth + 1)]));
}

/** Maximum number of failures that are remembered, so that each is logged once. */
const FAILURES_MAX = 1_000;

/**
 * @param logger - Log sink for each unknown error, once, with the id that clients get.
 * @returns A function that turns any error into one for strangers.
 */
export function createPublicErrors(
  logger: Pick<Logger, "error">,
): (method: string, error: unknown) => PublicError {
  const logged = new Set<string>();
  const log = (method: string, error: unknown): string => {
    const text = redactUrls(error instanceof Error ? describe(error) : String(error));
    const id = keccak(utf8ToBytes(text)).toString(16).padStart(64, "0").slice(0, 8);
    // A client that has left is no failure of the operator.
    const isUnwanted = error instanceof Error && error.name === "AbortError";
    if (!isUnwanted && !logged.has(id)) {
      if (logged.size >= FAILURES_MAX) logged.clear();
      logged.add(id);
      logger.error(`failure ${id} of ${redact(method)}: ${text}`);
    }
    return id;
  };
  return (method, error) => {
    if (error instanceof L1CallError) {
      const { code, message, data } = error;
      return {
        code,
        message: redact(message),
        ...(data !== undefined && { data: redactValue(data) }),
      };
    }
    const coded = isRollupError(error)
      ? error
      : rpcError({ code: "RPC_FAILED", method, reason: `see failure ${log(method, error)} there` });
    return redactValue(toJsonRpcError(method, coded)) as PublicError;
  };
}

/** An error with those that caused it. */
function describe(error: Error): string {
  const { cause, stack = String(error) } = error;
  return cause instanceof Error ? `${stack}\ncaused by ${describe(cause)}` : stack;
}
