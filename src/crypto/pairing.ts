/**
 * The optimal ate pairing of BN254 on bigints: slow, some 100 ms for a proof, but it needs nothing
 * that a page's security policy can forbid.
 *
 * Fq2 = Fq[i]/(i² + 1), Fq6 = Fq2[v]/(v³ − ξ) with ξ = 9 + i, and Fq12 = Fq6[w]/(w² − v). G2 is on
 * the twist y² = x³ + 3/ξ, and (x, y) there is (x·w², y·w³) over Fq12.
 *
 * @see https://eprint.iacr.org/2010/354 (Beuchat and others, algorithm 1)
 * @see https://eips.ethereum.org/EIPS/eip-197
 */

import { FIELD_MODULUS } from "./field.ts";

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
/** 6u + 2 for the curve's parameter u = 4965661367192848881. */
const LOOP_COUNT = 6n * 4965661367192848881n + 2n;
/** What is left of (q¹² − 1)/r after the power q⁶ − 1. */
const FINAL_EXPONENT = (Q ** 6n + 1n) / FIELD_MODULUS;

/** An element of Fq2: real part, and coefficient of i. Elements are in [0, q). */
export type Fq2 = readonly [bigint, bigint];
type Fq6 = readonly [Fq2, Fq2, Fq2];
type Fq12 = readonly [Fq6, Fq6];

/** An affine point; null is the point at infinity. */
type Point<T> = readonly [x: T, y: T] | null;
export type PointG1 = Point<bigint>;
export type PointG2 = Point<Fq2>;

interface Field<T> {
  readonly zero: T;
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  /** 1/a for a ≠ 0. */
  invert(a: T): T;
  isZero(a: T): boolean;
}

function reduce(value: bigint): bigint {
  const remainder = value % Q;
  return remainder < 0n ? remainder + Q : remainder;
}

function invert(a: bigint): bigint {
  let [remainder, nextRemainder] = [Q, a];
  let [coefficient, nextCoefficient] = [0n, 1n];
  while (nextRemainder !== 0n) {
    const quotient = remainder / nextRemainder;
    [remainder, nextRemainder] = [nextRemainder, remainder - quotient * nextRemainder];
    [coefficient, nextCoefficient] = [nextCoefficient, coefficient - quotient * nextCoefficient];
  }
  return reduce(coefficient);
}

const FQ: Field<bigint> = {
  zero: 0n,
  add: (a, b) => reduce(a + b),
  subtract: (a, b) => reduce(a - b),
  multiply: (a, b) => (a * b) % Q,
  invert,
  isZero: (a) => a === 0n,
};

const FQ2: Field<Fq2> = {
  zero: [0n, 0n],
  add: (a, b) => [reduce(a[0] + b[0]), reduce(a[1] + b[1])],
  subtract: (a, b) => [reduce(a[0] - b[0]), reduce(a[1] - b[1])],
  multiply: (a, b) => [reduce(a[0] * b[0] - a[1] * b[1]), (a[0] * b[1] + a[1] * b[0]) % Q],
  invert: (a) => {
    const inverse = invert((a[0] * a[0] + a[1] * a[1]) % Q);
    return [(a[0] * inverse) % Q, reduce(-a[1] * inverse)];
  },
  isZero: (a) => a[0] === 0n && a[1] === 0n,
};

const { add: add2, subtract: subtract2, multiply: multiply2 } = FQ2;
const scale2 = (a: Fq2, by: bigint): Fq2 => [(a[0] * by) % Q, (a[1] * by) % Q];
const negate2 = (a: Fq2): Fq2 => [reduce(-a[0]), reduce(-a[1])];
/** Multiplies by ξ. */
const shift2 = (a: Fq2): Fq2 => [reduce(9n * a[0] - a[1]), (a[0] + 9n * a[1]) % Q];

