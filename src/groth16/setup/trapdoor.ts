/** The secrets of the dev setup, which is insecure because everybody can compute them. */

import { createHash } from "node:crypto";
import { FIELD_MODULUS } from "../../crypto/field.ts";

/** Part of every hash: raise it when the same seed gives other keys. */
const DOMAIN = "hardhat-zkrollup dev setup 1";

/**
 * Derives the trapdoor of a Groth16 key. gamma is 1, as in every key of snarkjs.
 *
 * tau, alpha and beta depend on the seed alone, as if all circuits used one powers-of-tau file:
 * their verification keys share alpha, beta and gamma. delta also depends on the circuit, as if
 * each circuit had its own phase-2 ceremony, so code that confuses two keys fails as it does with
 * real ones.
 */
export interface Trapdoor {
  readonly tau: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly delta: bigint;
}

/**
 * @param seed Any text.
 * @param circuitDigest SHA-256 of the r1cs file, in hex.
 */
export function deriveTrapdoor(seed: string, circuitDigest: string): Trapdoor {
  return {
    tau: deriveScalar(seed, "tau"),
    alpha: deriveScalar(seed, "alpha"),
    beta: deriveScalar(seed, "beta"),
    delta: deriveScalar(seed, `delta ${circuitDigest}`),
  };
}

/** Derives a scalar in [1, r) from seed and label; the bias of reducing 512 bits is negligible. */
export function deriveScalar(seed: string, label: string): bigint {
  const hash = createHash("sha512").update(JSON.stringify([DOMAIN, label, seed]));
  return 1n + (BigInt(`0x${hash.digest("hex")}`) % (FIELD_MODULUS - 1n));
}
