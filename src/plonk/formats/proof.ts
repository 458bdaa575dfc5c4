/** Checks of PLONK and fflonk proofs and keys in snarkjs's JSON form, which come from anywhere. */
import { z } from "zod";
import { FIELD_MODULUS } from "../../crypto/field.ts";
import { groth16Error } from "../../groth16/errors.ts";
import { BASE_FIELD_MODULUS } from "../../groth16/formats/bn254.ts";
import {
  decimal,
  firstIssue,
  pointInG1,
  pointInG2,
  publicSchema,
} from "../../groth16/formats/proof.ts";
import {
  type AnyPlonkKey,
  type AnyPlonkProven,
  type FflonkProof,
  type PlonkProof,
  type PlonkProtocol,
  PROTOCOL_TITLES,
} from "../protocols.ts";

export const PLONK_POINTS = ["A", "B", "C", "Z", "T1", "T2", "T3", "Wxi", "Wxiw"] as const;
export const PLONK_EVALUATIONS = [
  "eval_a",
  "eval_b",
  "eval_c",
  "eval_s1",
  "eval_s2",
  "eval_zw",
] as const;
export const FFLONK_POINTS = ["C1", "C2", "W1", "W2"] as const;
/** In the order of the contract's arguments; `inv` is the last of them. */
export const FFLONK_EVALUATIONS = [
  "ql",
  "qr",
  "qm",
  "qo",
  "qc",
  "s1",
  "s2",
  "s3",
  "a",
  "b",
  "c",
  "z",
  "zw",
  "t1w",
  "t2w",
  "inv",
] as const;

function shape<K extends string, T extends z.ZodType>(names: readonly K[], type: T) {
  return Object.fromEntries(names.map((name) => [name, type])) as Record<K, T>;
}

const PROOFS = {
  plonk: z.object({ ...shape(PLONK_POINTS, pointInG1), ...shape(PLONK_EVALUATIONS, decimal) }),
  fflonk: z.object({
    polynomials: z.object(shape(FFLONK_POINTS, pointInG1)).strict(),
    evaluations: z.object(shape(FFLONK_EVALUATIONS, decimal)).strict(),
  }),
} as const satisfies Record<PlonkProtocol, z.ZodType>;

const curve = z.literal("bn128");
const counts = { nPublic: z.number().int().nonnegative(), power: z.number().int().min(1).max(28) };
const KEYS = {
  plonk: z.object({
    protocol: z.literal("plonk"),
    curve,
    ...counts,
    ...shape(["k1", "k2", "w"], decimal),
    ...shape(["Qm", "Ql", "Qr", "Qo", "Qc", "S1", "S2", "S3"], pointInG1),
    X_2: pointInG2,
  }),
  fflonk: z.object({
    protocol: z.literal("fflonk"),
    curve,
    ...counts,
    ...shape(["k1", "k2", "w", "w3", "w4", "w8", "wr"], decimal),
    C0: pointInG1,
    X_2: pointInG2,
  }),
} as const satisfies Record<PlonkProtocol, z.ZodType>;

/** @throws PROOF_MALFORMED for anything but a proof of the protocol with its public values */
export function assertPlonkProof(
  protocol: PlonkProtocol,
  { proof, publicSignals }: AnyPlonkProven,
): void {
  const problem =
    protocolProblem(protocol, proof) ??
    firstIssue(PROOFS[protocol], proof, "proof") ??
    firstIssue(publicSchema, publicSignals, "publicSignals");
  if (problem !== undefined) throw groth16Error({ code: "PROOF_MALFORMED", problem });
}

/** @throws VERIFICATION_KEY_MALFORMED for anything but a key of the protocol */
export function assertPlonkVerificationKey(protocol: PlonkProtocol, key: AnyPlonkKey): void {
  const problem = protocolProblem(protocol, key) ?? firstIssue(KEYS[protocol], key, "key");
  if (problem !== undefined) throw groth16Error({ code: "VERIFICATION_KEY_MALFORMED", problem });
}

/**
 * Whether all coordinates are below q and all evaluations below r, as the contracts demand. snarkjs
 * reduces them, so it would accept several forms of one proof.
 */
export function isCanonicalPlonk(protocol: PlonkProtocol, { proof }: AnyPlonkProven): boolean {
  const { points, evaluations } = proofValues(protocol, proof);
  return (
    points.every(([x, y]) => BigInt(x!) < BASE_FIELD_MODULUS && BigInt(y!) < BASE_FIELD_MODULUS) &&
    evaluations.every((value) => BigInt(value) < FIELD_MODULUS)
  );
}

/** The points and evaluations of a proof, in the order of the contract's arguments. */
export function proofValues(
  protocol: PlonkProtocol,
  proof: AnyPlonkProven["proof"],
): { points: (readonly string[])[]; evaluations: string[] } {
  if (protocol === "plonk") {
    const plonk = proof as PlonkProof;
    return {
      points: PLONK_POINTS.map((name) => plonk[name]),
      evaluations: PLONK_EVALUATIONS.map((name) => plonk[name]),
    };
  }
  const { polynomials, evaluations } = proof as FflonkProof;
  return {
    points: FFLONK_POINTS.map((name) => polynomials[name]!),
    evaluations: FFLONK_EVALUATIONS.map((name) => evaluations[name]!),
  };
}

/** What is proven, and over which curve, is the first thing to know of JSON that does not fit. */
function protocolProblem(expected: PlonkProtocol, value: unknown): string | undefined {
  const { protocol = expected, curve = "bn128" } = Object(value) as Record<string, unknown>;
  if (protocol === expected && curve === "bn128") return undefined;
  const title = PROTOCOL_TITLES[expected];
  return `it is for ${String(protocol)} over ${String(curve)} instead of ${title} over bn128`;
}
