/**
 * The partial rounds of Poseidon as a recurrence of their S-boxes.
 *
 * A partial round with the matrix M = [[m, v], [w, N]] maps (x, y), x the first element and y the n
 * others, to (m·s + v·y, w·s + N·y) with s = (x + c)⁵. Only the x of later rounds depends on y, so
 * y need not be computed. By Cayley and Hamilton, with N^n + p₁·N^(n−1) + … + pₙ = 0,
 *
 *     x(k+1) = Σ qⱼ·s(k−j) − Σ pⱼ·x(k+1−j),   j = 0 … n and 1 … n,
 *
 * where qⱼ = hⱼ + Σ pᵢ·h(j−i), h₀ = m, hⱼ = v·N^(j−1)·w. That is one sum of 2n + 1 products with
 * one reduction; the sparse matrices of src/crypto take n + 1 sums. To start at the first round, y
 * is replaced by virtual earlier x: x(1−j) = v·N^(−j)·y for j = 1 … n, with s(−j) = 0. After the
 * last round, y is computed from the last n of x and s.
 *
 * One product is saved by scaling: x(k) + c(k) = βₖ·X(k), β₀ = 1, βₖ₊₁ = m·βₖ⁵, so that with S = X⁵
 * the first term of X(k+1) is just S(k).
 */

import {
  addVectors,
  invertMatrix,
  type Matrix,
  multiplyMatrices,
  multiplyVector,
  transpose,
  type Vector,
} from "../crypto/matrices.ts";
import {
  POSEIDON_FULL_ROUNDS,
  poseidonRounds,
  rememberByWidth,
} from "../crypto/poseidon-constants.ts";
import { add, FIELD_MODULUS, invert, multiply, negate, power } from "../crypto/field.ts";

/** A pair of factors, of S(e) and of X(e+1). */
export type EntryFactors = readonly [ofPower: bigint, ofElement: bigint];

/** The permutation of `width` elements with its partial rounds as a recurrence; n = width − 1. */
export interface PoseidonRecurrence {
  readonly width: number;
  /** 8 rows. The first row of the second half includes the constants left by the partial rounds. */
  readonly fullConstants: Matrix;
  readonly mds: Matrix;
  /** Multiplies before the partial rounds: results are x(0) and the virtual x(1−n) … x(0). */
  readonly opening: Matrix;
  /** Added to x(0). */
  readonly firstConstant: bigint;
  /** By round: the constant of X(k+1), and the factors of the n entries before k, oldest first. */
  readonly rounds: readonly {
    readonly constant: bigint;
    readonly factors: readonly EntryFactors[];
  }[];
  /** Factor from X to x after the partial rounds. */
  readonly lastScale: bigint;
  /** By element of y: the factors of the last n entries, oldest first. */
  readonly closing: readonly (readonly EntryFactors[])[];
}

/** The recurrence before scaling: the same factors in every round. */
export interface PoseidonRecurrenceTerms {
  /** q₀ … qₙ, factors of s(k) … s(k−n). */
  readonly ofPowers: Vector;
  /** 1, p₁ … pₙ; x(k+1−j) has the factor −pⱼ. */
  readonly ofElements: Vector;
  /** As in {@link PoseidonRecurrence}. */
  readonly opening: Matrix;
  /** Two matrices that give y from the last n of s and of x, oldest first. */
  readonly closing: { readonly ofPowers: Matrix; readonly ofElements: Matrix };
}

/** Returns the recurrence of a width; derived once per process. @param width - 2 to 17. */
export const poseidonRecurrence = rememberByWidth(deriveRecurrence);

/** Derives the recurrence before scaling. @param width - 2 to 17. */
export function poseidonRecurrenceTerms(width: number): PoseidonRecurrenceTerms {
  const { mds } = poseidonRounds(width);
  const [[corner, ...v], ...lower] = mds as [[bigint, ...bigint[]], ...Vector[]];
  const w = lower.map((row) => row[0]!);
  const inner = lower.map((row) => row.slice(1));
  const p = characteristicPolynomial(inner);
  const h = markovParameters(corner, v, inner, w);
  return {
    ofPowers: h.map((_, j) => dot(h.slice(0, j + 1), p.slice(0, j + 1).reverse())),
    ofElements: p,
    opening: [mds[0]!, ...multiplyMatrices(pastOutputs(v, inner), lower)],
    closing: closingMatrices(v, inner, w, h),
  };
}

