/** An operator behind two ports: one for everybody, one for the person who runs it. */
import { ETHEREUM_PATH, isEthereumMethod, unitsOfEthereum } from "../api/ethereum-methods.ts";
import { isRpcMethod, RPC_METHODS } from "../api/methods.ts";
import type { Monitor } from "../metrics/monitor.ts";
import { StandbyMetrics } from "../metrics/standby.ts";
import { operatorError } from "../operator/errors.ts";
import type { Logger } from "../operator/logger.ts";
import type { Operator } from "../operator/operator.ts";
import { withDefaults } from "../util/defaults.ts";
import type { RpcCaller, RpcRequest } from "./answer.ts";
import { assertL2ChainId, deriveL2ChainId } from "./ethereum/chain-id.ts";
import { createEthereumHandler } from "./ethereum/handler.ts";
import { createRpcHandler, type RpcHandler } from "./handler.ts";
import type { L1MethodSet } from "./l1-methods.ts";
import { L1Passage, type L1Request } from "./l1-passage.ts";
import { DEFAULT_RPC_LIMITS, L1_CALL_UNITS, type RpcLimits } from "./limits.ts";
import {
  createAdminPages,
  createPublicPages,
  createWaitingAdminPages,
  createWaitingPages,
  firstPage,
  type ReadPage,
  type Waiting,
} from "./pages.ts";
import { unitsOfRecoveries } from "./recoveries.ts";
import { createRest, unitsOfPage, unitsOfPageBody } from "./rest.ts";
import { type RpcServer, type ServerParts, serveRpc, type Upgrades } from "./rpc-server.ts";
import { Stream, type StreamLimits } from "./stream.ts";
import { WaitingCalls } from "./waiting-calls.ts";

/** How the public port serves. */
export interface PublicPortOptions {
  /** Address that the port listens on; default: 127.0.0.1. */
  readonly hostname?: string | undefined;
  /** 0 to 65535; 0 for any free port. */
  readonly port: number;
  /** Origins of web pages that may call, or `*`; default: none. */
  readonly cors?: readonly string[];
  /** Names of the server beside its addresses and localhost, or `*`. */
  readonly hostNames?: readonly string[];
  /**
   * Chain id under which Ethereum tools read L2 at the path `/eth`; default: derived from L1's and
   * the contract's address.
   */
  readonly l2ChainId?: number | undefined;
  /** L1 methods that clients may call; default: what wallets need. */
  readonly l1Methods?: L1MethodSet;
  /** Answers GET beside the API, such as the explorer's pages; default: nothing does. */
  readonly pages?: ReadPage | undefined;
  /** Limits of subscriptions over WebSocket; each has a default. */
  readonly streamLimits?: Partial<StreamLimits>;
  /** Limits of requests; each has a default. */
  readonly limits?: Partial<RpcLimits>;
}

/** How an operator is served. */
export interface OperatorServerOptions extends PublicPortOptions {
  /** Port for the person who runs the operator; 0 for any free one. Default: none. */
  readonly adminPort?: number | undefined;
  /** Address that the admin port listens on; default: 127.0.0.1. Who reaches it may do anything. */
  readonly adminHostname?: string | undefined;
  /**
   * Watches the operator: then both ports have `/health` and `/ready`, and the admin port
   * `/metrics`. Default: none.
   */
  readonly monitor?: Monitor | undefined;
  /** Log sink for the errors that clients get no details of. */
  readonly logger?: Pick<Logger, "error">;
}

/** An operator's server that listens. */
export interface OperatorServer {
  /** URL of the public methods. */
  readonly url: string;
  /** URL of all methods, if there is an admin port. */
  readonly adminUrl?: string;
  /** Refuses new calls and ends those under way within `limits.closingMs`. */
  close(): Promise<void>;
}

/**
 * Serves an operator over HTTP: `rollup_*` methods, and those of L1 that `l1Methods` allows.
 *
 * @param operator - Answers the `rollup_*` methods; stays the caller's to close.
 * @param askL1 - Reaches L1 without the operator's keys; see {@link L1Request}.
 * @param options - Ports, and whom the public port serves.
 * @returns The server, once it listens.
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 *
 * @example
 * const askL1 = (method, params) => ethers.provider.send(method, params);
 * const server = await serveOperator(rollup.operator, askL1, { port: 0 });
 * const remote = new ethers.JsonRpcProvider(server.url);
 * (await remote.send("rollup_getConfig", [])).preset; // "minimal"
 * await remote.send("eth_chainId", []); // "0x7a69"
 * remote.destroy();
 * await server.close();
 */
