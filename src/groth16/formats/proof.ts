/** Checks of proofs and verification keys in snarkjs's JSON form, which come from anywhere. */
import { z } from "zod";
import { groth16Error } from "../errors.ts";
import type { ProofWithSignals, VerificationKey } from "../snarkjs.ts";
import { BASE_FIELD_MODULUS } from "./bn254.ts";

/** As many digits as 2^256 has: no word of a contract has more. */
const DECIMAL = /^\d{1,78}$/;

/** Numbers and points of snarkjs's JSON, which other proof systems share. */
export const decimal = z
  .string()
  .refine(
    (text) => DECIMAL.test(text) && BigInt(text) < 1n << 256n,
    "Expected an unsigned integer of 256 bits, in decimal",
  );
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

const keySchema = z.object({
  protocol: z.literal("groth16"),
  curve: z.literal("bn128"),
  nPublic: z.number().int().nonnegative(),
  vk_alpha_1: pointInG1,
  vk_beta_2: pointInG2,
  vk_gamma_2: pointInG2,
  vk_delta_2: pointInG2,
  IC: z.array(pointInG1),
});

/** @throws PROOF_MALFORMED for anything but a Groth16 proof over BN254 with its public values */
export function assertProof({ proof, publicSignals }: ProofWithSignals): void {
  const problem =
    protocolProblem(proof) ??
    firstIssue(proofSchema, proof, "proof") ??
    firstIssue(publicSchema, publicSignals, "publicSignals");
  if (problem !== undefined) throw groth16Error({ code: "PROOF_MALFORMED", problem });
}

/** @throws VERIFICATION_KEY_MALFORMED for anything but a Groth16 key over BN254 */
export function assertVerificationKey(key: VerificationKey): void {
  const problem = protocolProblem(key) ?? firstIssue(keySchema, key, "key");
  if (problem !== undefined) throw groth16Error({ code: "VERIFICATION_KEY_MALFORMED", problem });
  const points = key.IC.length;
  if (points === key.nPublic + 1) return;
  throw groth16Error({
    code: "VERIFICATION_KEY_MALFORMED",
    problem: `it has ${points} points for ${key.nPublic} public values and the constant 1`,
  });
}

/**
 * Whether all coordinates of a proof are below q, as the contracts demand. snarkjs reduces them, so
 * it would accept several forms of one proof.
 */
export function isCanonical({ proof: { pi_a, pi_b, pi_c } }: ProofWithSignals): boolean {
  return [...pi_a, ...pi_b.flat(), ...pi_c].every((value) => BigInt(value) < BASE_FIELD_MODULUS);
}

/** What is proven, and over which curve, is the first thing to know of JSON that does not fit. */
function protocolProblem(value: unknown): string | undefined {
  const { protocol = "groth16", curve = "bn128" } = Object(value) as Record<string, unknown>;
  if (protocol === "groth16" && curve === "bn128") return undefined;
  return `it is for ${String(protocol)} over ${String(curve)}`;
}

/** Describes the first thing that does not fit a schema, or returns undefined. */
export function firstIssue(schema: z.ZodType, value: unknown, name: string): string | undefined {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  return issue && `${[name, ...issue.path].join(".")}: ${issue.message}`;
}
