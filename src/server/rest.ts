/** REST routes: the methods of JSON-RPC under paths. */
import type { z } from "zod";
import { rpcError } from "../api/errors.ts";
import { shapeOf } from "../api/json-schema.ts";
import { type RestRoute, RPC_METHODS, type RpcMethod } from "../api/methods.ts";
import { createOpenApi, listRoutes } from "../api/openapi.ts";
import type { RpcRequest } from "./answer.ts";
import { jsonPage, type PageRequest, type ReadPage } from "./pages.ts";
import { unitsOfRecoveries } from "./recoveries.ts";

/** Where the description of all routes is. */
const OPENAPI_PATH = "/v1/openapi.json";

interface Route extends RestRoute {
  readonly method: RpcMethod;
  readonly segments: readonly string[];
}

const ROUTES: readonly Route[] = listRoutes().map(([method, route]) => {
  return { ...route, method, segments: route.path.split("/") };
});

/**
 * Answers the REST routes.
 *
 * @param request - Answers the same call as JSON-RPC.
 */
export function createRest(request: RpcRequest): ReadPage {
  const description = jsonPage(200, createOpenApi());
  return async (page) => {
    const { path, verb, caller } = page;
    if (path === OPENAPI_PATH && verb === "GET") return description;
    const found = findRoute(page);
    if (found === undefined) return undefined;
    const { method } = found.route;
    const result = await request(method, readParams(found, page), caller);
    if (result === null) throw rpcError({ code: "RPC_NOT_FOUND", path });
    return jsonPage(200, result);
  };
}

interface Found {
  readonly route: Route;
  /** Of the path, by name. */
  readonly values: ReadonlyMap<string, string>;
}

/** What a request takes of its client's rate besides its body. */
export function unitsOfPage(target: Pick<PageRequest, "path" | "verb">): number {
  const found = findRoute(target);
  return found === undefined ? 1 : RPC_METHODS[found.route.method].units;
}

/** What the body of a request takes besides its length. */
export function unitsOfPageBody(target: Pick<PageRequest, "path" | "verb">, body: unknown): number {
  const found = findRoute(target);
  return found === undefined ? 0 : unitsOfRecoveries(found.route.method, [body]);
}

function findRoute({ path, verb }: Pick<PageRequest, "path" | "verb">): Found | undefined {
  const given = path.split("/");
  for (const route of ROUTES) {
    if (route.verb !== verb || route.segments.length !== given.length) continue;
    const values = new Map<string, string>();
    const isSame = route.segments.every((segment, index) => {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name !== undefined) values.set(name, given[index]!);
      return name === undefined ? segment === given[index] : given[index] !== "";
    });
    if (isSame) return { route, values };
  }
  return undefined;
}

function readParams({ route, values }: Found, { query, body }: PageRequest): unknown[] {
  const { method, verb, names } = route;
  const schemas = RPC_METHODS[method].params.items as readonly z.ZodTypeAny[];
  return names.map((name, index) => {
    const schema = schemas[index]!;
    const text = values.get(name);
    if (text !== undefined) return fromText(schema, text);
    return verb === "POST" ? body : fromQuery(schema, query, method);
  });
}

/** @throws RPC_PARAMS_INVALID for a name that is given twice. */
function fromQuery(
  schema: z.ZodTypeAny,
  query: URLSearchParams,
  method: string,
): Record<string, unknown> {
  const shape = shapeOf(schema);
  const read: [string, unknown][] = [];
  for (const [name, text] of query) {
    if (read.some(([known]) => known === name)) {
      const reason = "expected one value";
      throw rpcError({ code: "RPC_PARAMS_INVALID", method, path: name, reason });
    }
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
    read.push([name, field === undefined ? text : fromText(field, text)]);
  }
  return Object.fromEntries(read);
}

/** A text as the schema takes it: itself, or else the number that it is. */
function fromText(schema: z.ZodTypeAny, text: string): unknown {
  const isNumber = /^(0|[1-9]\d{0,15})$/.test(text);
  return isNumber && !schema.safeParse(text).success ? Number(text) : text;
}
