/** Paths beside JSON-RPC: what a page is, and those of health, readiness and metrics. */
import type { Holder } from "../lease/lease.ts";
import type { Monitor } from "../metrics/monitor.ts";
import type { StandbyMetrics } from "../metrics/standby.ts";
import type { RollupError } from "../util/errors.ts";
import { type PublicError, redact } from "./public-errors.ts";
import type { RpcCaller } from "./answer.ts";

/** A request to a path. */
export interface PageRequest {
  readonly verb: "GET" | "POST";
  /** Without the query, such as `/health`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of a POST: the JSON of its body. */
  readonly body?: unknown;
  readonly caller: RpcCaller;
}

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly text: string | Buffer;
  /** Beside those of every answer; default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * @returns Undefined if there is no such page.
 * @throws Anything; the server shows it as an error for strangers.
 */
export type ReadPage = (request: PageRequest) => Promise<Page | undefined>;

/** HTTP status of refusals; any other is 422, as the request was understood. */
const STATUS: Readonly<Record<string, number>> = {
  RPC_PARAMS_INVALID: 400,
  RPC_METHOD_RESTRICTED: 403,
  RPC_NOT_FOUND: 404,
  TRANSACTION_NOT_FOUND: 404,
  REQUEST_NOT_FOUND: 404,
  RPC_CURSOR_GONE: 410,
  RPC_RATE_LIMITED: 429,
  RPC_FAILED: 500,
  RPC_BUSY: 503,
  OPERATOR_BUSY: 503,
  OPERATOR_STOPPED: 503,
  OPERATOR_IS_STANDBY: 503,
  OPERATOR_STARTING: 503,
  OPERATOR_NOT_ACCEPTING: 503,
  SUBMISSIONS_WAITING: 503,
  STORE_FAILED: 503,
  STORE_TAKEN_OVER: 503,
  STORE_UNAVAILABLE: 503,
};
const STATUS_REFUSED = 422;

/** An error as REST shows it: what JSON-RPC has in its `data`. */
export function errorPage({ data }: PublicError): Page {
  const { code } = data as { readonly code: string };
  return jsonPage(STATUS[code] ?? STATUS_REFUSED, { error: data });
}

/** Asks several, in order. */
export function firstPage(readers: readonly ReadPage[]): ReadPage {
  return async (request) => {
    for (const read of readers) {
      const page = await read(request);
      if (page !== undefined) return page;
    }
    return undefined;
  };
}

const JSON_TYPE = "application/json";

export function jsonPage(status: number, value: unknown): Page {
  return { status, contentType: JSON_TYPE, text: JSON.stringify(value) };
}

/** Whether the process answers, and whether blocks can move: all that a load balancer needs. */
export function createPublicPages(monitor: Monitor): ReadPage {
  return ({ path, verb }) => {
    if (verb !== "GET") return Promise.resolve(undefined);
    if (path === "/health") return Promise.resolve(jsonPage(200, { status: "alive" }));
    if (path !== "/ready") return Promise.resolve(undefined);
    const ready = monitor.notReady.length === 0;
    return Promise.resolve(jsonPage(ready ? 200 : 503, { ready }));
  };
}

function toReason({ code, sentence, fix }: RollupError) {
  return { code, sentence: redact(sentence), fix };
}

/** What a process shows that does not lead yet. */
export interface Waiting {
  /** OPERATOR_IS_STANDBY or OPERATOR_STARTING. */
  readonly reason: RollupError;
  /** Whom it waits for. */
  readonly leader?: Holder;
}

/** The pages of a process that does not lead: it is alive and not ready, and has nothing else. */
export function createWaitingPages({ reason }: Waiting): ReadPage {
  const status = reason.code === "OPERATOR_IS_STANDBY" ? "standby" : "starting";
  return ({ path, verb }) => {
    const isPage = verb === "GET" && !path.startsWith("/v1/");
    if (isPage && path === "/health") return Promise.resolve(jsonPage(200, { status: "alive" }));
    if (isPage && path === "/ready") {
      return Promise.resolve(jsonPage(503, { ready: false, status }));
    }
    return isPage ? Promise.resolve(undefined) : Promise.reject(reason);
  };
}

/** The same with the reason, who leads, and the metrics of a standby. */
export function createWaitingAdminPages(waiting: Waiting, metrics: StandbyMetrics): ReadPage {
  const readPublic = createWaitingPages(waiting);
  const { reason, leader } = waiting;
  return async (request) => {
    const { verb, path } = request;
    if (verb === "GET" && path === "/metrics") return metricsPage(await metrics.render());
    const page = await readPublic(request);
    if (page === undefined || path !== "/ready") return page;
    const reasons = [toReason(reason)];
    return jsonPage(503, { ...(JSON.parse(page.text.toString()) as object), reasons, leader });
  };
}

function metricsPage({ contentType, text }: { contentType: string; text: string }): Page {
  return { status: 200, contentType, text };
}

/** The same with the reasons, and metrics for Prometheus. */
export function createAdminPages(monitor: Monitor): ReadPage {
  const readPublic = createPublicPages(monitor);
  return async (request) => {
    if (request.verb !== "GET") return undefined;
    if (request.path === "/metrics") return metricsPage(await monitor.render());
    if (request.path !== "/ready") return readPublic(request);
    const reasons = monitor.notReady.map(toReason);
    const ready = reasons.length === 0;
    return jsonPage(ready ? 200 : 503, { ready, reasons });
  };
}
