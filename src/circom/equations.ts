/** Writes linear combinations and constraints by the names of their signals. */
import { DEFAULT_PRIME, type PrimeName, PRIMES } from "../crypto/primes.ts";
import type { R1cs, SparseMatrix } from "../groth16/formats/r1cs.ts";

/** A multiple of a signal; the name "1" is the constant. */
export interface NamedTerm {
  readonly name: string;
  readonly coefficient: bigint;
}

/** Maximum terms of a sum that are shown. */
const TERMS_MAX = 6;

/** Writes a sum: "3*main.a - main.b + 5"; "0" without terms. */
export function showSum(terms: readonly NamedTerm[], prime: PrimeName = DEFAULT_PRIME): string {
  const { modulus } = PRIMES[prime];
  const shown = terms.slice(0, TERMS_MAX).map(({ name, coefficient }, index) => {
    const signed = coefficient > modulus / 2n ? coefficient - modulus : coefficient;
    const size = signed < 0n ? -signed : signed;
    const sign = signed < 0n ? (index === 0 ? "-" : " - ") : index === 0 ? "" : " + ";
    return sign + (name === "1" ? `${size}` : size === 1n ? name : `${size}*${name}`);
  });
  const more = terms.length - shown.length;
  return (shown.join("") || "0") + (more > 0 ? ` + … (${more} more)` : "");
}

/** Lists the wires in a constraint, each once and without the constant 1. */
export function wiresOf(r1cs: R1cs, row: number): number[] {
  const wires = [r1cs.a, r1cs.b, r1cs.c].flatMap(({ rowStart, wire }) => [
    ...wire.subarray(rowStart[row], rowStart[row + 1]),
  ]);
  return [...new Set(wires.filter((wire) => wire !== 0))];
}

/** Writes a constraint: "main.a * main.b = main.product". */
export function showConstraint(r1cs: R1cs, row: number, nameOf: (wire: number) => string): string {
  const read = (matrix: SparseMatrix) => termsOf(r1cs, matrix, row, nameOf);
  const [a, b, c] = [read(r1cs.a), read(r1cs.b), read(r1cs.c)];
  if (a.length === 0 || b.length === 0) return `${showSum(positive(c), r1cs.prime)} = 0`;
  // circom mostly negates both sides.
  const isNegative = a[0]!.coefficient < 0n;
  const [left, right] = isNegative ? [negate(a), negate(c)] : [a, c];
  const { prime } = r1cs;
  return `${showFactor(left, prime)} * ${showFactor(b, prime)} = ${showSum(right, prime)}`;
}

function showFactor(terms: readonly NamedTerm[], prime: PrimeName): string {
  const sum = showSum(terms, prime);
  return terms.length > 1 ? `(${sum})` : sum;
}

function negate(terms: readonly NamedTerm[]): NamedTerm[] {
  return terms.map(({ name, coefficient }) => ({ name, coefficient: -coefficient }));
}

function positive(terms: readonly NamedTerm[]): readonly NamedTerm[] {
  return terms.length > 0 && terms[0]!.coefficient < 0n ? negate(terms) : terms;
}

function termsOf(
  { coefficients }: R1cs,
  { rowStart, wire, coefficient }: SparseMatrix,
  row: number,
  nameOf: (wire: number) => string,
): NamedTerm[] {
  const terms: NamedTerm[] = [];
  for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
    const of = wire[entry]!;
    terms.push({
      name: of === 0 ? "1" : nameOf(of),
      coefficient: coefficients[coefficient[entry]!]!,
    });
  }
  return terms;
}
