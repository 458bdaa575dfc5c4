/** Requests of a careless or hostile client to an operator. */
import { WALLET_L1_METHODS } from "../../src/server/l1-methods.ts";
import { ETHEREUM_METHODS, ETHEREUM_PATH } from "../../src/api/ethereum-methods.ts";
import { RPC_METHODS } from "../../src/api/methods.ts";
import { listRoutes } from "../../src/api/openapi.ts";
import type { Random } from "../helpers/random.ts";
import { mutate, WEIRD } from "./mutations.ts";

export interface HttpVariant {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request, and how the client sends it. */
export type FuzzRequest =
  | {
      readonly kind: string;
      readonly how: "http";
      readonly body: string | Buffer;
      readonly http?: HttpVariant;
      /** Whether the answer need not be of JSON-RPC. */
      readonly isPage?: true;
    }
  /** All bytes of a connection, in pieces; the client leaves after the last. */
  | {
      readonly kind: string;
      readonly how: "socket";
      readonly pieces: readonly (string | Buffer)[];
      readonly isPage?: true;
    }
  /** Many connections at a time, each with only this text. */
  | {
      readonly kind: string;
      readonly how: "sockets";
      readonly count: number;
      readonly text: string;
      readonly isPage?: true;
    };

const METHODS = [
  ...Object.keys(RPC_METHODS),
  ...WALLET_L1_METHODS,
  ...Object.keys(ETHEREUM_METHODS),
  ...["debug_traceTransaction", "hardhat_setBalance", "evm_mine", "eth_accounts", "personal_sign"],
  ...["eth_sendTransaction", "eth_newFilter", "eth_subscribe", "", "rollup_", "ROLLUP_GETCONFIG"],
  ...["__proto__", "constructor", "toString", "rollup___proto__", "rollup_getConfig\u0000"],
];
const HASH = `0x${"12".repeat(32)}`;
const ADDRESS = `0x${"34".repeat(20)}`;
/** Valid parameters of each method. */
const PARAMS: Readonly<Record<string, unknown[]>> = {
  rollup_getAccount: [1],
  rollup_getBalance: [ADDRESS, 0],
  rollup_getReceipt: [HASH],
  rollup_waitForReceipt: [HASH, "executed"],
  rollup_getPriorityRequest: [0],
  rollup_waitForPriorityRequest: [0, "executed"],
  rollup_getBlock: ["latest"],
  rollup_getBlocks: [{ cursor: "3", limit: 5 }],
  rollup_getBlockOperations: ["latest", { limit: 5 }],
  rollup_getL1Transactions: [{ limit: 5 }],
  rollup_getTransaction: [HASH],
  rollup_getAccountState: [1, "finalized"],
  rollup_getAccountTransactions: [1, { limit: 5, type: "deposit", tokenId: 0, cursor: "0" }],
  rollup_getFee: ["transfer", 0, { account: 1, recipient: ADDRESS }],
  rollup_getBatchFee: [[{ type: "transfer" }, { type: "withdraw", account: 1 }], 0],
  rollup_getTokens: [],
  eth_call: [{ to: ADDRESS, data: "0x" }, "latest", { [ADDRESS]: { code: "0x6110005ff3" } }],
  eth_estimateGas: [{ to: ADDRESS }],
  eth_feeHistory: ["0x4", "latest", [25]],
  eth_getBalance: [ADDRESS, "latest"],
  eth_getBlockByNumber: ["latest", true],
  eth_getBlockByHash: [HASH, true],
  eth_getCode: [ADDRESS, "latest"],
  eth_getLogs: [{ fromBlock: "0x0", toBlock: "latest", address: ADDRESS, topics: [[HASH]] }],
  eth_getStorageAt: [ADDRESS, "0x0", "latest"],
  eth_getTransactionByHash: [HASH],
  eth_getTransactionCount: [ADDRESS, "pending"],
  eth_getTransactionReceipt: [HASH],
  eth_sendRawTransaction: ["0x02f870"],
};

/** Valid parameters of the methods for Ethereum tools. */
const ETHEREUM_PARAMS: Readonly<Record<string, unknown[]>> = {
  ...Object.fromEntries(Object.keys(ETHEREUM_METHODS).map((method) => [method, []])),
  eth_getBlockByNumber: ["latest", true],
  eth_getBlockByHash: [HASH, true],
  eth_getBlockTransactionCountByNumber: ["0x1"],
  eth_getBlockTransactionCountByHash: [HASH],
  eth_getBlockReceipts: ["0x1"],
  eth_getTransactionByHash: [HASH],
  eth_getTransactionReceipt: [HASH],
  eth_getBalance: [ADDRESS, { blockNumber: "0x1" }],
  eth_getTransactionCount: [ADDRESS, "pending"],
  eth_getCode: [ADDRESS, "latest"],
  eth_call: [{ to: ADDRESS, data: `0x70a08231${"00".repeat(32)}` }, "safe"],
  eth_sendRawTransaction: ["0x02f870"],
};

/** A random request that submits no transaction. */
export function createRequest(random: Random): FuzzRequest {
  const kinds: readonly (readonly [number, (random: Random) => FuzzRequest])[] = [
    [30, changedParams],
    [20, restRoute],
    [10, ethereum],
    [6, page],
    [8, stream],
    [20, weirdParams],
    [10, brokenJson],
    [6, changedEnvelope],
    [5, batch],
    [5, oddHttp],
    [4, prototypeKeys],
    [4, randomBytes],
    [4, halfSent],
    [3, deepNesting],
    [3, slowBody],
    [3, garbage],
    [1, manySockets],
  ];
  const total = kinds.reduce((sum, [weight]) => sum + weight, 0);
  let place = random.int(total);
  return kinds.find(([weight]) => (place -= weight) < 0)![1](random);
}

function call(method: string, params: unknown, id: unknown = 1): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

function http(kind: string, body: string | Buffer, variant?: HttpVariant): FuzzRequest {
  return { kind, how: "http", body, ...(variant && { http: variant }) };
}

function changedParams(random: Random): FuzzRequest {
  const method = random.pick(Object.keys(PARAMS));
  const params = PARAMS[method]!;
  return http(
    "changed parameters",
    call(method, random.int(5) === 0 ? params : mutate(random, params)),
  );
}

/** Calls to the path of Ethereum tools, and to others that are nearly the same. */
function ethereum(random: Random): FuzzRequest {
  const path = random.pick([ETHEREUM_PATH, ETHEREUM_PATH, "/eth/", "/eth?a=1", "/ETH", "/eth/%00"]);
  const method = random.pick([...Object.keys(ETHEREUM_PARAMS), ...METHODS]);
  const isKnown = Object.hasOwn(ETHEREUM_PARAMS, method);
  const params = isKnown ? ETHEREUM_PARAMS[method]! : [random.pick(WEIRD)];
  const body = call(method, random.int(4) === 0 ? params : mutate(random, params));
  return http("Ethereum", body, { path });
}

/** REST routes with parts of the path, the query or the body that may be anything. */
function restRoute(random: Random): FuzzRequest {
  const [, { verb, path, names }] = random.pick(listRoutes());
  const values = [...WEIRD, HASH, ADDRESS, 1, "finalized", "../config", "%", "%00", "%ff"];
  const text = () => {
    const value = random.pick(values);
    const plain = typeof value === "string" ? value : JSON.stringify(value);
    const short = plain.slice(0, 200);
    // A client of Node sends neither spaces nor lone surrogates.
    const raw = short.replaceAll(/[^!-~]/g, "");
    return random.int(4) === 0 ? raw : encodeURIComponent(raw);
  };
  const filled = path.replaceAll(/\{\w+\}/g, text);
  const query = Array.from(
    { length: random.int(4) },
    () => `${random.pick(["cursor", "limit", "account", "__proto__", ...names])}=${text()}`,
  );
  const target = query.length === 0 ? filled : `${filled}?${query.join("&")}`;
  const method = random.int(10) === 0 ? random.pick(["GET", "POST", "PUT"]) : verb;
  const body = method === "GET" ? "" : JSON.stringify(random.pick(WEIRD));
  return { ...http("REST", body, { method, path: target }), isPage: true };
}

/** Health, readiness and metrics, with queries and verbs that nobody needs. */
function page(random: Random): FuzzRequest {
  const path = random.pick([
    "/health",
    "/ready",
    "/metrics",
    "/metrics/",
    "/ready/..",
    "//metrics",
  ]);
  const query = random.pick(["", "?", "?name[]=x", "?a=%00", `?${"a=1&".repeat(500)}`, "#x"]);
  const method = random.pick(["GET", "GET", "GET", "HEAD", "POST", "DELETE"]);
  const body = method === "GET" ? "" : JSON.stringify(random.pick(WEIRD));
  return { ...http("page", body, { method, path: path + query }), isPage: true };
}

/** A WebSocket with messages, or bytes that are no frames. */
function stream(random: Random): FuzzRequest {
  const version = random.int(8) === 0 ? 99 : 13;
  const head =
    `GET ${random.pick(["/v1/stream", "/v1/stream?a=1", "/v1/%00", "//v1/stream"])} HTTP/1.1\r\n` +
    "Host: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
    `Sec-WebSocket-Version: ${version}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  const request = () => {
    const subscribe = random.pick(["blocks", "account", "transaction", "__proto__"]);
    const [account, hash, from] = [random.pick(WEIRD), random.pick(WEIRD), random.pick(WEIRD)];
    const whole = { id: 1, subscribe, account, hash, from };
    const valid = random.pick([
      { id: 1, subscribe },
      { id: 1, subscribe, account: 1 },
      { id: 1, subscribe: "blocks", from: random.pick(["00000000-0", "ffffffff-99", "0", "x"]) },
    ]);
    return JSON.stringify(random.int(2) === 0 ? valid : mutate(random, whole)).slice(0, 125);
  };
  const frames = Array.from({ length: 1 + random.int(4) }, () => {
    if (random.int(4) === 0) return Buffer.from(random.bytes(1 + random.int(60)));
    const data = Buffer.from(request()).subarray(0, 125);
    const first = random.pick([0x81, 0x81, 0x81, 0x82, 0x88, 0x89, 0x8a, 0xf1, 0x01]);
    return Buffer.concat([Buffer.from([first, 0x80 | data.length, 0, 0, 0, 0]), data]);
  });
  return { kind: "stream", how: "socket", pieces: [head, ...frames] };
}

function weirdParams(random: Random): FuzzRequest {
  const some = Array.from({ length: random.int(4) }, () => random.pick(WEIRD));
  const params = random.int(4) === 0 ? random.pick(WEIRD) : some;
  return http(
    "strange parameters",
    call(random.pick(METHODS), params, random.pick([1, "x", null, 1e300])),
  );
}

function changedEnvelope(random: Random): FuzzRequest {
  const envelope = { jsonrpc: "2.0", id: 1, method: random.pick(METHODS), params: [1, { a: 1 }] };
  return http("changed call", JSON.stringify(mutate(random, envelope)));
}

function brokenJson(random: Random): FuzzRequest {
  const text = call(random.pick(METHODS), [random.pick(WEIRD)]);
  const place = random.int(text.length);
  const [head, tail] = [text.slice(0, place), text.slice(place)];
  const inserted = random.pick([
    "\u0000",
    "NaN",
    "{",
    "]",
    "\\u",
    "'",
    "//",
    "\ufeff",
    ",,",
    "1e999",
  ]);
  return http("broken JSON", random.pick([head, tail, head + inserted + tail]));
}

function deepNesting(random: Random): FuzzRequest {
  const depth = random.pick([10, 1_000, 20_000, 200_000]);
  const [lists, objects] = ["[".repeat(depth) + "]".repeat(depth), '{"a":'.repeat(depth)];
  const text = random.pick([
    lists,
    `{"jsonrpc":"2.0","id":1,"method":"${random.pick(METHODS)}","params":${lists}}`,
    `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[${objects}1${"}".repeat(depth)}]}`,
  ]);
  return http("deep nesting", text.slice(0, 1 << 20));
}

function prototypeKeys(random: Random): FuzzRequest {
  const text = random.pick([
    '{"jsonrpc":"2.0","id":1,"method":"rollup_getConfig","method":"eth_chainId","params":[]}',
    '{"__proto__":{"method":"rollup_getConfig"},"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":1,"method":"rollup_submitTransaction","params":[{"__proto__":{"type":"transfer"}}]}',
    '{"constructor":{"prototype":{"x":1}},"jsonrpc":"2.0","id":1,"method":"rollup_getConfig"}',
    '{"jsonrpc":"2.0","id":1e999,"method":"rollup_getConfig"}',
    '{"jsonrpc":"2.0","id":1,"method":"hasOwnProperty","params":[]}',
  ]);
  return http("keys of prototypes", text);
}

function batch(random: Random): FuzzRequest {
  const length = random.pick([0, 2, 10, 100, 101, 5_000]);
  const calls = Array.from({ length }, () => {
    const method = random.pick([...Object.keys(PARAMS), "rollup_processBlocks"]);
    return random.int(6) === 0
      ? random.pick(WEIRD)
      : { jsonrpc: "2.0", id: 1, method, params: PARAMS[method] ?? [] };
  });
  return http("batch", JSON.stringify(calls).slice(0, 1 << 20));
}

function oddHttp(random: Random): FuzzRequest {
  const headers: readonly Record<string, string>[] = [
    {},
    { "content-type": "text/plain" },
    { origin: "http://evil.example", "access-control-request-method": "POST" },
    { host: "evil.example" },
    { upgrade: "websocket", connection: "Upgrade" },
    { expect: "200-ok" },
    { "content-encoding": "gzip" },
    { "x-forwarded-for": "1.2.3.4" },
  ];
  const methods = ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "POST"];
  return http(
    "odd HTTP",
    random.pick(["{}", "", "x".repeat(1_000), call("rollup_getConfig", [])]),
    {
      method: random.pick(methods),
      path: random.pick(["/", "//", "/../../etc/passwd", "/%00", "/?a=1", `/${"a".repeat(5_000)}`]),
      headers: random.pick(headers),
    },
  );
}

function randomBytes(random: Random): FuzzRequest {
  return http("random bytes", Buffer.from(random.bytes(1 + random.int(300))));
}

function head(length: number | string): string {
  return `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${length}\r\n\r\n`;
}

function halfSent(random: Random): FuzzRequest {
  const body = call(random.pick(Object.keys(PARAMS)), [random.pick(WEIRD)]);
  const whole = head(Buffer.byteLength(body)) + body;
  const pieces = [whole.slice(0, random.int(whole.length + 1))];
  return { kind: "half a request", how: "socket", pieces };
}

function slowBody(random: Random): FuzzRequest {
  const body = call(random.pick(Object.keys(PARAMS)), [1]);
  const places = [random.int(body.length), random.int(body.length)].sort((a, b) => a - b);
  const [first, second] = places as [number, number];
  const pieces = [head(body.length), body.slice(0, first), body.slice(first, second)];
  return { kind: "slow body", how: "socket", pieces: [...pieces, body.slice(second)] };
}

function garbage(random: Random): FuzzRequest {
  const pieces = random.pick<(string | Buffer)[]>([
    [Buffer.from(random.bytes(200))],
    [head(-5)],
    [head("99999999999999999999"), "{}"],
    [`POST / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(70_000)}\r\n\r\n`],
    ["POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    [head(52) + head(3), "{}"],
    ["CONNECT evil:80 HTTP/1.1\r\nHost: evil\r\n\r\n"],
    [(head(2) + "{}").repeat(50)],
  ]);
  return { kind: "garbage", how: "socket", pieces };
}

function manySockets(random: Random): FuzzRequest {
  const text = random.pick([
    "",
    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le",
    `${head(1_000)}{`,
  ]);
  return { kind: "many sockets", how: "sockets", count: 100, text };
}
