/** Paths beside JSON-RPC: what a page is, and those of health, readiness and metrics. */
import type { Monitor } from "../metrics/monitor.ts";
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
  readonly text: string;
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

/** The same with the reasons, and metrics for Prometheus. */
export function createAdminPages(monitor: Monitor): ReadPage {
  const readPublic = createPublicPages(monitor);
  return async (request) => {
    if (request.verb !== "GET") return undefined;
    if (request.path === "/metrics") {
      const { contentType, text } = await monitor.render();
      return { status: 200, contentType, text };
    }
    if (request.path !== "/ready") return readPublic(request);
    const reasons = monitor.notReady.map(({ code, sentence, fix }) => {
      return { code, sentence: redact(sentence), fix };
    });
    const ready = reasons.length === 0;
    return jsonPage(ready ? 200 : 503, { ready, reasons });
  };
}
