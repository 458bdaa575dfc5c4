/** Constraint systems of any size with a witness, for tests and benchmarks of provers. */

import { writeFileSync } from "node:fs";
import { elementBytes, ELEMENT_BYTES } from "../../src/circuits/bn254.ts";
import { encodeSections, uint32Bytes } from "../../src/circuits/binary-file.ts";
import { encodeWitness } from "../../src/circuits/wtns.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import type { Random } from "./random.ts";

export interface SyntheticOptions {
  readonly constraints: number;
  /** One wire in so many is a bit; 0 for none. */
  readonly bitEvery: number;
  readonly random: Random;
}

export interface SyntheticCircuit {
  readonly r1cs: Uint8Array;
  /** The bytes of a .wtns file. */
  readonly witness: Uint8Array;
}

type Combination = readonly (readonly [wire: number, coefficient: bigint])[];

/** Wires: the constant, one output, one public input, and one more per constraint. */
const FIRST_INNER_WIRE = 3;

/**
 * Row i makes the wire i + 3: mostly (a·x + b·y)·(c·z + d) with wires x, y, z made before, or a
 * bit. The last row makes the output. That is five coefficients a row, as much as circuits of
 * hashes have.
 */
export function createSyntheticCircuit(options: SyntheticOptions): SyntheticCircuit {
  const { constraints, bitEvery, random } = options;
  const values = [1n, 0n, random.field()];
  const rows: (readonly [Combination, Combination, Combination])[] = [];
  const constants = Array.from({ length: 100 }, () => random.field());
  const earlier = (): number => {
    const wire = values.length - 1 - random.int(Math.min(values.length, 1000));
    return wire === 1 ? 2 : wire;
  };
  for (let row = 0; row < constraints; row++) {
    const isLast = row === constraints - 1;
    const wire = isLast ? 1 : FIRST_INNER_WIRE + row;
    if (!isLast && bitEvery > 0 && row % bitEvery === 0) {
      values[wire] = BigInt(random.int(2));
      rows.push([[[wire, 1n]], [[wire, 1n], [0, FIELD_MODULUS - 1n]], []]); // prettier-ignore
      continue;
    }
    const [x, y, z] = [earlier(), earlier(), earlier()];
    const [a, b, c, d] = [1n, random.pick(constants), 1n, random.pick(constants)];
    const left = (a * values[x]! + b * values[y]!) % FIELD_MODULUS;
    values[wire] = (left * (c * values[z]! + d)) % FIELD_MODULUS;
    rows.push([[[x, a], [y, b]], [[z, c], [0, d]], [[wire, 1n]]]); // prettier-ignore
  }
  return { r1cs: encodeR1cs(rows, values.length), witness: encodeWitness(values) };
}

/** Writes the system to a file, for tools that read one. */
export function writeSyntheticR1cs(path: string, { r1cs }: SyntheticCircuit): void {
  writeFileSync(path, r1cs);
}

function encodeR1cs(rows: readonly (readonly Combination[])[], wires: number): Uint8Array {
  const header = [
    uint32Bytes(ELEMENT_BYTES),
    elementBytes(FIELD_MODULUS),
    uint32Bytes(wires, 1, 1, 0, wires, 0, rows.length),
  ];
  const body = rows
    .flat()
    .flatMap((combination) => [
      uint32Bytes(combination.length),
      ...combination.flatMap(([wire, value]) => [uint32Bytes(wire), elementBytes(value)]),
    ]);
  const labels = new Uint8Array(8 * wires);
  return Buffer.concat(
    encodeSections("r1cs", 1, [
      { id: 2, chunks: [Buffer.concat(body)] },
      { id: 1, chunks: header },
      { id: 3, chunks: [labels] },
    ]),
  );
}
