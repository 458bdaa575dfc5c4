/** JSON-RPC 2.0 over HTTP. Hardhat's own server only serves networks that live in its process. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { listen } from "./listen.ts";

export interface RpcServer {
  readonly url: string;
  /** Answers what has been asked, and takes nothing more. */
  close(): Promise<void>;
}

/** Answers one call. Rejects with an error that may have a numeric `code` and `data`. */
export type RpcRequest = (method: string, params: unknown[]) => Promise<unknown>;

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INTERNAL_ERROR = -32603;
/** A batch of the largest size takes a tenth of that. */
const BODY_BYTES_MAX = 1 << 20;

const callSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number(), z.null()]).default(null),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
const errorSchema = z.object({
  code: z.number().int().catch(INTERNAL_ERROR),
  message: z.string(),
  data: z.unknown(),
});

/**
 * @param port - 0 for any that is free.
 * @throws PORT_IN_USE
 */
export async function serveRpc(
  request: RpcRequest,
  { hostname = "127.0.0.1", port }: { readonly hostname?: string | undefined; port: number },
): Promise<RpcServer> {
  const server = createServer((incoming, response) => void respond(request, incoming, response));
  const taken = await listen(server, hostname, port);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  return { url: `http://${hostname}:${taken}`, close };
}

async function respond(
  request: RpcRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A browser asks first whether a page of another origin may call.
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-headers", "content-type");
  if (incoming.method === "OPTIONS") {
    response.writeHead(204).end();
  } else if (incoming.method !== "POST") {
    response.writeHead(405, { allow: "POST, OPTIONS" }).end();
  } else if (incoming.headers["content-length"] === undefined) {
    response.writeHead(411).end();
  } else if (Number(incoming.headers["content-length"]) > BODY_BYTES_MAX) {
    response.writeHead(413).end();
  } else {
    const body = await text(incoming).catch(() => "");
    const answer = JSON.stringify(await answerBody(request, body));
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }
}

async function answerBody(request: RpcRequest, body: string): Promise<unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return failure(null, { code: PARSE_ERROR, message: "The body is not JSON." });
  }
  if (!Array.isArray(parsed)) return answerCall(request, parsed);
  if (parsed.length > 0) return Promise.all(parsed.map((call) => answerCall(request, call)));
  return failure(null, { code: INVALID_REQUEST, message: "The batch is empty." });
}

async function answerCall(request: RpcRequest, call: unknown): Promise<object> {
  const parsed = callSchema.safeParse(call);
  if (!parsed.success) {
    return failure(null, { code: INVALID_REQUEST, message: "This is no JSON-RPC 2.0 call." });
  }
  const { id, method, params } = parsed.data;
  try {
    return { jsonrpc: "2.0", id, result: (await request(method, params)) ?? null };
  } catch (error) {
    const { code, message, data } = errorSchema.catch(unknownError).parse(error);
    return failure(id, { code, message, ...(data !== undefined && { data }) });
  }
}

function unknownError() {
  return { code: INTERNAL_ERROR, message: "The call has failed.", data: undefined };
}

function failure(id: string | number | null, error: object): object {
  return { jsonrpc: "2.0", id, error };
}
