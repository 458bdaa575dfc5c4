/** The sides of a constraint as linear forms, split by what is known of their wires. */
import { FIELD_MODULUS, invert, multiply, reduce } from "../../crypto/field.ts";
import type { R1cs, SparseMatrix } from "../../groth16/formats/r1cs.ts";
import type { Terms } from "./linear-system.ts";

/** The wire that is 1 in every witness. */
export const ONE = 0;

/** One side of a constraint. */
export interface Form {
  /** Coefficients of the known wires, with that of the constant under wire 0. */
  readonly known: Terms;
  readonly unknown: Terms;
}

/** @param isKnown - By wire, 1 if it is known; wire 0 always is. */
export function readForm(
  { coefficients }: R1cs,
  { rowStart, wire, coefficient }: SparseMatrix,
  row: number,
  isKnown: Uint8Array,
): Form {
  const known: Terms = new Map();
  const unknown: Terms = new Map();
  for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
    const value = reduce(coefficients[coefficient[entry]!]!);
    if (value === 0n) continue;
    const of = wire[entry]!;
    (of === ONE || isKnown[of] === 1 ? known : unknown).set(of, value);
  }
  return { known, unknown };
}

/** Returns the value of a form without wires, or undefined if it has some. */
export function constantOf({ known, unknown }: Form): bigint | undefined {
  if (unknown.size > 0 || known.size > 1) return undefined;
  return known.size === 0 ? 0n : known.get(ONE);
}

/** Names a form of known wires: forms that differ by a factor only have one name. */
export function nameForm(terms: Terms): string {
  const sorted = [...terms].sort(([left], [right]) => left - right);
  const lead = sorted.find(([wire]) => wire !== ONE) ?? sorted[0];
  const scale = lead === undefined ? 1n : invert(lead[1]);
  return sorted.map(([wire, value]) => `${wire}:${multiply(value, scale)}`).join(" ");
}

/** Returns factor · left − right, without terms that are 0. */
export function combine(left: Terms, factor: bigint, right: Terms): Terms {
  const sum: Terms = new Map();
  for (const [wire, value] of left) {
    const product = multiply(value, factor);
    if (product !== 0n) sum.set(wire, product);
  }
  for (const [wire, value] of right) {
    const difference = reduce((sum.get(wire) ?? 0n) - value);
    if (difference === 0n) sum.delete(wire);
    else sum.set(wire, difference);
  }
  return sum;
}

/** Returns the integer in (-r/2, r/2] that an element stands for. */
export function toSigned(value: bigint): bigint {
  return value > FIELD_MODULUS / 2n ? value - FIELD_MODULUS : value;
}
