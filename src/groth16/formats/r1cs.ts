/**
 * Reader of the constraint systems that circom writes.
 *
 * A constraint is A·w × B·w = C·w over the witness w. The three matrices are kept as compressed
 * rows of 32-bit words, and the distinct coefficients once each: a circuit has millions of
 * coefficients, but few different ones.
 *
 * @see https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md
 */

import { type PrimeField, type PrimeName, PRIMES } from "../../crypto/primes.ts";
import { assert } from "../../util/errors.ts";
import { dataView, type SectionReader } from "./binary-file.ts";
import { withSections } from "./section-file.ts";
import { assertField } from "./bn254.ts";
import { groth16Error } from "../errors.ts";

/** The primes for which this package proves. */
const PROVABLE: readonly PrimeName[] = ["bn128"];
const HEADER_SECTION = 1;
const CONSTRAINTS_SECTION = 2;
const CUSTOM_GATES_SECTION = 4;

/** The counts in the header. Wires are the constant 1, outputs, public inputs, and the rest. */
export interface R1csHeader {
  /** circom's name of the prime. */
  readonly prime: PrimeName;
  readonly constraints: number;
  readonly wires: number;
  readonly publicOutputs: number;
  readonly publicInputs: number;
  /** Declared signals; a signal that no constraint uses has no wire. */
  readonly privateInputs: number;
  readonly labels: number;
}

/** A matrix by rows: row i has the entries rowStart[i] up to rowStart[i + 1]. */
export interface SparseMatrix {
  readonly rowStart: Uint32Array;
  readonly wire: Uint32Array;
  /** Index into the coefficients of the system. */
  readonly coefficient: Uint32Array;
}

/** A constraint system: the products A·w × B·w = C·w over a witness w. */
export interface R1cs extends R1csHeader {
  readonly a: SparseMatrix;
  readonly b: SparseMatrix;
  readonly c: SparseMatrix;
  /** The distinct coefficients, in (-p/2, p/2]: most are small, which makes products cheap. */
  readonly coefficients: readonly bigint[];
}

/**
 * Reads the counts of a constraint system, without its constraints.
 *
 * @param path - Path of an `.r1cs` file.
 * @param source - What errors call the circuit. Default: the path.
 * @param primes - circom's names of the primes to accept. Default: that of BN254, for which there
 *   are provers.
 * @returns Numbers of constraints, wires and signals.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, CUSTOM_GATES
 *
 * @example
 * const { wires, publicOutputs, publicInputs } = readR1csHeader(multiplier.r1csPath);
 * wires; // 4
 * [publicOutputs, publicInputs]; // [1, 0]
 */
export function readR1csHeader(
  path: string,
  source = path,
  primes: readonly PrimeName[] = PROVABLE,
): R1csHeader {
  return withSections(path, "r1cs", (sections) =>
    parseHeader({ ...sections, name: source }, primes),
  );
}

/**
 * Reads a constraint system.
 *
 * @param path - Path of an `.r1cs` file.
 * @param primes - circom's names of the primes to accept. Default: that of BN254, for which there
 *   are provers.
 * @returns Its counts, its three matrices and its distinct coefficients.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, CUSTOM_GATES
 *
 * @example
 * const { constraints, a } = readR1cs(multiplier.r1csPath);
 * constraints; // 1
 * a.wire.length; // 1
 */
export function readR1cs(path: string, primes: readonly PrimeName[] = PROVABLE): R1cs {
  return withSections(path, "r1cs", (sections) => {
    const header = parseHeader(sections, primes);
    const coefficientWords = PRIMES[header.prime].bytes / 4;
    const bytes = sections.read(CONSTRAINTS_SECTION);
    const words = new Uint32Array(bytes.buffer, 0, bytes.length / 4);
    const counts = countEntries(words, header.constraints, coefficientWords);
    if (counts === undefined) {
      const problem = "its constraints do not fill their section";
      throw groth16Error({ code: "BINARY_FORMAT", source: path, expected: "r1cs", problem });
    }
    return { ...header, ...parseConstraints(words, counts, header) };
  });
}

/**
 * Counts the public values of a witness: outputs and public inputs, without the constant 1.
 *
 * @param header - From {@link readR1csHeader} or {@link readR1cs}.
 * @returns The number of values that a verifier takes.
 *
 * @example
 * publicCount(readR1csHeader(multiplier.r1csPath)); // 1
 */
export function publicCount(header: R1csHeader): number {
  return header.publicOutputs + header.publicInputs;
}

function parseHeader(sections: SectionReader, primes: readonly PrimeName[]): R1csHeader {
  const fieldBytes = dataView(sections.read(HEADER_SECTION, 0, 4)).getUint32(0, true);
  const modulus = sections.read(HEADER_SECTION, 4, fieldBytes);
  const prime = assertField(sections.name, modulus, primes);
  assertNoCustomGates(sections, fieldBytes);
  const view = dataView(sections.read(HEADER_SECTION, 4 + fieldBytes, 7 * 4));
  const word = (index: number) => view.getUint32(4 * index, true);
  return {
    prime,
    wires: word(0),
    publicOutputs: word(1),
    publicInputs: word(2),
    privateInputs: word(3),
    labels: Number(view.getBigUint64(16, true)),
    constraints: word(6),
  };
}

