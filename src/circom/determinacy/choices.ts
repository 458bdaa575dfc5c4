/**
 * Equations between wires with two possible values each, such as bits: finds the wires that can
 * take their other value together.
 */
import { FIELD_BITS, FIELD_MODULUS, invert, multiply, negate } from "../../crypto/field.ts";

interface SignedPower {
  /** 2^k */
  readonly power: bigint;
  readonly isNegative: boolean;
}

/** 2^k and -2^k as field elements, for each bit k of an element. */
const SIGNED_POWERS: ReadonlyMap<bigint, SignedPower> = new Map(
  Array.from({ length: FIELD_BITS }, (_, k) => 1n << BigInt(k)).flatMap(
    (power): [bigint, SignedPower][] => [
      [power, { power, isNegative: false }],
      [negate(power), { power, isNegative: true }],
    ],
  ),
);

/** As {@link allSubsetsWithSum}, without the empty set. */
export function subsetsWithSum(effects: readonly bigint[], total: bigint): number[][] | undefined {
  return allSubsetsWithSum(effects, total)?.filter((subset) => subset.length > 0);
}

/**
 * Finds the sets of indices over which `effects` add up to a total.
 *
 * @param effects - Change of an equation when each wire takes its other value.
 * @returns Undefined unless the effects are signed powers of 2, each once, times one factor.
 */
export function allSubsetsWithSum(
  effects: readonly bigint[],
  total: bigint,
): number[][] | undefined {
  for (const unit of new Set([1n, effects[0]!, effects.at(-1)!])) {
    const scale = invert(unit);
    const digits = effects.map((effect) => SIGNED_POWERS.get(multiply(effect, scale)));
    if (!digits.every((digit) => digit !== undefined)) continue;
    if (new Set(digits.map(({ power }) => power)).size < digits.length) continue;
    return digitsWithSum(digits, multiply(total, scale));
  }
  return undefined;
}

/**
 * Over the integers signed powers have a sum in at most one way: after adding up the negative ones,
 * it has one binary representation. Modulo r the sum may be a multiple of r more or less.
 */
function digitsWithSum(digits: readonly SignedPower[], total: bigint): number[][] {
  const sumOf = (isNegative: boolean) =>
    digits.reduce((sum, digit) => sum + (digit.isNegative === isNegative ? digit.power : 0n), 0n);
  const [positive, negative] = [sumOf(false), sumOf(true)];
  const all = positive + negative;
  const subsets: number[][] = [];
  const first = total - ((total + negative) / FIELD_MODULUS) * FIELD_MODULUS;
  for (let sum = first; sum <= positive; sum += FIELD_MODULUS) {
    const shifted = sum + negative;
    if (shifted < 0n || (shifted & ~all) !== 0n) continue;
    const taken = digits.map(({ power, isNegative }) => ((shifted & power) !== 0n) !== isNegative);
    subsets.push([...digits.keys()].filter((index) => taken[index]));
  }
  return subsets;
}
