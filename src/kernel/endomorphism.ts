/**
 * The endomorphism of BN254: (x, y) ↦ (βx, y) maps a point P to λP, with β³ = 1 and λ³ = 1. So a
 * scalar k of 254 bits can be split into k' + λ·k'' with halves of 127 bits.
 *
 * The pairs (k', k'') with k' + λ·k'' = 0 mod r form a lattice, of which (A1, −B1) and (A2, B2) are
 * a short basis of determinant r. Subtracting from (k, 0) the lattice point closest to it leaves
 * the halves: c₁ = ⌊B2·k/r⌉, c₂ = ⌊B1·k/r⌉, k' = k − c₁·A1 − c₂·A2, k'' = c₁·B1 − c₂·B2.
 *
 * @see https://www.iacr.org/archive/crypto2001/21390189.pdf
 */

import { FQ, FR, modulo } from "./limbs.ts";

export const LAMBDA = 4407920970296243842393367215006156084916469457145843978461n;
/** β for G1; for G2 it is the other cube root of one. */
export const BETA_G1 = 2203960485148121921418603742825762020974279258880205651966n;
export const BETA_G2 = modulo(-1n - BETA_G1, FQ.modulus);

export const LATTICE = {
  a1: 0x89d3256894d213e3n,
  b1: 0x6f4d8248eeb859fc8211bbeb7d4f1128n,
  a2: 0x6f4d8248eeb859fd0be4e1541221250bn,
  b2: 0x89d3256894d213e3n,
} as const;

/** Bits of a half with its sign; |half| < 0.44·2^128 even if a division is off by one. */
export const HALF_BITS = 128;

/** Splits a scalar in [0, r) into its halves; the reference for scalars.ts. */
export function splitScalar(scalar: bigint): [half: bigint, endomorphicHalf: bigint] {
  const { a1, b1, a2, b2 } = LATTICE;
  const nearest = (numerator: bigint) => (2n * numerator + FR.modulus) / (2n * FR.modulus);
  const c1 = nearest(b2 * scalar);
  const c2 = nearest(b1 * scalar);
  return [scalar - c1 * a1 - c2 * a2, c1 * b1 - c2 * b2];
}
