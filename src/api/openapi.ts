/** The OpenAPI document of the REST routes, made of the same table as JSON-RPC. */
import { z } from "zod";
import { type JsonSchema, shapeOf, toJsonSchema } from "./json-schema.ts";
import { type RestRoute, RPC_METHODS, type RpcMethod } from "./methods.ts";

/** Routes by method, in the order of the table. */
export function listRoutes(): readonly (readonly [method: RpcMethod, route: RestRoute])[] {
  return Object.entries(RPC_METHODS).flatMap(([name, { rest }]) =>
    rest === undefined ? [] : [[name as RpcMethod, rest] as const],
  );
}

/** @returns An OpenAPI 3.1 document, as plain JSON. */
export function createOpenApi(): JsonSchema {
  const named = new Map<string, JsonSchema>();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const [method, route] of listRoutes()) {
    const ofPath = (paths[route.path] ??= {});
    ofPath[route.verb.toLowerCase()] = toOperation(method, route, named);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Rollup node",
      version: "1",
      description:
        "The `rollup_*` methods of JSON-RPC as REST routes. Integers of any size are 0x-hex. Lists " +
        "have pages: `next` of one is `cursor` of the following, and the last has none.",
    },
    paths,
    components: { schemas: Object.fromEntries(named) },
  };
}

function toOperation(
  method: RpcMethod,
  { verb, path, names }: RestRoute,
  named: Map<string, JsonSchema>,
): JsonSchema {
  const { description, params, result } = RPC_METHODS[method];
  const schemas = params.items as readonly z.ZodTypeAny[];
  const parameters: JsonSchema[] = [];
  let body: z.ZodTypeAny | undefined;
  for (const [index, name] of names.entries()) {
    const schema = schemas[index]!;
    if (path.includes(`{${name}}`)) {
      parameters.push({ name, in: "path", required: true, schema: toJsonSchema(schema, named) });
    } else if (verb === "POST") body = schema;
    else parameters.push(...toQuery(schema, named));
  }
  return {
    operationId: method,
    summary: description,
    parameters,
    ...(body && { requestBody: { required: true, content: toContent(toJsonSchema(body, named)) } }),
    responses: {
      200: { description: "The result.", content: toContent(resultSchema(result, named)) },
      default: { description: "A refusal.", content: toContent(ERROR_SCHEMA) },
    },
  };
}

/** The members of an object as parameters of the query. */
function toQuery(schema: z.ZodTypeAny, named: Map<string, JsonSchema>): JsonSchema[] {
  return Object.entries(shapeOf(schema)).map(([name, field]) => ({
    name,
    in: "query",
    required: !field.isOptional(),
    schema: toJsonSchema(field, named),
  }));
}

/** What is not there is HTTP 404, not null. */
function resultSchema(result: z.ZodTypeAny, named: Map<string, JsonSchema>): JsonSchema {
  const isNullable = result instanceof z.ZodNullable;
  return toJsonSchema(isNullable ? (result.unwrap() as z.ZodTypeAny) : result, named);
}

function toContent(schema: JsonSchema): JsonSchema {
  return { "application/json": { schema } };
}

const ERROR_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        code: { type: "string" },
        facts: { type: "object" },
        sentence: { type: "string" },
        fix: { type: "string" },
      },
      required: ["code", "sentence", "fix"],
    },
  },
  required: ["error"],
};
