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

/** Windows of three bits in `circuits/lib/scalar-mul-fixed.circom`; above them are two bits. */
const FIXED_WINDOWS = 83;
const WINDOW_SIZE = 8n;

type MontgomeryPoint = readonly [u: bigint, v: bigint];

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
  };
}

/** With H = BASE8 / 2, the windows add up odd multiples of 8^i · H. */
function fixedConstants(): Record<string, CircomConstant> {
  const half = multiplyBase((SUBGROUP_ORDER + 1n) / 2n);
  const windows = Array.from({ length: FIXED_WINDOWS }, (_, i) =>
    [1n, 3n, 5n, 7n].map((factor) =>
      toMontgomery(multiplyPoint(half, factor * WINDOW_SIZE ** BigInt(i))),
    ),
  );
  const topWeight = WINDOW_SIZE ** BigInt(FIXED_WINDOWS);
  assert(topWeight < SUBGROUP_ORDER, "no sum of windows wraps around");
  assert(4n * topWeight > SUBGROUP_ORDER, "windows and two bits hold every scalar");
  const offset = multiplyPoint(half, topWeight - 1n);
  const tops = [0n, 1n, 2n, 3n].map((bits) => addPoints(offset, multiplyBase(bits * topWeight)));
  return {
    BASE8_WINDOWS: windows.map((points) => points.flat()),
    BASE8_WINDOW_EQUATIONS: windows.map(equationOfV),
    BASE8_TOPS: tops.map(({ x, y }) => [x, y]),
  };
}

/**
 * Finds the equation by which `circuits/lib/scalar-mul-fixed.circom` gives a point of a window its
 * v, up to the sign, where b = 0 for the first two points and b = 1 for the others:
 *
 *     (v - (u + m b)) (v + (u + m b)) = c0 + c1 b + c2 u.
 *
 * For either b, two points are on a line v² - u² = gradient · u + constant. The term 2 m b u makes
 * up for the difference of the gradients.
 *
 * @param points - Four points with different u.
 * @returns [m, c0, c1, c2]
 */
function equationOfV([first, second, third, fourth]: readonly MontgomeryPoint[]): bigint[] {
  const low = lineThrough(first!, second!);
  const high = lineThrough(third!, fourth!);
  const m = multiply(subtract(high.gradient, low.gradient), invert(2n));
  const c1 = subtract(subtract(high.constant, low.constant), multiply(m, m));
  return [m, low.constant, c1, low.gradient];
}

/** Returns the line v² - u² = gradient · u + constant through two points. */
function lineThrough(one: MontgomeryPoint, other: MontgomeryPoint) {
  const heightOf = ([u, v]: MontgomeryPoint) => subtract(multiply(v, v), multiply(u, u));
  const difference = subtract(heightOf(other), heightOf(one));
  const gradient = multiply(difference, invert(subtract(other[0], one[0])));
  return { gradient, constant: subtract(heightOf(one), multiply(gradient, one[0])) };
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
function toMontgomery({ x, y }: Point): MontgomeryPoint {
  const u = multiply(add(1n, y), invert(subtract(1n, y)));
  return [u, multiply(u, invert(x))];
}
