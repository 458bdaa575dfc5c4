/**
 * The kernel's representation of field elements, and the constants of its arithmetic.
 *
 * WebAssembly multiplies 32-bit integers at best, but its floating-point units multiply and add 53
 * bits at once, two numbers per instruction. So an element is five limbs of 51 bits, each an
 * integer stored as a double: x = Σ limb[i]·2^51i. Limbs are signed and *balanced*, |limb| ≤ 2^50,
 * which leaves room to add and subtract elements without carries. Elements are in Montgomery form
 * with R = 2^255, so x stands for x·R mod p, and need not be in [0, p): see field.ts for the
 * ranges.
 *
 * There are two formats in memory. A *single* element is 5 doubles. A *pair* is two elements
 * interleaved limb by limb, so that each vector register holds the same limb of both.
 */

export const LIMB_BITS = 51n;
export const LIMBS = 5;
export const ELEMENT_BYTES = 8 * LIMBS;
export const PAIR_BYTES = 2 * ELEMENT_BYTES;
/** Length of an element as an integer, the format of zkey and wtns files and of scalars. */
export const INTEGER_BYTES = 32;

const RADIX = 1n << LIMB_BITS;
export const MONTGOMERY_RADIX = 1n << (LIMB_BITS * BigInt(LIMBS));

/** A prime of 254 bits with its constants for Montgomery reduction. */
export interface PrimeField {
  readonly modulus: bigint;
  readonly modulusLimbs: readonly number[];
  /** −1/p mod 2^51, balanced. */
  readonly negatedInverse: bigint;
  /**
   * Limbs of (k·p + 1) / 2^51 with k = {@link negatedInverse}; see the reduction in field.ts.
   */
  readonly shiftedMultipleLimbs: readonly number[];
}

/** The base field of BN254. */
export const FQ =
  createPrimeField(21888242871839275222246405745257275088696311157297823662689037894645226208583n);

/** The scalar field of BN254. */
export const FR =
  createPrimeField(21888242871839275222246405745257275088548364400416034343698204186575808495617n);

function createPrimeField(modulus: bigint): PrimeField {
  const negatedInverse = BigInt.asIntN(Number(LIMB_BITS), -invertModulo(modulus, RADIX));
  return {
    modulus,
    modulusLimbs: toLimbs(modulus),
    negatedInverse,
    shiftedMultipleLimbs: toLimbs((negatedInverse * modulus + 1n) / RADIX),
  };
}

/** Splits an integer into five balanced limbs; the last one is not limited. */
export function toLimbs(value: bigint): number[] {
  let rest = value;
  return Array.from({ length: LIMBS }, (_, i) => {
    const limb = i === LIMBS - 1 ? rest : BigInt.asIntN(Number(LIMB_BITS), rest);
    rest = (rest - limb) >> LIMB_BITS;
    return Number(limb);
  });
}

export function fromLimbs(limbs: readonly number[]): bigint {
  return limbs.reduceRight((value, limb) => value * RADIX + BigInt(limb), 0n);
}

/** Returns the remainder in [0, modulus) of any integer. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus;
  return remainder < 0n ? remainder + modulus : remainder;
}

/** Returns 1/value mod modulus, by the extended Euclidean algorithm; 0 for 0. */
export function invertModulo(value: bigint, modulus: bigint): bigint {
  let [remainder, nextRemainder] = [modulus, modulo(value, modulus)];
  let [coefficient, nextCoefficient] = [0n, 1n];
  while (nextRemainder !== 0n) {
    const quotient = remainder / nextRemainder;
    [remainder, nextRemainder] = [nextRemainder, remainder - quotient * nextRemainder];
    [coefficient, nextCoefficient] = [nextCoefficient, coefficient - quotient * nextCoefficient];
  }
  return remainder === modulus ? 0n : modulo(coefficient, modulus);
}

/** Returns the Montgomery form of `value`, balanced: −p/2 ≤ result ≤ p/2. */
export function toMontgomery({ modulus }: PrimeField, value: bigint): bigint {
  const form = modulo(value * MONTGOMERY_RADIX, modulus);
  return form > modulus / 2n ? form - modulus : form;
}

/** Returns the element in [0, p) of a value in Montgomery form. */
export function fromMontgomery({ modulus }: PrimeField, form: bigint): bigint {
  return modulo(form * invertModulo(MONTGOMERY_RADIX, modulus), modulus);
}

/** Returns the bits of a double as a word. */
export function doubleBits(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0]!;
}
