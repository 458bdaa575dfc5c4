/**
 * Compares constraints by their values at random points.
 *
 * A constraint a·b = c says that the polynomial a·b − c is 0. Two constraints are the same if one
 * polynomial is a multiple of the other: then the quotient of the values at any two points is the
 * same. Other polynomials have the same quotient at random points with a chance below 2^-120, so
 * the quotient stands for the constraint, however it is scaled and its factors are ordered.
 */
import { randomFillSync } from "node:crypto";
import { FIELD_MODULUS, invert, multiply, reduce } from "../../crypto/field.ts";
import type { R1cs, SparseMatrix } from "../../groth16/formats/r1cs.ts";
import { assert } from "../../util/errors.ts";
import type { LocatedConstraint } from "../evaluation/design.ts";
import type { Linear } from "../evaluation/forms.ts";
import type { Substitutions, Term } from "../substitutions.ts";
import type { SignalLabels } from "./labels.ts";

/** A value at each of two points. */
export type AtBoth<T> = readonly [T, T];

/** Values of wires, or of labels, at both points. */
export type PointValues = AtBoth<readonly bigint[]>;

const WORDS = 2;

/** Draws the values of wires; wire 0 is the constant 1. */
export function drawPoints(wires: number): PointValues {
  return [drawPoint(wires), drawPoint(wires)];
}

function drawPoint(wires: number): bigint[] {
  const words = randomFillSync(new BigUint64Array(WORDS * wires));
  const values = Array.from({ length: wires }, (_, wire) => {
    return (words[WORDS * wire]! << 64n) | words[WORDS * wire + 1]!;
  });
  values[0] = 1n;
  return values;
}

/**
 * Computes the values of all labels: of those that circom has substituted from what is in their
 * place. A signal that is in no constraint gets any value.
 */
export function extendToLabels(
  { wires }: SignalLabels,
  substitutions: Substitutions,
  points: PointValues,
): PointValues {
  const [first, second] = [new Array<bigint>(wires.length), new Array<bigint>(wires.length)];
  const isOpen = new Uint8Array(wires.length);
  const set = (label: number, values: AtBoth<bigint>) => {
    [first[label], second[label]] = values;
  };
  const settle = (label: number): readonly number[] => {
    const wire = wires[label]!;
    const terms = wire < 0 ? substitutions(label) : undefined;
    if (wire >= 0) set(label, [points[0][wire]!, points[1][wire]!]);
    else if (terms === undefined) set(label, [drawPoint(2)[1]!, drawPoint(2)[1]!]);
    else {
      const missing = terms.map((term) => term.label).filter((of) => first[of] === undefined);
      if (missing.length > 0) return missing;
      set(label, [sumTerms(terms, first), sumTerms(terms, second)]);
    }
    return [];
  };
  for (let label = 0; label < wires.length; label++) {
    const stack = first[label] === undefined ? [label] : [];
    while (stack.length > 0) {
      const last = stack.at(-1)!;
      const missing = first[last] === undefined ? settle(last) : [];
      if (missing.length === 0) stack.pop();
      else {
        assert(isOpen[last] === 0, "no signal is substituted by itself");
        isOpen[last] = 1;
        stack.push(...missing);
      }
    }
  }
  return [first, second];
}

function sumTerms(terms: readonly Term[], values: readonly bigint[]): bigint {
  let sum = 0n;
  for (const { label, coefficient } of terms) sum += coefficient * values[label]!;
  return reduce(sum);
}

/** Evaluates a row of an r1cs. */
export function evaluateRow(r1cs: R1cs, row: number, points: PointValues): AtBoth<bigint> {
  const { a, b, c } = r1cs;
  const [left, right, result] = [a, b, c].map((matrix) => evaluateSide(r1cs, matrix, row, points));
  return difference(left!, right!, result!);
}

function evaluateSide(
  { coefficients }: R1cs,
  { rowStart, wire, coefficient }: SparseMatrix,
  row: number,
  [first, second]: PointValues,
): AtBoth<bigint> {
  let [x, y] = [0n, 0n];
  for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
    const factor = coefficients[coefficient[entry]!]!;
    x += factor * first[wire[entry]!]!;
    y += factor * second[wire[entry]!]!;
  }
  return [x, y];
}

/** Evaluates a constraint of the source. @param points - Of labels. */
export function evaluateConstraint(
  { constraint, toSignal }: LocatedConstraint,
  { ofSignal }: SignalLabels,
  [first, second]: PointValues,
): AtBoth<bigint> {
  const side = ({ constant, terms }: Linear): AtBoth<bigint> => {
    let [x, y] = [constant, constant];
    for (const [symbol, coefficient] of terms) {
      const label = ofSignal[toSignal(symbol)]!;
      x += coefficient * first[label]!;
      y += coefficient * second[label]!;
    }
    return [x, y];
  };
  const { a, b, c } = constraint;
  return difference(side(a), side(b), side(c));
}

/** a·b − c, in which sums are not yet reduced. */
function difference(a: AtBoth<bigint>, b: AtBoth<bigint>, c: AtBoth<bigint>): AtBoth<bigint> {
  const at = (point: 0 | 1) => {
    const product = (a[point] % FIELD_MODULUS) * (b[point] % FIELD_MODULUS);
    return reduce(product - c[point]);
  };
  return [at(0), at(1)];
}

/**
 * Returns the quotients of values at both points, with a single inversion; undefined for a
 * polynomial that is 0 everywhere.
 */
export function toQuotients(values: readonly AtBoth<bigint>[]): (bigint | undefined)[] {
  const products: bigint[] = [];
  let product = 1n;
  for (const [, second] of values) {
    products.push(product);
    if (second !== 0n) product = multiply(product, second);
  }
  let inverse = invert(product);
  const quotients = new Array<bigint | undefined>(values.length);
  for (let index = values.length - 1; index >= 0; index--) {
    const [first, second] = values[index]!;
    if (second === 0n) continue;
    quotients[index] = multiply(first, multiply(inverse, products[index]!));
    inverse = multiply(inverse, second);
  }
  return quotients;
}
