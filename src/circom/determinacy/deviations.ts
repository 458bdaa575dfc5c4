/**
 * The constraints of a system, in terms of deviations from a witness.
 *
 * Let w + d satisfy a row A·w × B·w = C·w that w satisfies too. Then
 *
 *     (A·w) (B·d) + (B·w) (A·d) − C·d + (A·d) (B·d) = 0.
 *
 * The first three terms are the row of the Jacobian at w; the fourth makes this exact.
 */
import { FIELD_MODULUS, reduce } from "../../crypto/field.ts";
import type { R1cs, SparseMatrix } from "../../groth16/formats/r1cs.ts";
import type { Witness } from "../../groth16/formats/wtns.ts";
import type { Terms } from "./linear-system.ts";

/** A row in terms of the wires that may deviate. */
export interface DeviationRow {
  /** Coefficients of A·d and B·d. */
  readonly a: Terms;
  readonly b: Terms;
  /** The row of the Jacobian. */
  readonly linear: Terms;
}

/** Number of wires that may deviate in a row, and whether they are on both sides of the product. */
export interface RowShape {
  /** 0, 1, or 2 for two and more. */
  readonly unknowns: 0 | 1 | 2;
  readonly isBilinear: boolean;
}

export class Deviations {
  readonly #r1cs: R1cs;
  readonly #witness: Witness;
  /** A·w and B·w of each row, computed at first use. */
  readonly #factors: ([bigint, bigint] | undefined)[] = [];

  constructor(r1cs: R1cs, witness: Witness) {
    this.#r1cs = r1cs;
    this.#witness = witness;
  }

  /** @param isFixed - By wire, 1 if it does not deviate. */
  shape(row: number, isFixed: Uint8Array): RowShape {
    const inA = firstUnknown(this.#r1cs.a, row, isFixed, -1);
    const inB = firstUnknown(this.#r1cs.b, row, isFixed, -1);
    const inC = firstUnknown(this.#r1cs.c, row, isFixed, -1);
    const first = Math.max(inA, inB, inC);
    if (first < 0) return { unknowns: 0, isBilinear: false };
    const { a, b, c } = this.#r1cs;
    const isAlone = [a, b, c].every((matrix) => firstUnknown(matrix, row, isFixed, first) < 0);
    return { unknowns: isAlone ? 1 : 2, isBilinear: inA >= 0 && inB >= 0 };
  }

  row(row: number, isFixed: Uint8Array): DeviationRow {
    const { a: matrixA, b: matrixB, c: matrixC } = this.#r1cs;
    const [valueA, valueB] = this.#factorsOf(row);
    const a = this.#terms(matrixA, row, isFixed);
    const b = this.#terms(matrixB, row, isFixed);
    const linear: Terms = new Map();
    addTerms(linear, a, valueB);
    addTerms(linear, b, valueA);
    addTerms(linear, this.#terms(matrixC, row, isFixed), -1n);
    for (const [wire, value] of linear) if (value === 0n) linear.delete(wire);
    return { a, b, linear };
  }

  /** Lists the wires of a row; a wire on several sides is repeated. */
  *wires(row: number): Generator<number> {
    const { a, b, c } = this.#r1cs;
    for (const { rowStart, wire } of [a, b, c]) {
      for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) yield wire[entry]!;
    }
  }

  #factorsOf(row: number): [bigint, bigint] {
    const { a, b } = this.#r1cs;
    return (this.#factors[row] ??= [this.#evaluate(a, row), this.#evaluate(b, row)]);
  }

  #evaluate({ rowStart, wire, coefficient }: SparseMatrix, row: number): bigint {
    let sum = 0n;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      sum += this.#r1cs.coefficients[coefficient[entry]!]! * this.#witness[wire[entry]!]!;
    }
    return reduce(sum);
  }

  #terms({ rowStart, wire, coefficient }: SparseMatrix, row: number, isFixed: Uint8Array): Terms {
    const terms: Terms = new Map();
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      if (isFixed[wire[entry]!] === 1) continue;
      terms.set(wire[entry]!, reduce(this.#r1cs.coefficients[coefficient[entry]!]!));
    }
    return terms;
  }
}

/** Returns the first wire of a row, other than `except`, that may deviate; -1 if none. */
function firstUnknown(
  { rowStart, wire }: SparseMatrix,
  row: number,
  isFixed: Uint8Array,
  except: number,
): number {
  for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
    const candidate = wire[entry]!;
    if (isFixed[candidate] === 0 && candidate !== except) return candidate;
  }
  return -1;
}

/** Adds factor · terms to sum; entries may become 0. */
function addTerms(sum: Terms, terms: Terms, factor: bigint): void {
  for (const [wire, value] of terms) {
    const next = ((sum.get(wire) ?? 0n) + factor * value) % FIELD_MODULUS;
    sum.set(wire, next < 0n ? next + FIELD_MODULUS : next);
  }
}
