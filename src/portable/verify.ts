/** Verifies proofs without snarkjs, threads or WebAssembly. */

import { isFieldElement } from "../crypto/field.ts";
import {
  isInG1,
  isInG2,
  isPairingProductOne,
  negateG1,
  type PointG1,
  type PointG2,
  sumOfMultiples,
} from "../crypto/pairing.ts";
import { groth16Error } from "../groth16/errors.ts";
import {
  assertProof,
  assertPublicCount,
  assertVerificationKey,
  isCanonical,
} from "../groth16/formats/proof-shape.ts";
import { BASE_FIELD_MODULUS } from "../groth16/formats/bn254.ts";
import type { Groth16Proof, VerificationKey } from "../groth16/snarkjs.ts";

/**
 * Whether a proof is valid for its public values under a key.
 *
 * @throws PROOF_MALFORMED, VERIFICATION_KEY_MALFORMED for JSON of another shape
 */
export function verifyProof(
  key: VerificationKey,
  publicSignals: readonly string[],
  proof: Groth16Proof,
): boolean {
  assertVerificationKey(key);
  assertProof({ proof, publicSignals });
  assertPublicCount(key, publicSignals);
  const scalars = publicSignals.map(BigInt);
  if (!isAffine(proof)) return false;
  if (!scalars.every(isFieldElement) || !isCanonical({ proof, publicSignals })) return false;
  const [a, b, c] = [toG1(proof.pi_a), toG2(proof.pi_b), toG1(proof.pi_c)];
  if (![a, c].every(isInG1) || !isInG2(b)) return false;
  const [alpha, ...ic] = [key.vk_alpha_1, ...key.IC].map(keyPoint(toG1, isInG1));
  const [beta, gamma, delta] = [key.vk_beta_2, key.vk_gamma_2, key.vk_delta_2].map(
    keyPoint(toG2, isInG2),
  );
  const values = sumOfMultiples(ic.map((point, i) => [i === 0 ? 1n : scalars[i - 1]!, point]));
  return isPairingProductOne([
    [negateG1(a), b],
    [alpha!, beta!],
    [values, gamma!],
    [c, delta!],
  ]);
}

/** Whether the last coordinates of all points are 1, or 0 for infinity, as snarkjs writes them. */
function isAffine({ pi_a, pi_b, pi_c }: Groth16Proof): boolean {
  return (
    [pi_a[2], pi_b[2]![0], pi_c[2]].every((z) => z === "0" || z === "1") && pi_b[2]![1] === "0"
  );
}

/** snarkjs writes (0, 1, 0) for infinity, and 1 as the last coordinate of all other points. */
function toG1([x, y, z]: readonly string[]): PointG1 {
  return BigInt(z!) === 0n ? null : [BigInt(x!), BigInt(y!)];
}

function toG2([x, y, z]: readonly (readonly string[])[]): PointG2 {
  if (z!.every((part) => BigInt(part) === 0n)) return null;
  return [
    [BigInt(x![0]!), BigInt(x![1]!)],
    [BigInt(y![0]!), BigInt(y![1]!)],
  ];
}

/** Reads a point of a key. @throws VERIFICATION_KEY_MALFORMED for one that is not in the group */
function keyPoint<J, P>(read: (json: J) => P, isInGroup: (point: P) => boolean) {
  return (json: J): P => {
    const point = read(json);
    const coordinates = [point].flat(3) as (bigint | null)[];
    const isReduced = coordinates.every((value) => value === null || value < BASE_FIELD_MODULUS);
    if (isReduced && isInGroup(point)) return point;
    throw groth16Error({ code: "VERIFICATION_KEY_MALFORMED", problem: "a point is on no curve" });
  };
}
