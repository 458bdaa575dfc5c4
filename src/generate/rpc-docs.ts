/** Renders docs/rpc.md from the table of methods. */
import { markdownTable } from "./markdown.ts";
import { z } from "zod";
import { LOG_BLOCKS_MAX, WALLET_L1_METHODS } from "../server/l1-methods.ts";
import {
  BODY_BYTES_PER_UNIT,
  DEFAULT_RPC_LIMITS,
  L1_CALL_UNITS,
  type RpcLimits,
} from "../server/limits.ts";
import { LIST_UNITS, RPC_METHODS } from "../api/methods.ts";
import { PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX } from "../api/schemas.ts";

/** Types with an explanation in words. */
const PRIMITIVES: readonly (readonly [string, string])[] = [
  ["Quantity", "an integer of any size as 0x-hex, in the smallest unit if it is an amount"],
  ["Address", "an L1 address, 20 bytes of 0x-hex"],
  ["Hash", "32 bytes of 0x-hex, lower case"],
  ["Bytes", "bytes as 0x-hex"],
];

const INTRODUCTION = [
  "The port of a devnet answers them, beside all methods of Ethereum, and so does the port of",
  "`rollup:operator`. Parameters are positional. A refusal is a JSON-RPC error whose `data` is",
  "`{ code, facts, sentence, fix }`; over HTTP, where Hardhat's server lets no objects pass, it is",
  "the same as JSON text in `data.data`.",
].join(" ");

const PUBLIC_PORT = `The port of \`rollup:operator\` is for strangers. Cheap checks come first, L1 last: bytes, JSON, form,
method, rate, what the operator knows by itself, signatures. A request over a limit below gets an error
of its own, and all others are served. A failure without a code becomes \`RPC_FAILED\` with an id, and
the operator's log has the details: no answer has a stack trace, a path or the address of L1.
\`serveOperator\` of \`hardhat-zkrollup/node\` is the same for programs, without Hardhat.

- \`--admin-port PORT\` opens another port, on 127.0.0.1 unless \`--admin-hostname\` names another
  address, that also answers the methods marked *operator only*, and \`/metrics\`
  ([monitoring](monitoring.md)). Without it only programs that hold the operator, and devnets, can call
  them. Whoever reaches this port may do anything.
- The path \`/eth\` answers Ethereum tools about L2, [read only and under a chain id of its own](ethereum.md).
- \`GET /health\` and \`GET /ready\` say whether the process answers and whether blocks can move.
- \`--cors https://wallet.example,…\` names the web pages that may call; by default none, and a
  request with the origin of another page is refused. \`"*"\` is any page.
- \`--host-names NAME,…\`: a port on 127.0.0.1 answers to addresses and \`localhost\` only, so that no
  page can reach it under a name of its own (DNS rebinding). Behind a proxy that keeps the \`Host\`
  of its clients, name that host here.
- \`--rate-limit UNITS\` a second for each client address (an IPv6 /64 is one); 0 for no limit. A call
  takes one unit, or ${L1_CALL_UNITS} if it goes to L1, a page of a list ${LIST_UNITS}, and a body one for each ${BODY_BYTES_PER_UNIT} bytes. A client without units
  left gets HTTP 429 with \`retry-after\`. Behind a proxy all clients have one address: limit them
  there.
- \`--l1-methods none|wallet|all\`: what is passed on to L1, over a connection without the operator's
  keys. \`wallet\`, the default, is: ${WALLET_L1_METHODS.map((name) => `\`${name}\``).join(", ")}; \`eth_getLogs\` for ranges
  of up to ${LOG_BLOCKS_MAX} blocks. \`all\` is for a private chain: everybody can use what the node has,
  such as \`hardhat_*\` and unlocked accounts.`;

const REST = `The ports of \`rollup:operator\` have most methods also as REST routes below \`/v1\`.
\`GET /v1/openapi.json\` describes them in OpenAPI 3.1; the same document is
\`docs/openapi.json\` in the package. Parameters are in the path or, the members of an object, in the query; POST has its
only other parameter as the body. What is \`null\` by JSON-RPC is 404 here. A refusal is
\`{ "error": { code, facts, sentence, fix } }\` with a status: 400 for invalid parameters, 404, 410 for a cursor that is
not kept any more, 422 for a transaction that breaks a rule, 429, and 503 while the operator accepts nothing.

\`\`\`sh
curl -s localhost:8546/v1/blocks?limit=2
curl -s localhost:8546/v1/accounts/0x…/states/finalized
curl -s 'localhost:8546/v1/accounts/0x…/transactions?type=deposit&tokenId=0'
\`\`\`

[Subscriptions](stream.md) go over a WebSocket at \`/v1/stream\`. Lists have pages of up to ${PAGE_ITEMS_MAX} items (\`limit\`, by default ${PAGE_ITEMS_DEFAULT}): \`next\` of one page is the
\`cursor\` of the next, also after the operator was started again. They reach back to block 1, or else say from
which \`firstBlock\` on: where the [store](store.md) begins, or with the store \`memory\` what is still
[in memory](operator.md#memory). An item is neither left out nor listed twice while blocks are sealed and executed.`;

