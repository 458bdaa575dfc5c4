/**
 * Baby Jubjub, the twisted Edwards curve 168700 x² + y² = 1 + 168696 x² y² over the BN254 scalar
 * field, so that its coordinates are native to circuits. It has 8·l points, l prime.
 *
 * The addition law is complete: it holds for every pair of points. The arithmetic assumes points on
 * the curve; call {@link isOnCurve} on a point from outside. It is not constant time, so do not
 * use secrets where others can measure the timing.
 *
 * @see https://eips.ethereum.org/EIPS/eip-2494
 */

import { invert, isFieldElement, multiply, negate, reduce } from "./field.ts";

/** A point in affine coordinates. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export const CURVE_A = 168700n;
export const CURVE_D = 168696n;

/** The prime order l of the subgroup of keys and signatures. */
export const SUBGROUP_ORDER =
  2736030358979909402780800718157159386076813972158567259200215660948447373041n;

/** The number of points of the curve is COFACTOR · SUBGROUP_ORDER. */
export const COFACTOR = 8n;

/** Generator of the subgroup, named as in circomlib: 8 times the generator of EIP-2494. */
export const BASE8: Point = {
  x: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  y: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
};

/** The neutral element of addition. */
export const IDENTITY: Point = { x: 0n, y: 1n };

/** Returns whether both coordinates are canonical field elements and satisfy the curve equation. */
export function isOnCurve({ x, y }: Point): boolean {
  if (!isFieldElement(x) || !isFieldElement(y)) return false;
  const xx = multiply(x, x);
  const yy = multiply(y, y);
  return reduce(CURVE_A * xx + yy - 1n - CURVE_D * multiply(xx, yy)) === 0n;
}

/** Returns whether a point of the curve lies in the subgroup of order l. */
export function isInSubgroup(point: Point): boolean {
  return isSamePoint(multiplyPoint(point, SUBGROUP_ORDER), IDENTITY);
}

export function isSamePoint(a: Point, b: Point): boolean {
  return a.x === b.x && a.y === b.y;
}

export function negatePoint({ x, y }: Point): Point {
  return { x: negate(x), y };
}

export function addPoints(a: Point, b: Point): Point {
  return toAffine(addExtended(toExtended(a), toExtended(b)));
}

export function doublePoint(point: Point): Point {
  return toAffine(doubleExtended(toExtended(point)));
}

const WINDOW_BITS = 4;
const WINDOW_SIZE = 1 << WINDOW_BITS;

/** Multiplies a point by any non-negative integer, which is not reduced. */
export function multiplyPoint(point: Point, scalar: bigint): Point {
  const multiples = tabulate(toExtended(point));
  let result = EXTENDED_IDENTITY;
  for (const digit of windowsOf(scalar).reverse()) {
    for (let i = 0; i < WINDOW_BITS; i++) result = doubleExtended(result);
    result = addExtended(result, multiples[digit]!);
  }
  return toAffine(result);
}

/** Multiplies {@link BASE8} by a non-negative integer, faster than {@link multiplyPoint}. */
export function multiplyBase(scalar: bigint): Point {
  let result = EXTENDED_IDENTITY;
  windowsOf(scalar % SUBGROUP_ORDER).forEach((digit, window) => {
    result = addExtended(result, baseMultiples(window)[digit]!);
  });
  return toAffine(result);
}

/** Returns the base-16 digits of `scalar`, least significant first. */
function windowsOf(scalar: bigint): number[] {
  return Array.from(scalar.toString(WINDOW_SIZE), (digit) =>
    parseInt(digit, WINDOW_SIZE),
  ).reverse();
}

/** The multiples 0, 1, … 15 of 16^window · BASE8 by window; filled on demand. */
const baseTables: Extended[][] = [];

function baseMultiples(window: number): Extended[] {
  while (baseTables.length <= window) {
    const previous = baseTables.at(-1);
    const base = previous ? addExtended(previous[1]!, previous.at(-1)!) : toExtended(BASE8);
    baseTables.push(tabulate(base));
  }
  return baseTables[window]!;
}

function tabulate(point: Extended): Extended[] {
  const multiples = [EXTENDED_IDENTITY];
  while (multiples.length < WINDOW_SIZE) multiples.push(addExtended(multiples.at(-1)!, point));
  return multiples;
}

/** Extended coordinates: x = X/Z, y = Y/Z and T = XY/Z, so only the last step divides. */
interface Extended {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
  readonly T: bigint;
}

const EXTENDED_IDENTITY: Extended = { X: 0n, Y: 1n, Z: 1n, T: 0n };

function toExtended({ x, y }: Point): Extended {
  return { X: x, Y: y, Z: 1n, T: multiply(x, y) };
}

function toAffine({ X, Y, Z }: Extended): Point {
  const inverse = invert(Z);
  return { x: multiply(X, inverse), y: multiply(Y, inverse) };
}

/** @see https://hyperelliptic.org/EFD/g1p/auto-twisted-extended.html#addition-add-2008-hwcd */
function addExtended(p: Extended, q: Extended): Extended {
  const A = multiply(p.X, q.X);
  const B = multiply(p.Y, q.Y);
  const C = multiply(CURVE_D * p.T, q.T);
  const D = multiply(p.Z, q.Z);
  const E = (p.X + p.Y) * (q.X + q.Y) - A - B;
  return fromFactors(E, D - C, D + C, B - CURVE_A * A);
}

/** @see https://hyperelliptic.org/EFD/g1p/auto-twisted-extended.html#doubling-dbl-2008-hwcd */
function doubleExtended({ X, Y, Z }: Extended): Extended {
  const A = multiply(X, X);
  const B = multiply(Y, Y);
  const C = 2n * multiply(Z, Z);
  const D = CURVE_A * A;
  const E = (X + Y) * (X + Y) - A - B;
  return fromFactors(E, D + B - C, D + B, D - B);
}

/** Last step of both formulas: E, F, G, H are, up to sign, the factors of the new coordinates. */
function fromFactors(e: bigint, f: bigint, g: bigint, h: bigint): Extended {
  const E = reduce(e);
  const F = reduce(f);
  const G = reduce(g);
  const H = reduce(h);
  return { X: multiply(E, F), Y: multiply(G, H), Z: multiply(F, G), T: multiply(E, H) };
}
