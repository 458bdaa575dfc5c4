/** JSON Schema of the values of the API, for OpenAPI. */
import { z } from "zod";

export type JsonSchema = { readonly [key: string]: unknown };

/**
 * Renders a schema of what travels as JSON; named ones become references.
 *
 * @param named - Takes the definitions of named schemas.
 */
export function toJsonSchema(schema: z.ZodTypeAny, named: Map<string, JsonSchema>): JsonSchema {
  if (schema instanceof z.ZodNullable) {
    const inner = toJsonSchema(schema.unwrap() as z.ZodTypeAny, named);
    return { anyOf: [inner, { type: "null" }] };
  }
  if (schema instanceof z.ZodOptional) return toJsonSchema(schema.unwrap() as z.ZodTypeAny, named);
  const name = schema.description;
  if (name === undefined) return defineSchema(schema, named);
  if (!named.has(name)) {
    named.set(name, {});
    named.set(name, defineSchema(schema, named));
  }
  return { $ref: `#/components/schemas/${name}` };
}

function defineSchema(schema: z.ZodTypeAny, named: Map<string, JsonSchema>): JsonSchema {
  if (schema instanceof z.ZodEffects) {
    return defineSchema(schema.innerType() as z.ZodTypeAny, named);
  }
  if (schema instanceof z.ZodString) return stringSchema(schema);
  if (schema instanceof z.ZodNumber) return numberSchema(schema);
  if (schema instanceof z.ZodBoolean) return { type: "boolean" };
  if (schema instanceof z.ZodLiteral) return { const: schema.value as unknown };
  if (schema instanceof z.ZodEnum) return { type: "string", enum: schema.options as string[] };
  if (schema instanceof z.ZodArray) return arraySchema(schema as z.ZodArray<z.ZodTypeAny>, named);
  if (schema instanceof z.ZodRecord) return { type: "object" };
  if (schema instanceof z.ZodUnion || schema instanceof z.ZodDiscriminatedUnion) {
    const options = [...(schema.options as z.ZodTypeAny[])];
    return { anyOf: options.map((option) => toJsonSchema(option, named)) };
  }
  if (schema instanceof z.ZodObject)
    return objectSchema(shapeOf(schema), strictness(schema), named);
  throw new Error(`no JSON Schema for ${schema.constructor.name}`);
}

function stringSchema(schema: z.ZodString): JsonSchema {
  const pattern = schema._def.checks.find((check) => check.kind === "regex");
  return { type: "string", ...(pattern && { pattern: pattern.regex.source }) };
}

function numberSchema({ isInt, minValue, maxValue }: z.ZodNumber): JsonSchema {
  return {
    type: isInt ? "integer" : "number",
    ...(minValue !== null && { minimum: minValue }),
    ...(maxValue !== null && { maximum: maxValue }),
  };
}

function arraySchema(schema: z.ZodArray<z.ZodTypeAny>, named: Map<string, JsonSchema>): JsonSchema {
  const { minLength, maxLength } = schema._def;
  return {
    type: "array",
    items: toJsonSchema(schema.element, named),
    ...(minLength && { minItems: minLength.value }),
    ...(maxLength && { maxItems: maxLength.value }),
  };
}

function strictness(schema: z.ZodTypeAny): JsonSchema {
  const { unknownKeys } = schema._def as { readonly unknownKeys?: string };
  return unknownKeys === "strict" ? { additionalProperties: false } : {};
}

function objectSchema(
  shape: z.ZodRawShape,
  extras: object,
  named: Map<string, JsonSchema>,
): JsonSchema {
  const entries = Object.entries(shape);
  const required = entries.filter(([, field]) => !field.isOptional()).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(
      entries.map(([name, field]) => [name, toJsonSchema(field, named)]),
    ),
    ...(required.length > 0 && { required }),
    ...extras,
  };
}

/** The members of a schema that is an object. */
export function shapeOf(schema: z.ZodTypeAny): z.ZodRawShape {
  return schema instanceof z.ZodObject ? (schema.shape as z.ZodRawShape) : {};
}
