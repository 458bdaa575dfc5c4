/**
 * Classifies errors of nodes and providers. Most have no standard, so the patterns follow the words
 * of geth, erigon, nethermind, besu, Hardhat, and of the large providers.
 */
import { isError, isHexString } from "ethers";
import { isRollupError } from "../util/errors.ts";

/** Providers nest the answer of the node under these names, in any order. */
const WRAPPERS = ["data", "error", "info", "cause", "response", "body", "responseBody"] as const;
const TEXTS = ["shortMessage", "message", "responseStatus", "statusMessage"] as const;
/** Text of ethers for every failed eth_call without data, even if the node has not run it. */
const ETHERS_GUESS = "missing revert data";
const CODES = ["code", "status", "statusCode"] as const;
const NESTING_MAX = 6;
const SELECTOR_HEX_LENGTH = 10;
/** Revert data of a contract that returns none, such as a token that burns all gas. */
export const NO_REASON = "0x";

/** Finds the data of a revert, 0x-hex; undefined if the error is of another kind. */
export function findRevertData(error: unknown, nesting = 0): string | undefined {
  if (isHexString(error) && error.length >= SELECTOR_HEX_LENGTH) return error;
  if (typeof error !== "object" || error === null || nesting === NESTING_MAX) return undefined;
  for (const wrapper of ["data", "error", "info", "cause"] as const) {
    const inner: unknown = Reflect.get(error, wrapper);
    if (wrapper === "data" && inner === NO_REASON) return NO_REASON;
    const data = findRevertData(inner, nesting + 1);
    if (data !== undefined) return data;
  }
  return undefined;
}

/** The texts and codes of an error and of all nested errors. */
interface Content {
  readonly texts: string[];
  readonly codes: (string | number)[];
}

function contentOf(
  error: unknown,
  content: Content = { texts: [], codes: [] },
  nesting = 0,
): Content {
  if (typeof error === "string") content.texts.push(error);
  if (typeof error !== "object" || error === null || nesting === NESTING_MAX) return content;
  for (const name of TEXTS) {
    const text: unknown = Reflect.get(error, name);
    if (typeof text === "string" && !text.startsWith(ETHERS_GUESS)) content.texts.push(text);
  }
  for (const name of CODES) {
    const code: unknown = Reflect.get(error, name);
    if (typeof code === "number" || typeof code === "string") content.codes.push(code);
  }
  for (const wrapper of WRAPPERS) contentOf(Reflect.get(error, wrapper), content, nesting + 1);
  return content;
}

/** Returns whether a code stands anywhere in an error: libraries nest those of wallets. */
export function hasCode(error: unknown, ...codes: readonly (string | number)[]): boolean {
  return contentOf(error).codes.some((code) => codes.includes(code));
}

/** Returns whether the user has refused in the wallet (EIP-1193), as ethers says it, too. */
export function isRejection(error: unknown): boolean {
  return hasCode(error, 4001, "ACTION_REJECTED");
}

/** Joins all texts of an error, for the patterns below. */
function textOf(error: unknown): string {
  return contentOf(error).texts.join("\n");
}

