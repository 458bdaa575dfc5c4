/**
 * Equations between wires of which each has two possible values, such as bits: which of them can
 * take their other value together?
 */
import { FIELD_BITS, FIELD_MODULUS, invert, multiply, negate } from "../../crypto/field.ts";

interface SignedPower {
  /** 2^k */
  readonly power: bigint;
  readonly isNegative: boolean;
}

/** 2^k and -2^k as field elements, for each k that an element has a bit for. */
const SIGNED_POWERS: ReadonlyMap<bigint, SignedPower> = new Map(
  Array.from({ length: FIELD_BITS }, (_, k) => 1n << BigInt(k)).flatMap(
    (power): [bigint, SignedPower][] => [
      [power, { power, isNegative: false }],
      [negate(power), { power, isNegative: true }],
    ],
  ),
);

/**
 * The sets of indices, other than the empty one, over which `effects` add up to 0.
 *
 * @param effects - What each wire adds to the equation if it takes its other value.
 * @returns Undefined unless the effects are signed powers of 2, each once, times one factor.
 */
export function zeroSums(effects: readonly bigint[]): number[][] | undefined {
  for (const unit of new Set([1n, effects[0]!, effects.at(-1)!])) {
    const scale = invert(unit);
    const digits = effects.map((effect) => SIGNED_POWERS.get(multiply(effect, scale)));
    if (!digits.every((digit) => digit !== undefined)) continue;
    if (new Set(digits.map(({ power }) => power)).size < digits.length) continue;
    return zeroDigitSums(digits);
  }
  return undefined;
}

/**
 * Over the integers signed powers add up to 0 in no other way than not at all, but mod r the sum may
 * be m · r as well. Adding up the negative ones first, a sum has one binary representation.
 */
function zeroDigitSums(digits: readonly SignedPower[]): number[][] {
  const total = (isNegative: boolean) =>
    digits.reduce((sum, digit) => sum + (digit.isNegative === isNegative ? digit.power : 0n), 0n);
  const [positive, negative] = [total(false), total(true)];
  const all = positive + negative;
  const sums: number[][] = [];
  for (let m = -(negative / FIELD_MODULUS); m * FIELD_MODULUS <= positive; m++) {
    const shifted = m * FIELD_MODULUS + negative;
    if (m === 0n || (shifted & ~all) !== 0n) continue;
    const taken = digits.map(({ power, isNegative }) => ((shifted & power) !== 0n) !== isNegative);
    sums.push([...digits.keys()].filter((index) => taken[index]));
  }
  return sums;
}