export async function serveOperator(
  operator: Operator,
  askL1: L1Request,
  options: OperatorServerOptions,
): Promise<OperatorServer> {
  const { monitor } = options;
  await mayBeSaved(operator);
  return open(toBackend({ operator, askL1, ...(monitor && { monitor }) }, options), options);
}

/** Who subscribes begins after what the store has; if it is away, subscriptions are, too. */
function mayBeSaved(operator: Operator): Promise<void> {
  return operator.saved().catch(() => undefined);
}

/** What is served behind ports that listen already. */
export interface Served {
  readonly operator: Operator;
  /** See {@link serveOperator}. */
  readonly askL1: L1Request;
  readonly monitor?: Monitor;
}

/** Ports that listen, also before this process has an operator. */
export interface OperatorPorts extends OperatorServer {
  /** Refuses all calls from now on, with the reason. `/ready` answers 503, `/health` 200. */
  wait(waiting: Waiting): void;
  /** Serves an operator from now on. */
  serve(served: Served): Promise<void>;
}

/**
 * Opens the ports of an operator that does not run yet, so that clients and load balancers find out
 * why.
 *
 * @param options - As of {@link serveOperator}, without a monitor.
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 */
export function openOperatorPorts(
  options: Omit<OperatorServerOptions, "monitor">,
): Promise<OperatorPorts> {
  const reason = operatorError({ code: "OPERATOR_STARTING" });
  return open(toWaitingBackend({ reason }, new StandbyMetrics()), options);
}

/** What answers behind both ports at a time. */
interface Backend {
  readonly answer: RpcRequest;
  readonly answerEthereum: RpcRequest;
  readonly readPage: ReadPage;
  readonly adminAnswer: RpcRequest;
  readonly readAdminPage: ReadPage;
  /** Undefined while nothing can be subscribed. */
  readonly createStream?: (parts: ServerParts) => Upgrades;
}

