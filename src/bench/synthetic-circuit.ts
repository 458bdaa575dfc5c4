/** Creates constraint systems of any size with a witness, for tests and benchmarks of provers. */

import { writeFileSync } from "node:fs";
import { elementBytes, ELEMENT_BYTES, writeElement } from "../groth16/formats/bn254.ts";
import { encodeSections, uint32Bytes } from "../groth16/formats/binary-file.ts";
import { encodeWitness } from "../groth16/formats/wtns.ts";
import { FIELD_MODULUS } from "../crypto/field.ts";
import type { Random } from "./random.ts";

export interface SyntheticOptions {
  readonly constraints: number;
  /** One of this number of wires is a bit; 0 for none. */
  readonly bitEvery: number;
  readonly random: Random;
}

export interface SyntheticCircuit {
  readonly r1cs: Uint8Array;
  /** The bytes of a .wtns file. */
  readonly witness: Uint8Array;
}

type Combination = readonly (readonly [wire: number, coefficient: bigint])[];

/** The wires before: the constant, one output and one public input. */
const FIRST_INNER_WIRE = 3;

/**
 * Creates a circuit with a random witness. Row i defines the wire i + 3: mostly
 * (a·x + b·y)·(c·z + d) of earlier wires x, y, z, or a bit. The last row defines the output. A row
 * has five coefficients, as in circuits of hashes.
 */
export function createSyntheticCircuit(options: SyntheticOptions): SyntheticCircuit {
  const { constraints, bitEvery, random } = options;
  const values = [1n, 0n, random.field()];
  const body = createConstraintWriter(constraints);
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
      const factors: Combination[] = [[[wire, 1n]], [[wire, 1n], [0, FIELD_MODULUS - 1n]]]; // prettier-ignore
      [...factors, []].forEach(body.write);
      continue;
    }
    const [x, y, z] = [earlier(), earlier(), earlier()];
    const [a, b, c, d] = [1n, random.pick(constants), 1n, random.pick(constants)];
    const left = (a * values[x]! + b * values[y]!) % FIELD_MODULUS;
    values[wire] = (left * (c * values[z]! + d)) % FIELD_MODULUS;
    const factors: Combination[] = [[[x, a], [y, b]], [[z, c], [0, d]]]; // prettier-ignore
    [...factors, [[wire, 1n] as const]].forEach(body.write);
  }
  const r1cs = encodeR1cs(body.bytes(), constraints, values.length);
  return { r1cs, witness: encodeWitness(values) };
}

/** Writes the constraints as an .r1cs file. */
export function writeSyntheticR1cs(path: string, { r1cs }: SyntheticCircuit): void {
  writeFileSync(path, r1cs);
}

/** Writes combinations into one array, because objects for a million rows take too much memory. */
function createConstraintWriter(constraints: number) {
  const bytes = new Uint8Array(constraints * ROW_BYTES_MAX);
  const view = new DataView(bytes.buffer);
  let end = 0;
  const word = (value: number) => {
    view.setUint32(end, value, true);
    end += 4;
  };
  return {
    write: (combination: Combination) => {
      word(combination.length);
      for (const [wire, value] of combination) {
        word(wire);
        writeElement(bytes, end, value);
        end += ELEMENT_BYTES;
      }
    },
    bytes: () => bytes.subarray(0, end),
  };
}

/** Maximum length of a row: three counts and five entries. */
const ROW_BYTES_MAX = 3 * 4 + 5 * (4 + ELEMENT_BYTES);

function encodeR1cs(body: Uint8Array, constraints: number, wires: number): Uint8Array {
  const header = [
    uint32Bytes(ELEMENT_BYTES),
    elementBytes(FIELD_MODULUS),
    uint32Bytes(wires, 1, 1, 0, wires, 0, constraints),
  ];
  return Buffer.concat(
    encodeSections("r1cs", 1, [
      { id: 2, chunks: [body] },
      { id: 1, chunks: header },
      { id: 3, chunks: [new Uint8Array(8 * wires)] },
    ]),
  );
}
