/** Paths that answer GET beside JSON-RPC: health, readiness, metrics. */
import type { Monitor } from "../metrics/monitor.ts";
import { redact } from "./public-errors.ts";
import type { RpcCaller } from "./answer.ts";

/** A GET request. */
export interface PageRequest {
  /** Without the query, such as `/health`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly caller: RpcCaller;
}

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** @returns Undefined if there is no such page. */
export type ReadPage = (request: PageRequest) => Promise<Page | undefined>;

const JSON_TYPE = "application/json";

function jsonPage(status: number, value: unknown): Page {
  return { status, contentType: JSON_TYPE, text: JSON.stringify(value) };
}

/** Whether the process answers, and whether blocks can move: all that a load balancer needs. */
export function createPublicPages(monitor: Monitor): ReadPage {
  return ({ path }) => {
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