const LIMITS: { readonly [L in keyof RpcLimits]: string } = {
  bodyBytesMax: "bytes of a body (HTTP 413)",
  batchCallsMax: "calls in a request (`RPC_BATCH_TOO_LONG`)",
  paramsDepthMax: "levels of nesting in parameters",
  answerBytesMax: "bytes of the answer to a request (`RPC_ANSWER_TOO_LARGE` for more)",
  heldBytesMax: "bytes of all bodies and answers at a time (`RPC_BUSY`)",
  heldBytesPerClientMax: "of these, those of one client address",
  socketsMax: "connections; a further one closes the longest idle one of the client with the most",
  requestsMax: "requests at a time (HTTP 503, `RPC_BUSY`)",
  requestsPerSocketMax: "of these, those of one connection",
  headersMs: "ms for headers to arrive",
  requestMs: "ms for a request to arrive",
  answerMs: "ms for a client to read its answer",
  closingMs: "ms for running requests when the port closes; calls that wait get `OPERATOR_STOPPED`",
  waitingCallsMax:
    "`rollup_waitFor…` and `rollup_processBlocks` calls at a time, on each port (`RPC_BUSY`)",
  waitingCallsPerClientMax: "of these, those of one client address",
  unitsPerSecond: "units a second for each client address (HTTP 429, `RPC_RATE_LIMITED`)",
  unitsBurst: "units at once after a pause",
};

function limitsTable(): string {
  const rows = Object.entries(LIMITS).map(([name, meaning]) => [
    DEFAULT_RPC_LIMITS[name as keyof RpcLimits],
    meaning,
  ]);
  return markdownTable(["default", "what"], rows);
}

export function renderRpcDocs(): string {
  const types = collectTypes();
  const methods = Object.entries(RPC_METHODS).map(([name, entry]) => {
    const { description, params, result, access, rest } = entry;
    const call = `${name}(${params.items.map((item: z.ZodTypeAny) => toType(item)).join(", ")})`;
    const marked = access === "operator" ? `*Operator only.* ${description}` : description;
    const route = rest === undefined ? "" : `\n\nREST: \`${rest.verb} ${rest.path}\``;
    return `## ${name}\n\n${marked}\n\n${code(`${call}: ${toType(result)}`)}${route}`;
  });
  return [
    "<!-- generated from src/api/methods.ts; run `npm run generate` -->",
    "# JSON-RPC methods of a rollup",
    INTRODUCTION,
    ...methods,
    "# REST",
    REST,
    "# A port for everybody",
    PUBLIC_PORT,
    limitsTable(),
    "# Types",
    PRIMITIVES.map(([name, meaning]) => `- \`${name}\`: ${meaning}`).join("\n"),
    ...[...types].map(([name, schema]) => code(`type ${name} = ${toType(schema, true)}`)),
    "",
  ].join("\n\n");
}

function code(text: string): string {
  return `\`\`\`ts\n${text};\n\`\`\``;
}

/** Collects all named schemas that the methods reach, in the order of their first use. */
function collectTypes(): Map<string, z.ZodTypeAny> {
  const types = new Map<string, z.ZodTypeAny>();
  const visit = (schema: z.ZodTypeAny): void => {
    // Wrappers inherit the name of the wrapped schema.
    const isWrapper = schema instanceof z.ZodNullable || schema instanceof z.ZodOptional;
    const name = isWrapper ? undefined : schema.description;
    if (name !== undefined && PRIMITIVES.every(([known]) => known !== name))
      types.set(name, schema);
    for (const part of partsOf(schema)) visit(part);
  };
  for (const { params, result } of Object.values(RPC_METHODS)) [params, result].forEach(visit);
  return types;
}

/** Returns the parts of a schema. */
function partsOf(schema: z.ZodTypeAny): z.ZodTypeAny[] {
  if (schema instanceof z.ZodTuple) return schema.items as z.ZodTypeAny[];
  if (schema instanceof z.ZodObject) return Object.values(schema.shape as z.ZodRawShape);
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodTypeAny];
  if (schema instanceof z.ZodUnion || schema instanceof z.ZodDiscriminatedUnion) {
    return [...(schema.options as z.ZodTypeAny[])];
  }
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return [schema.unwrap() as z.ZodTypeAny];
  }
  return [];
}

/** Renders a schema as a TypeScript type: its name if it has one, or else its definition. */
function toType(schema: z.ZodTypeAny, spelledOut = false): string {
  if (schema instanceof z.ZodNullable) return `${toType(schema.unwrap() as z.ZodTypeAny)} | null`;
  if (schema.description !== undefined && !spelledOut) return schema.description;
  const parts = partsOf(schema).map((part) => toType(part));
  if (schema instanceof z.ZodObject) return objectType(schema.shape as z.ZodRawShape);
  if (schema instanceof z.ZodArray)
    return parts[0]!.includes(" ") ? `(${parts[0]})[]` : `${parts[0]}[]`;
  if (schema instanceof z.ZodEnum) return (schema.options as string[]).map(quote).join(" | ");
  if (schema instanceof z.ZodLiteral) return quote(schema.value);
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodRecord) return "{ [name: string]: unknown }";
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodString) return "string";
  return parts.join(" | ");
}

function objectType(shape: z.ZodRawShape): string {
  const fields = Object.entries(shape).map(([name, field]) =>
    field.isOptional() ? `${name}?: ${toType(partsOf(field)[0]!)}` : `${name}: ${toType(field)}`,
  );
  return `{ ${fields.join("; ")} }`;
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}
