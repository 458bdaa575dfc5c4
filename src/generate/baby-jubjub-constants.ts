/** Writes the constants of Baby Jubjub and of scalar multiplication as circom functions. */

import {
  CURVE_A,
  CURVE_D,
  SUBGROUP_ORDER,
  addPoints,
  multiplyBase,
  multiplyPoint,
} from "../crypto/baby-jubjub.ts";
import type { Point } from "../crypto/baby-jubjub.ts";
import { FIELD_BITS, FIELD_MODULUS, add, invert, multiply, subtract } from "../crypto/field.ts";
import { assert } from "../util/errors.ts";
import { circomExpression, circomHeader } from "./circom-functions.ts";
import type { CircomConstant } from "./circom-functions.ts";

/** Windows of two bits in `circuits/lib/scalar-mul-fixed.circom`; one more bit is above them. */
const FIXED_WINDOWS = 125;

/**
 * Added to a scalar h < r by `circuits/lib/scalar-mul-any.circom`, so that bit 254 of the sum k is
 * always the highest: 2^254 <= MULTIPLE · l, and MULTIPLE · l + r <= 2^255.
 */
const MULTIPLE = 12n;
/**
 * The sum is compared in its highest bits only, so the lowest and highest 2^126 values of h fail.
 */
const COMPARED_BITS = 128n;

/** Renders `circuits/generated/baby-jubjub-constants.circom`. */
export function renderBabyJubjubConstants(): string {
  const functions = Object.entries({ ...curveConstants(), ...fixedConstants(), ...anyConstants() });
  return [
    circomHeader("src/generate/baby-jubjub-constants.ts"),
    ...functions.map(
      ([name, value]) => `function ${name}() {\n    return ${circomExpression(value)};\n}\n`,
    ),
  ].join("\n");
}

function curveConstants(): Record<string, CircomConstant> {
  return {
    BABY_JUBJUB_A: CURVE_A,
    BABY_JUBJUB_D: CURVE_D,
    // Of the birationally equivalent v² = u³ + A u² + u, A = 2(a + d) / (a - d).
    BABY_JUBJUB_MONTGOMERY_A: (2n * (CURVE_A + CURVE_D)) / (CURVE_A - CURVE_D),
    BABY_JUBJUB_SUBGROUP_ORDER: SUBGROUP_ORDER,
  };
}

/** With H = BASE8 / 2, the windows add up odd multiples of 4^i · H. */
function fixedConstants(): Record<string, CircomConstant> {
  const half = multiplyBase((SUBGROUP_ORDER + 1n) / 2n);
  const windows = Array.from({ length: FIXED_WINDOWS }, (_, i) => {
    const one = multiplyPoint(half, 4n ** BigInt(i));
    const three = multiplyPoint(one, 3n);
    return [...toMontgomery(one), ...toMontgomery(three)];
  });
  const topWeight = 4n ** BigInt(FIXED_WINDOWS);
  const withoutTop = multiplyPoint(half, topWeight - 1n);
  const withTop = addPoints(withoutTop, multiplyBase(topWeight));
  return {
    BASE8_WINDOWS: windows,
    BASE8_TOPS: [withoutTop, withTop].map(({ x, y }) => [x, y]),
  };
}

function anyConstants(): Record<string, CircomConstant> {
  const top = 1n << BigInt(FIELD_BITS);
  const unit = top >> COMPARED_BITS;
  const offset = MULTIPLE * SUBGROUP_ORDER - top;
  const minimum = (offset + unit - 1n) / unit;
  const maximum = (offset + FIELD_MODULUS) / unit - 1n;
  assert(
    offset >= 0n && offset + FIELD_MODULUS <= top,
    "bit 254 of h + MULTIPLE · l is the highest",
  );
  assert(minimum * unit >= offset, "the lower bound is rounded inwards");
  assert((maximum + 1n) * unit <= offset + FIELD_MODULUS, "the upper bound is rounded inwards");
  return {
    SCALAR_OFFSET: offset,
    SCALAR_TOP_MINIMUM: minimum,
    SCALAR_TOP_MAXIMUM: maximum,
  };
}

/** Returns the coordinates (u, v) on the Montgomery curve of a point whose order is not 1 or 2. */
function toMontgomery({ x, y }: Point): [u: bigint, v: bigint] {
  const u = multiply(add(1n, y), invert(subtract(1n, y)));
  return [u, multiply(u, invert(x))];
}