function deriveRecurrence(width: number): PoseidonRecurrence {
  const { fullConstants, partialConstants, mds } = poseidonRounds(width);
  const terms = poseidonRecurrenceTerms(width);
  const { ofPowers: q, ofElements: p, opening } = terms;
  const corner = mds[0]![0]!;
  const n = width - 1;
  const rounds = partialConstants.length;
  const scales = [1n];
  for (let k = 0; k < rounds; k++) scales.push(multiply(corner, power(scales[k]!, 5n)));
  const constants = [...partialConstants, 0n];
  const indices = (count: number, first: number) =>
    Array.from({ length: count }, (_, i) => first + i);
  const step = (k: number) => {
    const inverse = invert(scales[k + 1]!);
    let constant = constants[k + 1]!;
    const factors = indices(n, k - n).map((entry): EntryFactors => {
      const lag = k - entry;
      // Entries before the first are not scaled, and have no constants.
      if (entry < 0) return [0n, multiply(negate(p[lag]!), inverse)];
      constant += p[lag]! * constants[entry + 1]!;
      return [
        multiply(multiply(q[lag]!, power(scales[entry]!, 5n)), inverse),
        multiply(negate(multiply(p[lag]!, scales[entry + 1]!)), inverse),
      ];
    });
    return { constant: multiply(constant % FIELD_MODULUS, inverse), factors };
  };
  const { ofPowers, ofElements } = terms.closing;
  const last = indices(n, rounds - n);
  const closing = last.map((_, row) =>
    last.map((entry, i): EntryFactors => [
      multiply(ofPowers[row]![i]!, power(scales[entry]!, 5n)),
      multiply(ofElements[row]![i]!, scales[entry + 1]!),
    ]),
  );
  const lastConstants = last.map((entry) => negate(constants[entry + 1]!));
  const left = [0n, ...multiplyVector(ofElements, lastConstants)];
  const half = POSEIDON_FULL_ROUNDS / 2;
  return {
    width,
    fullConstants: fullConstants.with(half, addVectors(fullConstants[half]!, left)),
    mds,
    opening,
    firstConstant: constants[0]!,
    rounds: indices(rounds, 0).map(step),
    lastScale: scales[rounds]!,
    closing,
  };
}

/** Computes 1, p₁ … pₙ of N^n + p₁·N^(n−1) + … + pₙ = 0, by Faddeev and Le Verrier. */
function characteristicPolynomial(matrix: Matrix): bigint[] {
  const coefficients = [1n];
  let previous: Matrix = matrix.map((row) => row.map(() => 0n));
  for (let k = 1; k <= matrix.length; k++) {
    const last = coefficients.at(-1)!;
    const product = multiplyMatrices(matrix, previous);
    previous = product.map((row, i) => row.with(i, add(row[i]!, last)));
    const trace = multiplyMatrices(matrix, previous).reduce((sum, row, i) => add(sum, row[i]!), 0n);
    coefficients.push(negate(multiply(trace, invert(BigInt(k)))));
  }
  return coefficients;
}

/** Computes the response to a single s = 1 with y = 0: x of the next round, and of n more. */
function markovParameters(corner: bigint, v: Vector, inner: Matrix, w: Vector): bigint[] {
  return [corner, ...powersTimes(inner, w).map((column) => dot(v, column))];
}

/** Returns w, N·w … N^(n−1)·w. */
function powersTimes(inner: Matrix, w: Vector): bigint[][] {
  const columns = [[...w]];
  while (columns.length < inner.length) columns.push(multiplyVector(inner, columns.at(-1)!));
  return columns;
}

/** Returns v·N^(−j), for j from n down to 1. */
function pastOutputs(v: Vector, inner: Matrix): Matrix {
  const backward = transpose(invertMatrix(inner));
  const rows = [multiplyVector(backward, v)];
  while (rows.length < inner.length) rows.unshift(multiplyVector(backward, rows[0]!));
  return rows;
}

/**
 * Computes the matrices that give y after the last round from the last n of s and x. With the state
 * z before these rounds, x(i) = v·N^i·z + Σ h(i−j)·s(j) determines z, and then
 * y = N^n·z + Σ N^(n−1−j)·w·s(j).
 */
function closingMatrices(v: Vector, inner: Matrix, w: Vector, h: Vector) {
  const n = inner.length;
  const observed = powersTimes(transpose(inner), v);
  let forward = inner;
  for (let i = 1; i < n; i++) forward = multiplyMatrices(inner, forward);
  const ofElements = multiplyMatrices(forward, invertMatrix(observed));
  const answers = observed.map((_, i) => h.slice(0, n).map((_, j) => (j <= i ? h[i - j]! : 0n)));
  const direct = transpose(powersTimes(inner, w).reverse());
  const indirect = multiplyMatrices(ofElements, answers);
  const ofPowers = direct.map((row, i) => addVectors(row, indirect[i]!.map(negate)));
  return { ofPowers, ofElements };
}

function dot(a: Vector, b: Vector): bigint {
  return multiplyVector([a], b)[0]!;
}