const URLS = /\b(?:https?|wss?|ftp):\/\/[^\s"'<>]+/gi;
const HOSTS = /\b(ECONN[A-Z]+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EPIPE)\b[^\n,;]*/g;
const REASON_LENGTH_MAX = 200;

/** Returns one line of an error's text, without URLs of nodes, which may contain keys. */
export function reasonOf(error: unknown): string {
  const { texts, codes } = contentOf(error);
  // The innermost text is the node's.
  const line = texts.filter((text) => text !== "").at(-1) ?? String(codes[0] ?? "no reason given");
  const clean = line.replace(URLS, "the node").replace(HOSTS, "$1").replace(/\s+/g, " ");
  return clean.slice(0, REASON_LENGTH_MAX).trim();
}

const REVERTS =
  /\brevert(ed)?\b|out of gas|invalid (opcode|jump)|stack (over|under)flow|vm execution error/i;

/** Returns whether L1 has run a call and reverted it. */
export function isRevert(error: unknown): boolean {
  return findRevertData(error) !== undefined || REVERTS.test(textOf(error));
}

/** Returns whether the caller or the provider is at fault, so that a retry fails as well. */
export function isMisuse(error: unknown): boolean {
  return (
    isError(error, "INVALID_ARGUMENT") ||
    isError(error, "MISSING_ARGUMENT") ||
    isError(error, "UNCONFIGURED_NAME") ||
    isError(error, "BAD_DATA") ||
    isError(error, "ACTION_REJECTED")
  );
}

/**
 * JSON-RPC: invalid request, unknown method, invalid parameters, not supported; of ethers; and of
 * answers that were refused for their form.
 */
const PERMANENT_RPC_CODES: readonly unknown[] = [
  -32600,
  -32601,
  -32602,
  -32004,
  "UNSUPPORTED_OPERATION",
  "RPC_RESULT_INVALID",
];
const PERMANENT_STATUSES: readonly unknown[] = [400, 401, 403, 404, 405, 413];
const CLOSED = /provider.*(closed|destroyed)|(closed|destroyed).*provider/i;

/** Returns whether the same request may succeed a moment later. */
export function isTransient(error: unknown): boolean {
  if (isRevert(error) || isMisuse(error) || isLogLimit(error)) return false;
  const { texts, codes } = contentOf(error);
  if (texts.some((text) => CLOSED.test(text))) return false;
  return !codes.some((code) => [...PERMANENT_RPC_CODES, ...PERMANENT_STATUSES].includes(code));
}

const LOG_LIMITS = [
  /(block|log)s? range/i,
  /range (of|is|too|limit|exceed)/i,
  /(returned|return|result|response|logs?).{0,30}(more than|exceed|too (many|large|big)|limit)/i,
  /(more than|exceed|too many|limit).{0,40}(results?|logs|events)/i,
  /query (timeout|timed out|exceed)/i,
  /reduce|narrow (down )?your/i,
  /\d+ blocks?\b.{0,40}(max|limit|allowed)|(max|limit|up to|allowed).{0,40}\d+ blocks?\b/i,
];

/** Limits of the number of requests, not of a single request. */
const RATE_LIMITS = /too many requests|rate.{0,10}limit|requests? (count|per)|\b429\b/i;

/** Returns whether a node has refused the number of blocks or logs of a request. */
export function isLogLimit(error: unknown): boolean {
  const text = textOf(error);
  return !RATE_LIMITS.test(text) && LOG_LIMITS.some((pattern) => pattern.test(text));
}

/** JSON-RPC: an error of the node, or of the contract. */
const ANSWER_CODES = { min: -32_768, max: -32_000, revert: 3 };
/** Codes by which nodes say that there were too many requests. */
const RATE_CODES: readonly unknown[] = [-32_005, 429];

/** Returns whether a node has failed, rather than answered with an error. */
export function isNodeFault(error: unknown): boolean {
  if (isRevert(error) || isMisuse(error) || isLogLimit(error)) return false;
  const { texts, codes } = contentOf(error);
  if (codes.some((code) => RATE_CODES.includes(code))) return true;
  if (texts.some((text) => RATE_LIMITS.test(text))) return true;
  const { min, max, revert } = ANSWER_CODES;
  const isAnswer = (code: unknown) => Number(code) === revert || isBetween(Number(code), min, max);
  return !codes.some(isAnswer);
}

function isBetween(value: number, min: number, max: number): boolean {
  return min <= value && value <= max;
}

const SUGGESTED_RANGE = /\[\s*(0x[0-9a-f]+|\d+)\s*,\s*(0x[0-9a-f]+|\d+)\s*\]/i;
const BLOCKS_ALLOWED = /(\d[\d,]*)[ -]?(?:blocks?|range)\b|range[^\d\n]{0,30}(\d[\d,]*)/i;

/** Returns the number of blocks that a node offers to search; undefined if it names none. */
export function suggestedBlocks(error: unknown): number | undefined {
  const text = textOf(error);
  const range = SUGGESTED_RANGE.exec(text);
  const allowed = BLOCKS_ALLOWED.exec(text);
  const blocks =
    range === null
      ? Number((allowed?.[1] ?? allowed?.[2] ?? "").replaceAll(",", ""))
      : Number(range[2]) - Number(range[1]) + 1;
  // With fewer, a reader of logs would never come to an end.
  return blocks >= 1 ? blocks : undefined;
}

/**
 * A node's answer to a transaction that was sent to it:
 * - `known`: the node already has it;
 * - `nonceUsed`: another transaction with this nonce is mined;
 * - `nonceGap`: a transaction with a lower nonce is missing;
 * - `outbid`: a pending transaction with this nonce pays about as much or more;
 * - `cheap`: its fees are too low at present;
 * - `poor`: the sender cannot pay it;
 * - `reverted`: the node has run and reverted it;
 * - `refused`: the node refuses it for another reason;
 * - `lost`: it is unknown whether the node has accepted it.
 */
export type SendAnswer =
  | "known"
  | "nonceUsed"
  | "nonceGap"
  | "outbid"
  | "cheap"
  | "poor"
  | "reverted"
  | "refused"
  | "lost";

const SEND_ANSWERS: readonly (readonly [SendAnswer, RegExp])[] = [
  ["known", /already ?known|known transaction|already (imported|exists)|already in .*pool/i],
  ["nonceUsed", /nonce.{0,20}too low|old ?nonce|nonce.{0,30}(already|been) used|NONCE_EXPIRED/i],
  ["nonceGap", /nonce.{0,20}too (high|far|distant)|nonce gap/i],
  ["outbid", /replac/i],
  ["poor", /insufficient ?funds|(not|n't) have enough funds|insufficient balance/i],
  ["cheap", /underpriced|fee ?too ?low|(fee|price).{0,60}(less|lower|below|too low)|fee cap/i],
];

export function toSendAnswer(error: unknown): SendAnswer {
  // Checked first, because names of Solidity errors may match any pattern.
  if (isRevert(error)) return "reverted";
  const text = textOf(error);
  const known = SEND_ANSWERS.find(([, pattern]) => pattern.test(text));
  if (known !== undefined) return known[0];
  return isRefusal(error) ? "refused" : "lost";
}

/** JSON-RPC codes of a node that has checked the transaction. */
const REFUSAL_RPC_CODES: readonly unknown[] = [-32000, ...PERMANENT_RPC_CODES];
const UNCERTAIN = /time(d )?out|unavailable|again|busy|overload|internal|capacity|rate/i;

/** Returns whether a node has certainly not accepted a transaction. */
function isRefusal(error: unknown): boolean {
  if (!isTransient(error)) return true;
  const { texts, codes } = contentOf(error);
  if (texts.some((text) => UNCERTAIN.test(text))) return false;
  return codes.some((code) => REFUSAL_RPC_CODES.includes(code));
}

const UNABLE_TO_SIGN = /not implemented|not supported|unsupported|does not (support|exist)/i;

/** Returns whether a signer reports that it has no key. */
export function isUnableToSign(error: unknown): boolean {
  if (isRollupError(error)) return false;
  return isError(error, "UNSUPPORTED_OPERATION") || UNABLE_TO_SIGN.test(textOf(error));
}
