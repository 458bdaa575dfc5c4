/** Checks of answers to strangers. */
import { z } from "zod";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import type { HttpAnswer } from "./client.ts";

const answerSchema = z
  .object({
    jsonrpc: z.literal("2.0"),
    id: z.union([z.string(), z.number(), z.null()]),
    result: z.unknown(),
    error: z
      .object({ code: z.number().int(), message: z.string().min(1), data: z.unknown() })
      .strict()
      .optional(),
  })
  .strict()
  .refine((answer) => (answer.error === undefined) !== (answer.result === undefined));
const restErrorSchema = z
  .object({
    error: z
      .object({
        code: z.string(),
        facts: z.record(z.unknown()),
        sentence: z.string(),
        fix: z.string(),
      })
      .strict(),
  })
  .strict();
const bodySchema = z.union([answerSchema, z.array(answerSchema).min(1)]);

/** What Prometheus reads. */
const METRICS = /^# HELP \w+ .+\n# TYPE \w+ \w+\n/;
const readySchema = z.object({ ready: z.literal(false) });

/** HTTP statuses of answers without a JSON-RPC body. */
const PLAIN_STATUSES = [101, 204, 400, 403, 404, 405, 408, 411, 413, 417, 426, 429, 431, 503];

/** HTTP statuses of refusals by REST. */
const REST_STATUSES = [400, 403, 404, 410, 422, 500, 503];

/** What `ws` answers to a handshake that is none. */
const WEBSOCKET_REFUSAL = /^(Missing or invalid|Invalid) [\w-]+ header$/;

const TRACES = /node_modules|node:internal|file:\/\/|\.[tj]s:\d+|\n\s+at |\/home\/|\/tmp\//;

/** @returns The fault of an answer, in a few words; undefined if it has none. */
export function findFault(
  { status, text }: HttpAnswer,
  l1Url: string,
  isPage = false,
): string | undefined {
  if (status === 0) return undefined;
  const { host } = new URL(l1Url);
  if (TRACES.test(text) || text.includes(PACKAGE_ROOT)) return "it shows a path or a stack trace";
  if (text.includes(host)) return "it shows the address of L1";
  // The messages of a WebSocket; traces and addresses are all that must not be in them.
  if (status === 101) return undefined;
  if (text === "" && PLAIN_STATUSES.includes(status)) return undefined;
  if (status === 400 && WEBSOCKET_REFUSAL.test(text)) return undefined;
  const value = parse(text);
  if (REST_STATUSES.includes(status) && restErrorSchema.safeParse(value).success) return undefined;
  if (isPage && status === 200 && (value !== undefined || METRICS.test(text))) return undefined;
  if (isPage && status === 503 && readySchema.safeParse(value).success) return undefined;
  if (![200, 429, 503].includes(status)) return `it has the status ${status}`;
  return bodySchema.safeParse(value).success ? undefined : "it is no answer of JSON-RPC";
}

/** The codes of an answer, as keys of statistics; `result` for a success. */
export function outcomesOf({ status, text }: HttpAnswer): string[] {
  const refusal = restErrorSchema.safeParse(parse(text));
  if (refusal.success) return [refusal.data.error.code];
  const { data } = bodySchema.safeParse(parse(text));
  if (data === undefined) return [`HTTP ${status}`];
  return [data].flat().map(({ error }) => {
    if (error === undefined) return "result";
    const coded = z.object({ code: z.string() }).safeParse(error.data);
    return coded.success ? coded.data.code : String(error.code);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
