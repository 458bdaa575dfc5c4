/** Options of `connect`. */
import type { Provider } from "ethers";
import type { Abort } from "../api/abort.ts";
import type { Eip1193 } from "../l1/eip1193.ts";
import { abortSignal, integer, nonZeroAddress, option, optionsOf } from "./inputs.ts";
import type { OpenSocket } from "./stream-link.ts";

/** How a node is reached, and what it is believed. */
export interface ConnectionOptions {
  /**
   * Address of the rollup contract, from somebody trusted: `connect` refuses a node that names
   * another one. Default: what the node says, which suffices to read and on local chains.
   */
  readonly rollupAddress?: string;
  /** Chain id of L1. Default: what the node says; a wallet compares it with its own L1. */
  readonly chainId?: bigint | number;
  /**
   * The user's own L1: a URL, a provider of ethers, or one of EIP-1193. Default: the node, which
   * passes on what wallets need. A signer that is connected to L1 uses its own.
   */
  readonly l1?: string | Provider | Eip1193;
  /** An `AbortSignal`, which closes the connection. Default: none. */
  readonly signal?: Abort;
  /** Milliseconds for an answer over HTTP. Default 30,000; ten times as many for a wait. */
  readonly timeoutMs?: number;
  /** How often a call without an answer is sent again, 0 to 20. Default 4. */
  readonly retries?: number;
  /** Further headers of each HTTP request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** URL of the WebSocket. Default: `/v1/stream` of the node. */
  readonly streamUrl?: string;
  /** Opens a WebSocket. Default: that of the platform. */
  readonly openSocket?: OpenSocket;
  /**
   * Milliseconds between two questions for news to a node without a stream; with a stream that says
   * nothing, blocks are asked for after ten of them. Default 1,000.
   */
  readonly pollMs?: number;
}

const MS_MAX = 2 ** 31 - 1;
const RETRIES_MAX = 20;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether a value is a URL of one of some protocols, without a password, which `fetch` refuses. */
function isUrl(value: unknown, protocols: readonly string[]): value is string {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocols.includes(protocol) && username === "" && password === "";
}

export function isHttpUrl(value: unknown): value is string {
  return isUrl(value, ["http:", "https:"]);
}

export const httpUrl = option("a URL of http or https, without a password in it", isHttpUrl);

/** URL of a node's WebSocket. */
export function toStreamUrl(node: string): string {
  const url = new URL(node);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/stream`;
  return url.href;
}

const l1Input = option(
  "a URL, a provider of ethers, or one of EIP-1193",
  (value): value is string | Provider | Eip1193 =>
    isHttpUrl(value) || (isObject(value) && ("getNetwork" in value || "request" in value)),
);

export const connectionOptions = optionsOf<ConnectionOptions>({
  rollupAddress: nonZeroAddress.optional(),
  chainId: option(
    "a chain id",
    (value): value is bigint | number =>
      (typeof value === "bigint" && value > 0n) ||
      (Number.isSafeInteger(value) && (value as number) > 0),
  ).optional(),
  l1: l1Input.optional(),
  signal: abortSignal.optional(),
  timeoutMs: integer(1, MS_MAX).optional(),
  retries: integer(0, RETRIES_MAX).optional(),
  headers: option(
    "an object of texts",
    (value): value is Record<string, string> =>
      isObject(value) && Object.values(value).every((each) => typeof each === "string"),
  ).optional(),
  streamUrl: option("a WebSocket URL", (value): value is string =>
    isUrl(value, ["ws:", "wss:"]),
  ).optional(),
  openSocket: option(
    "a function that opens a WebSocket",
    (value): value is OpenSocket => typeof value === "function",
  ).optional(),
  pollMs: integer(1, MS_MAX).optional(),
});
