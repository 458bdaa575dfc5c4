/** Schemas of snarkjs's JSON, for files of other programs and for other proof systems. */
import { z } from "zod";
import { DECIMAL_EXPECTED, isDecimal } from "./proof-shape.ts";

/** Numbers and points of snarkjs's JSON, which other proof systems share. */
export const decimal = z.string().refine(isDecimal, DECIMAL_EXPECTED);
export const pointInG1 = z.array(decimal).length(3);
export const pointInG2 = z.array(z.array(decimal).length(2)).length(3);

/** The values that a proof is of, in decimal. */
export const publicSchema = z.array(decimal);

/** rapidsnark leaves the curve out. */
export const proofSchema = z.object({
  pi_a: pointInG1,
  pi_b: pointInG2,
  pi_c: pointInG1,
  protocol: z.literal("groth16"),
  curve: z.literal("bn128").default("bn128"),
});

/** Describes the first thing that does not fit a schema, or returns undefined. */
export function firstIssue(schema: z.ZodType, value: unknown, name: string): string | undefined {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  return issue && `${[name, ...issue.path].join(".")}: ${issue.message}`;
}
