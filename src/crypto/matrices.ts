/** Vectors and matrices over the field. */

import { FIELD_MODULUS, add, invert, multiply } from "./field.ts";

export type Vector = readonly bigint[];
/** Rows of equal length. */
export type Matrix = readonly Vector[];

export function addVectors(a: Vector, b: Vector): bigint[] {
  return a.map((entry, i) => add(entry, b[i]!));
}

export function dot(a: Vector, b: Vector): bigint {
  return a.reduce((sum, entry, i) => sum + entry * b[i]!, 0n) % FIELD_MODULUS;
}

export function multiplyVector(matrix: Matrix, vector: Vector): bigint[] {
  return matrix.map((row) => dot(row, vector));
}

export function multiplyMatrices(a: Matrix, b: Matrix): bigint[][] {
  const columns = transpose(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
}

export function transpose(matrix: Matrix): bigint[][] {
  return matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));
}

/** Inverts by Gauss–Jordan elimination without pivoting; Poseidon's matrices need none. */
export function invertMatrix(matrix: Matrix): Matrix {
  const size = matrix.length;
  let rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  for (let column = 0; column < size; column++) {
    const scale = invert(rows[column]![column]!);
    const pivot = rows[column]!.map((entry) => multiply(entry, scale));
    rows = rows.map((row, i) => {
      if (i === column) return pivot;
      const factor = FIELD_MODULUS - row[column]!;
      return row.map((entry, j) => (entry + factor * pivot[j]!) % FIELD_MODULUS);
    });
  }
  return rows.map((row) => row.slice(size));
}