const add6 = (a: Fq6, b: Fq6): Fq6 => [add2(a[0], b[0]), add2(a[1], b[1]), add2(a[2], b[2])];
const negate6 = (a: Fq6): Fq6 => [negate2(a[0]), negate2(a[1]), negate2(a[2])];
/** Multiplies by v. */
const shift6 = (a: Fq6): Fq6 => [shift2(a[2]), a[0], a[1]];

function multiply6([a0, a1, a2]: Fq6, [b0, b1, b2]: Fq6): Fq6 {
  const cross = (x: Fq2, y: Fq2, z: Fq2, t: Fq2) => add2(multiply2(x, y), multiply2(z, t));
  return [
    add2(multiply2(a0, b0), shift2(cross(a1, b2, a2, b1))),
    add2(cross(a0, b1, a1, b0), shift2(multiply2(a2, b2))),
    add2(cross(a0, b2, a2, b0), multiply2(a1, b1)),
  ];
}

function invert6([a, b, c]: Fq6): Fq6 {
  const x = subtract2(multiply2(a, a), shift2(multiply2(b, c)));
  const y = subtract2(shift2(multiply2(c, c)), multiply2(a, b));
  const z = subtract2(multiply2(b, b), multiply2(a, c));
  const sum = add2(shift2(add2(multiply2(c, y), multiply2(b, z))), multiply2(a, x));
  const inverse = FQ2.invert(sum);
  return [multiply2(x, inverse), multiply2(y, inverse), multiply2(z, inverse)];
}

function multiply12([a0, a1]: Fq12, [b0, b1]: Fq12): Fq12 {
  const [low, high] = [multiply6(a0, b0), multiply6(a1, b1)];
  const sum = multiply6(add6(a0, a1), add6(b0, b1));
  return [add6(low, shift6(high)), add6(sum, negate6(add6(low, high)))];
}

const conjugate12 = ([a0, a1]: Fq12): Fq12 => [a0, negate6(a1)];

function invert12([a0, a1]: Fq12): Fq12 {
  const norm = add6(multiply6(a0, a0), negate6(shift6(multiply6(a1, a1))));
  const inverse = invert6(norm);
  return [multiply6(a0, inverse), negate6(multiply6(a1, inverse))];
}

const ZERO2: Fq2 = [0n, 0n];
const ONE2: Fq2 = [1n, 0n];
const ZERO6: Fq6 = [ZERO2, ZERO2, ZERO2];
const ONE12: Fq12 = [[ONE2, ZERO2, ZERO2], ZERO6];
const XI: Fq2 = [9n, 1n];
const TWIST_B = scale2(FQ2.invert(XI), 3n);

function power<T>(base: T, exponent: bigint, one: T, multiply: (a: T, b: T) => T): T {
  let result = one;
  for (const bit of exponent.toString(2)) {
    result = multiply(result, result);
    if (bit === "1") result = multiply(result, base);
  }
  return result;
}

const FROBENIUS_X = power(XI, (Q - 1n) / 3n, ONE2, multiply2);
const FROBENIUS_Y = power(XI, (Q - 1n) / 2n, ONE2, multiply2);

/** Returns the slope of the tangent at `a`, or of the line through `a` and `b`; undefined for ∞. */
function slope<T>(field: Field<T>, a: readonly [T, T], b: readonly [T, T]): T | undefined {
  const dx = field.subtract(b[0], a[0]);
  if (!field.isZero(dx)) return field.multiply(field.subtract(b[1], a[1]), field.invert(dx));
  const sum = field.add(a[1], b[1]);
  if (field.isZero(sum)) return undefined; // opposite points
  const square = field.multiply(a[0], a[0]);
  return field.multiply(field.add(square, field.add(square, square)), field.invert(sum));
}

function addPoints<T>(field: Field<T>, a: Point<T>, b: Point<T>): Point<T> {
  if (a === null) return b;
  if (b === null) return a;
  const by = slope(field, a, b);
  if (by === undefined) return null;
  const x = field.subtract(field.subtract(field.multiply(by, by), a[0]), b[0]);
  return [x, field.subtract(field.multiply(by, field.subtract(a[0], x)), a[1])];
}