async function open(first: Backend, options: OperatorServerOptions): Promise<OperatorPorts> {
  const { adminPort, adminHostname, logger } = options;
  const limits = withDefaults(DEFAULT_RPC_LIMITS, options.limits);
  const logTo = logger && { logger };
  const metrics = new StandbyMetrics();
  let backend = first;
  let stream: LateStream | undefined;
  const use = (next: Backend) => {
    backend = next;
    stream?.use(next.createStream);
  };
  const servers: RpcServer[] = [];
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    const answer: RpcRequest = (...call) => backend.answer(...call);
    const { pages } = options;
    const readBackend: ReadPage = (request) => backend.readPage(request);
    const readPage = pages === undefined ? readBackend : firstPage([pages, readBackend]);
    const createStream = (parts: ServerParts) => {
      stream = new LateStream(parts, backend.createStream);
      return stream;
    };
    const answerEthereum: RpcRequest = (...call) => backend.answerEthereum(...call);
    const endpoints = { [ETHEREUM_PATH]: { request: answerEthereum, unitsOf: unitsOfEthereum } };
    const costs = { unitsOf, unitsOfPage, unitsOfPageBody };
    const shared = { ...logTo, endpoints };
    const publicOptions = { ...options, ...shared, limits, ...costs, readPage, createStream };
    servers.push(await serveRpc(answer, publicOptions));
    if (adminPort !== undefined) {
      const at = { hostname: adminHostname, port: adminPort };
      const readAdminPage: ReadPage = (request) => backend.readAdminPage(request);
      const adminAnswer: RpcRequest = (...call) => backend.adminAnswer(...call);
      servers.push(await serveRpc(adminAnswer, { ...at, ...shared, readPage: readAdminPage }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [one, admin] = servers;
  return {
    url: one!.url,
    ...(admin && { adminUrl: admin.url }),
    wait: (waiting) => use(toWaitingBackend(waiting, metrics)),
    serve: async (served) => {
      await mayBeSaved(served.operator);
      use(toBackend(served, options));
    },
    close,
  };
}

function toBackend(
  { operator, askL1, monitor }: Served,
  { limits, l1Methods, streamLimits, l2ChainId }: OperatorServerOptions,
): Backend {
  if (l2ChainId !== undefined) assertL2ChainId(l2ChainId, operator);
  const watched = (answer: RpcRequest, nameOf = nameOfCall) =>
    monitor ? watchCalls(answer, monitor, nameOf) : answer;
  const whole = withDefaults(DEFAULT_RPC_LIMITS, limits);
  const request = createPublicRequest(operator, askL1, {
    limits: whole,
    ...(l1Methods && { l1Methods }),
  });
  const answer = watched(request);
  const answerEthereum = createEthereumHandler(operator, l2ChainId ?? deriveL2ChainId(operator));
  const adminAnswer = watched(limitWaiting(createRpcHandler(operator), whole));
  const pages = monitor ? [createPublicPages(monitor)] : [];
  const adminPages = monitor ? [createAdminPages(monitor)] : [];
  return {
    answer,
    answerEthereum: watched(answerEthereum, nameOfEthereumCall),
    readPage: firstPage([createRest(answer), ...pages]),
    adminAnswer,
    readAdminPage: firstPage([createRest(adminAnswer), ...adminPages]),
    createStream: (parts) => new Stream({ ...parts, operator, limits: streamLimits }),
  };
}

function toWaitingBackend(waiting: Waiting, metrics: StandbyMetrics): Backend {
  const refuse = () => Promise.reject(waiting.reason);
  return {
    answer: refuse,
    answerEthereum: refuse,
    readPage: createWaitingPages(waiting),
    adminAnswer: refuse,
    readAdminPage: createWaitingAdminPages(waiting, metrics),
  };
}

/** The stream of an operator that may come later. */
class LateStream implements Upgrades {
  readonly #parts: ServerParts;
  #current: Upgrades | undefined;

  constructor(parts: ServerParts, create: Backend["createStream"]) {
    this.#parts = parts;
    this.#current = create?.(parts);
  }

  use(create: Backend["createStream"]): void {
    this.#current?.close();
    this.#current = create?.(this.#parts);
  }

  upgrade(...upgrade: Parameters<Upgrades["upgrade"]>): number | undefined {
    return this.#current === undefined ? 503 : this.#current.upgrade(...upgrade);
  }

  close(): void {
    this.#current?.close();
  }
}

function createPublicRequest(
  operator: Operator,
  askL1: L1Request,
  { limits, l1Methods = "wallet" }: { limits: RpcLimits; l1Methods?: L1MethodSet },
): RpcRequest {
  const l1 = new L1Passage(askL1, { methods: l1Methods });
  const answerPublic = limitWaiting(createRpcHandler(operator, "public"), limits);
  return (method, params, caller) =>
    isForRollup(method) ? answerPublic(method, params, caller) : l1.call(method, params, caller);
}

/** Limits the calls of a port that wait for a stage. */
function limitWaiting(answer: RpcHandler, limits: RpcLimits): RpcRequest {
  const waiting = new WaitingCalls(limits);
  return (method, params, caller) => {
    const run = () => answer(method, params);
    // The operator waits on when the client has left, so the call counts until it ends.
    return isWaiting(method) ? whileWanted(waiting.run(caller.client, run), caller) : run();
  };
}

/** Reports each call to a monitor. @param nameOf - One of few names, whatever the client sends. */
function watchCalls(
  answer: RpcRequest,
  monitor: Monitor,
  nameOf: (method: string) => string,
): RpcRequest {
  return async (method, params, caller) => {
    const startMs = performance.now();
    const name = nameOf(method);
    const note = (outcome: { readonly error?: unknown }) => {
      const seconds = (performance.now() - startMs) / 1_000;
      monitor.noteCall({ method: name, seconds, waits: isWaiting(method), ...outcome });
    };
    try {
      const result = await answer(method, params, caller);
      note({});
      return result;
    } catch (error) {
      note({ error });
      throw error;
    }
  };
}

function nameOfCall(method: string): string {
  if (isRpcMethod(method)) return method;
  return isForRollup(method) ? "unknown" : "l1";
}

function nameOfEthereumCall(method: string): string {
  return isEthereumMethod(method) ? `l2:${method}` : "unknown";
}

function isForRollup(method: string): boolean {
  return method.startsWith("rollup_");
}

function unitsOf(method: string, params: readonly unknown[]): number {
  if (isRpcMethod(method)) return RPC_METHODS[method].units + unitsOfRecoveries(method, params);
  return isForRollup(method) ? 1 : L1_CALL_UNITS;
}

function isWaiting(method: string): boolean {
  return isRpcMethod(method) && RPC_METHODS[method].waits;
}

/** Settles as the answer does, or when the client no longer wants it. */
async function whileWanted<T>(answer: Promise<T>, { signal }: RpcCaller): Promise<T> {
  let onAbort = () => {};
  const unwanted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, unwanted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
