/** Estimates the domain that snarkjs takes for a circuit in PLONK or fflonk. */
import type { R1cs, SparseMatrix } from "../../groth16/formats/r1cs.ts";
import { publicCount } from "../../groth16/formats/r1cs.ts";
import type { PlonkProtocol } from "../protocols.ts";

/** The smallest domain of snarkjs has 2^3 points. */
const EXPONENT_MIN = 3;
/** The rows of fflonk's blinding. */
const FFLONK_EXTRA_ROWS = 2;
/** Powers that a setup takes from a file, for a domain of N points: a · N + b. */
const POWERS: Readonly<Record<PlonkProtocol, readonly [factor: number, extra: number]>> = {
  plonk: [1, 6],
  fflonk: [9, 18],
};

/** What a circuit takes from a file of powers of tau. */
export interface UniversalSize {
  /** The Lagrange basis of a domain of 2^exponent points. */
  readonly exponent: number;
  /** Powers in G1. */
  readonly powers: number;
}

/**
 * The rows of a circuit as PLONK has it: each row has three wires, so that a longer sum takes a row
 * for each further wire. Terms that cancel may save some of these rows.
 */
export function maximumRows(r1cs: R1cs): number {
  const { a, b, c } = r1cs;
  let rows = publicCount(r1cs);
  for (let row = 0; row < r1cs.constraints; row++) {
    const [inA, inB, inC] = [wires(a, row), wires(b, row), wires(c, row)];
    const isProduct = inA > 0 && inB > 0;
    rows += isProduct
      ? 1 + above(inA, 1) + above(inB, 1) + above(inC, 1)
      : 1 + above(inA + inB + inC, 3);
  }
  return rows;
}

/** What a circuit needs at most; a larger file gives the same key. */
export function universalSize(r1cs: R1cs, protocol: PlonkProtocol): UniversalSize {
  const rows = maximumRows(r1cs) + (protocol === "fflonk" ? FFLONK_EXTRA_ROWS : 0);
  const exponent = Math.max(EXPONENT_MIN, exponentOf(rows));
  const [factor, extra] = POWERS[protocol];
  return { exponent, powers: factor * 2 ** exponent + extra };
}

/** The smallest file that has the powers: 2^(e+1) - 1 in G1. */
export function ptauExponent({ exponent, powers }: UniversalSize): number {
  return Math.max(exponent, exponentOf(powers + 1) - 1);
}

/** The exponent of the smallest power of two that is not below a count. */
function exponentOf(count: number): number {
  return Math.ceil(Math.log2(Math.max(1, count)));
}

/** Counts the wires of a row without the constant. */
function wires({ rowStart, wire }: SparseMatrix, row: number): number {
  let count = 0;
  for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++)
    if (wire[entry] !== 0) count++;
  return count;
}

function above(count: number, limit: number): number {
  return Math.max(0, count - limit);
}
