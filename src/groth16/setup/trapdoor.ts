/** The secrets of the dev setup, which everybody can compute: that is what makes it insecure. */

import { createHash } from "node:crypto";
import { FIELD_MODULUS } from "../../crypto/field.ts";

/** Part of every hash: raise it when a change makes other keys from the same seed. */
const DOMAIN = "hardhat-zkrollup dev setup 1";

/**
 * The trapdoor of a Groth16 key. gamma is 1, as in every key of snarkjs.
 *
 * tau, alpha and beta depend on the seed alone, as if all circuits used one powers-of-tau file:
 * their verification keys share alpha, beta and gamma. delta depends on the circuit too, as if each
 * circuit had a phase-2 ceremony of its own: code that mixes up two keys fails in tests as it would
 * with real ones.
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

/** A scalar in [1, r) for each seed and label. The bias of reducing 512 bits is negligible. */
export function deriveScalar(seed: string, label: string): bigint {
  const hash = createHash("sha512").update(JSON.stringify([DOMAIN, label, seed]));
  return 1n + (BigInt(`0x${hash.digest("hex")}`) % (FIELD_MODULUS - 1n));
}
