/** Writes docs/rpc.md from the table of methods. */
import { z } from "zod";
import { RPC_METHODS } from "./methods.ts";

/** Types that a person has to be told in words. */
const PRIMITIVES: readonly (readonly [string, string])[] = [
  ["Quantity", "an integer of any size as 0x-hex, in the smallest unit if it is an amount"],
  ["Address", "an L1 address, 20 bytes of 0x-hex"],
  ["Hash", "32 bytes of 0x-hex, lower case"],
  ["Bytes", "bytes as 0x-hex"],
];

const INTRODUCTION = [
  "They are answered on the port of the L1 node, beside Ethereum's own. Parameters are positional.",
  "A refusal is a JSON-RPC error whose `data` is `{ code, facts, sentence, fix }`; over HTTP,",
  "where Hardhat's server lets no objects pass, it is the same as JSON text in `data.data`.",
].join(" ");

export function renderRpcDocs(): string {
  const types = collectTypes();
  const methods = Object.entries(RPC_METHODS).map(([name, { description, params, result }]) => {
    const call = `${name}(${params.items.map((item: z.ZodTypeAny) => toType(item)).join(", ")})`;
    return `## ${name}\n\n${description}\n\n${code(`${call}: ${toType(result)}`)}`;
  });
  return [
    "<!-- generated from src/rpc/methods.ts; run `npm run generate` -->",
    "# JSON-RPC methods of a rollup",
    INTRODUCTION,
    ...methods,
    "# Types",
    PRIMITIVES.map(([name, meaning]) => `- \`${name}\`: ${meaning}`).join("\n"),
    ...[...types].map(([name, schema]) => code(`type ${name} = ${toType(schema, true)}`)),
    "",
  ].join("\n\n");
}

function code(text: string): string {
  return `\`\`\`ts\n${text};\n\`\`\``;
}

/** All schemas with a name that the methods reach, in the order of their first use. */
function collectTypes(): Map<string, z.ZodTypeAny> {
  const types = new Map<string, z.ZodTypeAny>();
  const visit = (schema: z.ZodTypeAny): void => {
    // Wrappers inherit the name of what they wrap.
    const isWrapper = schema instanceof z.ZodNullable || schema instanceof z.ZodOptional;
    const name = isWrapper ? undefined : schema.description;
    if (name !== undefined && PRIMITIVES.every(([known]) => known !== name))
      types.set(name, schema);
    for (const part of partsOf(schema)) visit(part);
  };
  for (const { params, result } of Object.values(RPC_METHODS)) [params, result].forEach(visit);
  return types;
}

/** The schemas that a schema is made of. */
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

/** A schema as a TypeScript type; by its name if it has one, unless that is what is asked for. */
function toType(schema: z.ZodTypeAny, spelledOut = false): string {
  if (schema instanceof z.ZodNullable) return `${toType(schema.unwrap() as z.ZodTypeAny)} | null`;
  if (schema.description !== undefined && !spelledOut) return schema.description;
  const parts = partsOf(schema).map((part) => toType(part));
  if (schema instanceof z.ZodObject) return objectType(schema.shape as z.ZodRawShape);
  if (schema instanceof z.ZodArray)
    return parts[0]!.includes(" ") ? `(${parts[0]})[]` : `${parts[0]}[]`;
  if (schema instanceof z.ZodEnum) return (schema.options as string[]).map(quote).join(" | ");
  if (schema instanceof z.ZodLiteral) return quote(schema.value);
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