function isOnCurve<T>(field: Field<T>, [x, y]: readonly [T, T], b: T): boolean {
  const right = field.add(field.multiply(field.multiply(x, x), x), b);
  return field.isZero(field.subtract(field.multiply(y, y), right));
}

/** Whether a point is in G1: its curve has no other points. Coordinates are in [0, q). */
export function isInG1(point: PointG1): boolean {
  return point === null || isOnCurve(FQ, point, 3n);
}

/** Whether a point is in G2: on the twist, and of order r. Coordinates are in [0, q). */
export function isInG2(point: PointG2): boolean {
  if (point === null) return true;
  if (!isOnCurve(FQ2, point, TWIST_B)) return false;
  const add = (a: PointG2, b: PointG2) => addPoints(FQ2, a, b);
  return power<PointG2>(point, FIELD_MODULUS, null, add) === null;
}

/** Returns −P. */
export function negateG1(point: PointG1): PointG1 {
  return point && [point[0], reduce(-point[1])];
}

/** Returns Σ scalar·point of points in G1; scalars are in [0, r). */
export function sumOfMultiples(terms: readonly (readonly [bigint, PointG1])[]): PointG1 {
  const bits = terms.map(([scalar]) => scalar.toString(2).padStart(256, "0"));
  let sum: PointG1 = null;
  for (let bit = 0; bit < 256; bit++) {
    sum = addPoints(FQ, sum, sum);
    for (const [i, [, point]] of terms.entries()) {
      if (bits[i]![bit] === "1") sum = addPoints(FQ, sum, point);
    }
  }
  return sum;
}

/**
 * Whether the product of the pairings of some points is 1, as the precompile of EIP-197 does.
 *
 * @param pairs - Points of G1 and G2, which the caller has checked: {@link isInG1}, {@link isInG2}.
 */
export function isPairingProductOne(pairs: readonly (readonly [PointG1, PointG2])[]): boolean {
  const product = pairs.reduce((all, [p, q]) => multiply12(all, millerLoop(p, q)), ONE12);
  const easy = multiply12(conjugate12(product), invert12(product));
  return isOne(power(easy, FINAL_EXPONENT, ONE12, multiply12));
}

function isOne(value: Fq12): boolean {
  return value.flat(2).every((part, i) => part === (i === 0 ? 1n : 0n));
}

function millerLoop(p: PointG1, q: PointG2): Fq12 {
  if (p === null || q === null) return ONE12;
  let f = ONE12;
  let t = q;
  const step = (other: readonly [Fq2, Fq2]) => {
    const by = slope(FQ2, t, other)!; // points of order r meet no opposite on the way
    f = multiply12(f, lineAt(p, t, by));
    t = addPoints(FQ2, t, other)!;
  };
  for (const bit of LOOP_COUNT.toString(2).slice(1)) {
    f = multiply12(f, f);
    step(t);
    if (bit === "1") step(q);
  }
  const q1 = frobenius(q);
  const [x2, y2] = frobenius(q1);
  step(q1);
  step([x2, negate2(y2)]);
  return f;
}

/** The line through T of a slope, at P: y_P − slope·x_P·w + (slope·x_T − y_T)·w³. */
function lineAt(p: readonly [bigint, bigint], t: readonly [Fq2, Fq2], by: Fq2): Fq12 {
  const constant = subtract2(multiply2(by, t[0]), t[1]);
  return [
    [[p[1], 0n], ZERO2, ZERO2],
    [negate2(scale2(by, p[0])), constant, ZERO2],
  ];
}

function frobenius([x, y]: readonly [Fq2, Fq2]): readonly [Fq2, Fq2] {
  const conjugate = ([a, b]: Fq2): Fq2 => [a, reduce(-b)];
  return [multiply2(conjugate(x), FROBENIUS_X), multiply2(conjugate(y), FROBENIUS_Y)];
}