/** The rules of custom gates are in none of the constraints: a key without them proves anything. */
function assertNoCustomGates(sections: SectionReader, fieldBytes: number): void {
  if (!sections.has(CUSTOM_GATES_SECTION)) return;
  const bytes = sections.read(CUSTOM_GATES_SECTION);
  const view = dataView(sections.read(CUSTOM_GATES_SECTION, 0, 4));
  const gates = new Set<string>();
  let position = 4;
  for (let left = view.getUint32(0, true); left > 0; left--) {
    const end = bytes.indexOf(0, position);
    if (end < 0) {
      const [source, problem] = [sections.name, "the name of a custom gate has no end"];
      throw groth16Error({ code: "BINARY_FORMAT", source, expected: "r1cs", problem });
    }
    gates.add(new TextDecoder().decode(bytes.subarray(position, end)));
    const parameters = dataView(sections.read(CUSTOM_GATES_SECTION, end + 1, 4));
    position = end + 1 + 4 + parameters.getUint32(0, true) * fieldBytes;
  }
  if (gates.size === 0) return;
  throw groth16Error({ code: "CUSTOM_GATES", source: sections.name, gates: [...gates] });
}

function parseConstraints(
  words: Uint32Array,
  counts: readonly number[],
  { constraints, prime }: R1csHeader,
): Pick<R1cs, "a" | "b" | "c" | "coefficients"> {
  const matrices = counts.map((entries) => ({
    rowStart: new Uint32Array(constraints + 1),
    wire: new Uint32Array(entries),
    coefficient: new Uint32Array(entries),
  }));
  const field = PRIMES[prime];
  const coefficientWords = field.bytes / 4;
  const table = createCoefficientTable(words, field);
  const filled = [0, 0, 0];
  let position = 0;
  for (let row = 0; row < constraints; row++) {
    for (const [m, matrix] of matrices.entries()) {
      let entry = filled[m]!;
      for (let left = words[position++]!; left > 0; left--) {
        matrix.wire[entry] = words[position++]!;
        matrix.coefficient[entry++] = table.intern(position);
        position += coefficientWords;
      }
      filled[m] = entry;
      matrix.rowStart[row + 1] = entry;
    }
  }
  const [a, b, c] = matrices;
  assert(a !== undefined && b !== undefined && c !== undefined, "a constraint has three rows");
  return { a, b, c, coefficients: table.values };
}

/** Counts the entries of A, B and C; undefined if the constraints do not fill the section. */
function countEntries(
  words: Uint32Array,
  constraints: number,
  coefficientWords: number,
): number[] | undefined {
  const counts = [0, 0, 0];
  let position = 0;
  for (let row = 0; row < 3 * constraints; row++) {
    const entries = words[position]!;
    counts[row % 3]! += entries;
    position += 1 + entries * (1 + coefficientWords);
  }
  return position === words.length ? counts : undefined;
}

/** Numbers the distinct coefficients in the order of their first use, by open addressing. */
function createCoefficientTable(words: Uint32Array, { modulus, bytes }: PrimeField) {
  const length = bytes / 4;
  const values: bigint[] = [];
  let positions = new Uint32Array(1024); // position of coefficient i in `words`
  let slots = new Int32Array(4096).fill(-1);

  const hash = (position: number) => {
    let state = 0;
    for (let i = 0; i < length; i++) {
      state = Math.imul(state ^ words[position + i]!, 0x9e3779b1);
      state ^= state >>> 15;
    }
    return state >>> 0;
  };
  const equal = (left: number, right: number) => {
    for (let i = 0; i < length; i++) if (words[left + i] !== words[right + i]) return false;
    return true;
  };
  const findSlot = (position: number) => {
    const mask = slots.length - 1;
    let slot = hash(position) & mask;
    while (slots[slot]! >= 0 && !equal(positions[slots[slot]!]!, position))
      slot = (slot + 1) & mask;
    return slot;
  };
  const grow = () => {
    positions = copyInto(new Uint32Array(2 * positions.length), positions);
    slots = new Int32Array(2 * slots.length).fill(-1);
    for (let index = 0; index < values.length; index++) slots[findSlot(positions[index]!)] = index;
  };
  const intern = (position: number): number => {
    const slot = findSlot(position);
    if (slots[slot]! >= 0) return slots[slot]!;
    const index =
      values.push(signedCoefficient(words.subarray(position, position + length), modulus)) - 1;
    positions[index] = position;
    slots[slot] = index;
    if (values.length === positions.length) grow();
    return index;
  };
  return { values, intern };
}

function copyInto(target: Uint32Array<ArrayBuffer>, source: Uint32Array): Uint32Array<ArrayBuffer> {
  target.set(source);
  return target;
}

function signedCoefficient(words: Uint32Array, modulus: bigint): bigint {
  const value = words.reduceRight((high, word) => (high << 32n) | BigInt(word), 0n);
  return value > modulus / 2n ? value - modulus : value;
}
