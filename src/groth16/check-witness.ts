/**
 * Checks witnesses against the constraints, as a verifier's equation would.
 *
 * This is the tool of soundness tests: take an honest witness, change a signal, and expect that a
 * constraint fails. With many forgeries, check only the constraints of the changed wires.
 *
 * @example
 * const r1cs = multiplier.constraints();
 * const honest = await multiplier.calculateWitness({ a: 3n, b: 11n });
 * const constraintsOf = indexConstraints(r1cs);
 * const wire = multiplier.wire("main.product");
 * checkConstraints(r1cs, honest.with(wire, 5n), constraintsOf(wire)); // 0
 */

import { DEFAULT_PRIME, PRIMES } from "../crypto/primes.ts";
import { groth16Error } from "./errors.ts";
import type { R1cs, SparseMatrix } from "./formats/r1cs.ts";
import type { Witness } from "./formats/wtns.ts";

/**
 * Checks every constraint.
 *
 * @param r1cs - From {@link readR1cs}.
 * @param witness - The value of every wire, each in [0, r).
 * @returns The index of the first violated constraint, from 0 on, or null if all hold.
 * @throws WITNESS_LENGTH, WITNESS_CONSTANT
 *
 * @example
 * const r1cs = readR1cs(multiplier.r1csPath);
 * const witness = await multiplier.calculateWitness({ a: 3n, b: 11n });
 * checkWitness(r1cs, witness); // null
 * checkWitness(r1cs, witness.with(multiplier.wire("main.product"), 34n)); // 0
 */
export function checkWitness(r1cs: R1cs, witness: Witness): number | null {
  assertWitnessShape(r1cs, witness);
  for (let row = 0; row < r1cs.constraints; row++) if (!holds(r1cs, witness, row)) return row;
  return null;
}

/**
 * Checks some constraints only.
 *
 * @param rows Indices of constraints, for example from {@link indexConstraints}.
 * @returns The first of `rows` that is violated, or null if all hold.
 * @throws WITNESS_LENGTH, WITNESS_CONSTANT
 */
export function checkConstraints(
  r1cs: R1cs,
  witness: Witness,
  rows: Iterable<number>,
): number | null {
  assertWitnessShape(r1cs, witness);
  for (const row of rows) if (!holds(r1cs, witness, row)) return row;
  return null;
}

/** Indexes the constraints of each wire: ascending, each once. Wire 0 is in most of them. */
export function indexConstraints(r1cs: R1cs): (wire: number) => Uint32Array {
  const matrices = [r1cs.a, r1cs.b, r1cs.c];
  const forEachUse = (visit: (wire: number, row: number) => void) => {
    const lastRow = new Int32Array(r1cs.wires).fill(-1); // drops repeats within a row
    for (let row = 0; row < r1cs.constraints; row++) {
      for (const { rowStart, wire } of matrices) {
        for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
          if (lastRow[wire[entry]!] === row) continue;
          lastRow[wire[entry]!] = row;
          visit(wire[entry]!, row);
        }
      }
    }
  };
  const start = new Uint32Array(r1cs.wires + 1);
  forEachUse((wire) => start[wire + 1]!++);
  for (let wire = 0; wire < r1cs.wires; wire++) start[wire + 1]! += start[wire]!;
  const rows = new Uint32Array(start[r1cs.wires]!);
  const next = start.slice();
  forEachUse((wire, row) => (rows[next[wire]!++] = row));
  return (wire) => rows.subarray(start[wire], start[wire + 1]);
}

function assertWitnessShape(r1cs: R1cs, witness: Witness): void {
  if (witness.length !== r1cs.wires) {
    throw groth16Error({
      code: "WITNESS_LENGTH",
      expected: r1cs.wires,
      actual: witness.length,
    });
  }
  if (witness[0] !== 1n) throw groth16Error({ code: "WITNESS_CONSTANT", value: witness[0]! });
}

function holds(r1cs: R1cs, witness: Witness, row: number): boolean {
  const product =
    dotProduct(r1cs.a, r1cs.coefficients, witness, row) *
    dotProduct(r1cs.b, r1cs.coefficients, witness, row);
  const difference = product - dotProduct(r1cs.c, r1cs.coefficients, witness, row);
  return difference % PRIMES[r1cs.prime].modulus === 0n;
}

/** Returns an unreduced sum: rows are short, so one reduction at the end is cheaper. */
function dotProduct(
  { rowStart, wire, coefficient }: SparseMatrix,
  coefficients: readonly bigint[],
  witness: Witness,
  row: number,
): bigint {
  let sum = 0n;
  for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
    sum += coefficients[coefficient[entry]!]! * witness[wire[entry]!]!;
  }
  return sum;
}

/**
 * Refuses constraints over another prime than BN254's, for code that computes in that field only.
 *
 * @throws FIELD_NOT_SUPPORTED
 */
export function assertDefaultPrime({ prime }: Pick<R1cs, "prime">): void {
  if (prime === DEFAULT_PRIME) return;
  const { modulus } = PRIMES[prime];
  throw groth16Error({ code: "FIELD_NOT_SUPPORTED", source: "The circuit", modulus });
}
