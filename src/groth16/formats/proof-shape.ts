/**
 * Checks of proofs and verification keys in snarkjs's JSON form, which come from anywhere. They are
 * written by hand, because a page that verifies need not load a library of schemas.
 */
import { groth16Error } from "../errors.ts";
import type { ProofWithSignals, VerificationKey } from "../snarkjs.ts";
import { BASE_FIELD_MODULUS } from "./bn254.ts";

/** As many digits as 2^256 has: no word of a contract has more. */
const DECIMAL = /^\d{1,78}$/;

export const DECIMAL_EXPECTED = "Expected an unsigned integer of 256 bits, in decimal";

export function isDecimal(value: unknown): value is string {
  return typeof value === "string" && DECIMAL.test(value) && BigInt(value) < 1n << 256n;
}

/** Describes what is wrong with a value, whose name is in front; undefined if nothing is. */
type Check = (value: unknown, name: string) => string | undefined;

const decimal: Check = (value, name) =>
  isDecimal(value) ? undefined : `${name}: ${DECIMAL_EXPECTED}`;

/** @param length - Undefined for any. */
function listOf(item: Check, length?: number): Check {
  return (value, name) => {
    if (!Array.isArray(value)) return `${name}: Expected an array`;
    if (length !== undefined && value.length !== length) return `${name}: Expected ${length} items`;
    for (let i = 0; i < value.length; i++) {
      const problem = item(value[i], `${name}.${i}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

const pointInG1 = listOf(decimal, 3);
const pointInG2 = listOf(listOf(decimal, 2), 3);

function fieldsOf(checks: Readonly<Record<string, Check>>): Check {
  return (value, name) => {
    if (typeof value !== "object" || value === null) return `${name}: Expected an object`;
    for (const [field, check] of Object.entries(checks)) {
      const problem = check((value as Record<string, unknown>)[field], `${name}.${field}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

const count: Check = (value, name) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : `${name}: Expected a count`;
const protocol: Check = (value, name) =>
  value === "groth16" ? undefined : `${name}: Expected groth16`;
const curve: Check = (value, name) => (value === "bn128" ? undefined : `${name}: Expected bn128`);
/** rapidsnark leaves the curve out. */
const curveIfAny: Check = (value, name) => (value === undefined ? undefined : curve(value, name));

const proofCheck = fieldsOf({
  pi_a: pointInG1,
  pi_b: pointInG2,
  pi_c: pointInG1,
  protocol,
  curve: curveIfAny,
});

const keyCheck = fieldsOf({
  protocol,
  curve,
  nPublic: count,
  vk_alpha_1: pointInG1,
  vk_beta_2: pointInG2,
  vk_gamma_2: pointInG2,
  vk_delta_2: pointInG2,
  IC: listOf(pointInG1),
});

/** @throws PROOF_MALFORMED for anything but a Groth16 proof over BN254 with its public values */
export function assertProof({ proof, publicSignals }: ProofWithSignals): void {
  const problem =
    protocolProblem(proof) ??
    proofCheck(proof, "proof") ??
    listOf(decimal)(publicSignals, "publicSignals");
  if (problem !== undefined) throw groth16Error({ code: "PROOF_MALFORMED", problem });
}

/** @throws VERIFICATION_KEY_MALFORMED for anything but a Groth16 key over BN254 */
export function assertVerificationKey(key: VerificationKey): void {
  const problem = protocolProblem(key) ?? keyCheck(key, "key");
  if (problem !== undefined) throw groth16Error({ code: "VERIFICATION_KEY_MALFORMED", problem });
  const points = key.IC.length;
  if (points === key.nPublic + 1) return;
  throw groth16Error({
    code: "VERIFICATION_KEY_MALFORMED",
    problem: `it has ${points} points for ${key.nPublic} public values and the constant 1`,
  });
}

/**
 * Checks that a proof has a value for each public one of a key: snarkjs takes 0 for one that is
 * missing.
 *
 * @throws PROOF_MALFORMED
 */
export function assertPublicCount(key: VerificationKey, publicSignals: readonly string[]): void {
  const [expected, actual] = [key.nPublic, publicSignals.length];
  if (actual === expected) return;
  const problem = `it has ${actual} public values, but the key is for ${expected}`;
  throw groth16Error({ code: "PROOF_MALFORMED", problem });
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
