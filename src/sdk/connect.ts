/** Connects to a rollup by the URL of one of its nodes. */
import { getAddress, type Provider } from "ethers";
import { assertWanted, onAbort } from "../api/abort.ts";
import {
  type AbortableRequest,
  createRpcClient,
  type JsonRpcRequest,
  untilOf,
} from "../api/client.ts";
import { fromJsonRpcError } from "../api/error-transport.ts";
import { rpcError } from "../api/errors.ts";
import { createHttpRequest } from "../api/http.ts";
import { withRetries } from "../api/retry.ts";
import type { Eip1193 } from "../l1/eip1193.ts";
import { omit } from "../util/omit.ts";
import { openOnce } from "../util/once.ts";
import {
  type ConnectionOptions,
  connectionOptions,
  isHttpUrl,
  toStreamUrl,
} from "./connection-params.ts";
import { sdkError } from "./errors.ts";
import type { EventSource } from "./events.ts";
import { option, readInput } from "./inputs.ts";
import { assertL1Chain } from "./l1-chain.ts";
import { NodeL1 } from "./node-l1.ts";
import { pollEvents } from "./polling.ts";
import { RollupProvider } from "./provider.ts";
import { type EventRequest, Rollup } from "./rollup.ts";
import { type OpenSocket, StreamLink } from "./stream-link.ts";

const TIMEOUT_MS = 30_000;
const RETRIES = 4;
const POLL_MS = 1_000;
/** A stream is believed to have nothing new for this many of them. */
const SILENT_POLLS = 10;

/** Anything that answers JSON-RPC with `send`, such as a provider of ethers. */
export interface RpcSender {
  /**
   * Sends one JSON-RPC call.
   *
   * @param method - Its name.
   * @param params - Its parameters.
   * @returns Its result.
   */
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** A node: its URL, a function that asks it, or a provider of ethers or EIP-1193. */
export type RollupNode = string | JsonRpcRequest | Eip1193 | RpcSender;

const hasMethod = (value: unknown, name: string) =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function";

const nodeInput = option(
  "an http or https URL without a password, a function, or a provider",
  (value): value is RollupNode =>
    isHttpUrl(value) ||
    typeof value === "function" ||
    hasMethod(value, "request") ||
    hasMethod(value, "send"),
);

/**
 * Connects to a rollup.
 *
 * @param node - URL of a devnet or of an operator's port; or a function that sends JSON-RPC, or a
 * provider of ethers or EIP-1193.
 * @param options - What the node must serve, the user's own L1, limits of time, and the WebSocket.
 * @returns The rollup. Nothing is open before its first subscription.
 * @throws ROLLUP_MISMATCH, CONNECTION_FAILED, CONNECTION_TIMEOUT, RPC_ANSWER_INVALID, ABORTED,
 * OPTION_INVALID, OPTION_UNKNOWN, ADDRESS_INVALID
 *
 * @example
 * const server = await serveOperator(rollup.operator, async () => null, { port: 0 });
 * const connected = await connect(server.url, { chainId: 31337 });
 * await connected.getBalance(alice.address, "ETH"); // ethers.parseEther("10")
 * connected.close();
 * await server.close();
 */
export async function connect(node: RollupNode, options: ConnectionOptions = {}): Promise<Rollup> {
  const whole = readInput(connectionOptions, options, "options");
  const { signal, retries = RETRIES } = whole;
  assertWanted(signal);
  const request = requestOf(readInput(nodeInput, node, "node"), whole);
  const client = createRpcClient(withRetries(coded(request), retries));
  const config = await new RollupProvider(untilOf(client, signal)).getConfig();
  const rollupAddress = getAddress(config.rollupAddress);
  assertPinned(config.chainId, rollupAddress, whole);
  const link = createLink(node, whole);
  let stop = () => {};
  const rollup = new Rollup({
    client,
    chainId: config.chainId,
    rollupAddress,
    isPinned: whole.rollupAddress !== undefined,
    openL1: openOnce(() => openL1(request, config.chainId, whole)),
    openEvents: (wanted) => openEvents(wanted, link, whole),
    silenceMs: SILENT_POLLS * (whole.pollMs ?? POLL_MS),
    onClose: () => {
      stop();
      link?.close();
    },
  });
  stop = onAbort(signal, () => rollup.close());
  return rollup;
}

function requestOf(node: RollupNode, options: ConnectionOptions): AbortableRequest {
  const { timeoutMs = TIMEOUT_MS, headers } = options;
  if (typeof node === "string") return createHttpRequest(node, { timeoutMs, headers });
  if (typeof node === "function") return node;
  if ("request" in node) return (method, params) => node.request({ method, params });
  return (method, params) => node.send(method, params);
}

/** Gives an error of the node that has no code of ours one. */
function coded(request: AbortableRequest): AbortableRequest {
  return async (method, params, signal) => {
    try {
      return await request(method, params, signal);
    } catch (error) {
      if (fromJsonRpcError(error) !== undefined) throw error;
      const reason = error instanceof Error ? error.message : "no reason given";
      throw rpcError({ code: "RPC_FAILED", method, reason }, { cause: error });
    }
  };
}

/** @throws ROLLUP_MISMATCH */
function assertPinned(chain: bigint, actual: string, pinned: ConnectionOptions): void {
  const { chainId, rollupAddress } = pinned;
  if (rollupAddress !== undefined && rollupAddress !== actual) {
    throw sdkError({ code: "ROLLUP_MISMATCH", what: "address", expected: rollupAddress, actual });
  }
  if (chainId === undefined || BigInt(chainId) === chain) return;
  const facts = { expected: String(chainId), actual: String(chain) };
  throw sdkError({ code: "ROLLUP_MISMATCH", what: "chain id", ...facts });
}

/** @throws L1_CHAIN_MISMATCH */
async function openL1(
  request: AbortableRequest,
  expected: bigint,
  options: ConnectionOptions,
): Promise<Provider> {
  const { l1 } = options;
  if (typeof l1 === "object" && "getNetwork" in l1) {
    assertL1Chain(expected, (await l1.getNetwork()).chainId);
    return l1;
  }
  // The headers are for the node, and may have a password.
  const own = l1 === undefined ? request : requestOf(l1, omit(options, "headers"));
  assertL1Chain(expected, await withRetries(coded(own), RETRIES)("eth_chainId", []));
  const ask: Eip1193 = { request: ({ method, params = [] }) => own(method, [...params]) };
  return new NodeL1(ask, expected);
}

/** @returns Undefined where no WebSocket can be opened. */
function createLink(node: RollupNode, options: ConnectionOptions): StreamLink | undefined {
  const url = options.streamUrl ?? (typeof node === "string" ? toStreamUrl(node) : undefined);
  const open: OpenSocket | undefined =
    options.openSocket ??
    ("WebSocket" in globalThis ? (target) => new WebSocket(target) : undefined);
  return url === undefined || open === undefined ? undefined : new StreamLink(() => open(url));
}

async function openEvents(
  { client, subject, signal }: EventRequest,
  link: StreamLink | undefined,
  { pollMs = POLL_MS }: ConnectionOptions,
): Promise<EventSource> {
  const stream = await link?.subscribe(subject, signal);
  return stream ?? pollEvents(client, subject, { pollMs, signal });
}
