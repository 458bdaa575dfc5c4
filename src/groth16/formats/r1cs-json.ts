/** Renders constraints as JSON, as `snarkjs r1cs export json` does. */
import { PRIME_NAMES, PRIMES } from "../../crypto/primes.ts";
import { dataView } from "./binary-file.ts";
import { withSections } from "./section-file.ts";
import { type R1cs, readR1cs, type SparseMatrix } from "./r1cs.ts";

const MAP_SECTION = 3;
/** Constraints that are rendered to one piece of text. */
const ROWS = 1024;

/** @returns Pieces of the JSON in order. @throws BINARY_FORMAT, CUSTOM_GATES */
export function renderR1csJson(path: string): string[] {
  const r1cs = readR1cs(path, PRIME_NAMES);
  const { modulus, bytes } = PRIMES[r1cs.prime];
  const header = {
    n8: bytes,
    prime: String(modulus),
    nVars: r1cs.wires,
    nOutputs: r1cs.publicOutputs,
    nPubInputs: r1cs.publicInputs,
    nPrvInputs: r1cs.privateInputs,
    nLabels: r1cs.labels,
    nConstraints: r1cs.constraints,
    useCustomGates: false,
  };
  const pieces = [`${JSON.stringify(header).slice(0, -1)},"constraints":[`];
  for (let row = 0; row < r1cs.constraints; row += ROWS) {
    const count = Math.min(ROWS, r1cs.constraints - row);
    const rows = Array.from({ length: count }, (_, i) =>
      JSON.stringify(toRow(r1cs, row + i, modulus)),
    );
    pieces.push(`${row === 0 ? "" : ","}${rows.join(",")}`);
  }
  pieces.push(`],"map":${JSON.stringify(readMap(path, r1cs.wires))}`);
  pieces.push(',"customGates":[],"customGatesUses":[]}');
  return pieces;
}

/** The coefficients of A, B and C by wire, in decimal. */
function toRow(
  { a, b, c, coefficients }: R1cs,
  row: number,
  modulus: bigint,
): Record<string, string>[] {
  const decimal = ({ rowStart, wire, coefficient }: SparseMatrix) => {
    const entries = Array.from(
      wire.subarray(rowStart[row], rowStart[row + 1]),
      (of, i): [string, string] => {
        const index = coefficient[rowStart[row]! + i]!;
        const value = coefficients[index]!;
        return [String(of), String(value < 0n ? value + modulus : value)];
      },
    );
    return Object.fromEntries(entries);
  };
  return [a, b, c].map(decimal);
}

/** The label of each wire. */
function readMap(path: string, wires: number): number[] {
  return withSections(path, "r1cs", (sections) => {
    const view = dataView(sections.read(MAP_SECTION));
    return Array.from({ length: wires }, (_, wire) => Number(view.getBigUint64(8 * wire, true)));
  });
}
