/**
 * Converts the coefficient list of a zkey to rows of terms, with each different value stored once.
 */

import { groth16Error } from "../errors.ts";
import type { ZkeyReader } from "../formats/zkey.ts";
import { INTEGER_BYTES } from "../../kernel/limbs.ts";

/** An entry: matrix (0 for A, 1 for B), constraint, wire, and the value in 32 bytes. */
const ENTRY_BYTES = 12 + INTEGER_BYTES;
const ENTRY_WORDS = ENTRY_BYTES / 4;
const VALUE_WORDS = INTEGER_BYTES / 4;
const COUNT_BYTES = 4;
/** Entries per read. */
const CHUNK_ENTRIES = 1 << 16;

/** A matrix by rows: row i has the terms from rows[i] to rows[i + 1], as wire and value index. */
export interface Matrix {
  readonly rows: Uint32Array;
  readonly terms: Uint32Array;
}

export interface Coefficients {
  readonly a: Matrix;
  readonly b: Matrix;
  /** The different values in the form of the file; value index 0 is zero. */
  readonly values: Uint8Array;
}

export function readCoefficients(key: ZkeyReader): Coefficients {
  const rowsOf = () => new Uint32Array(key.header.domainSize + 2);
  const rows = [rowsOf(), rowsOf()] as const;
  // Counts go two places up: after summing, rows[i + 1] is where row i starts, and moves to its
  // end.
  const { wires, domainSize } = key.header;
  forEachEntry(key, (words, at) => {
    const [matrix, row, wire] = [words[at]!, words[at + 1]!, words[at + 2]!];
    if (matrix > 1 || row >= domainSize || wire >= wires) throw misplaced(key.name);
    rows[matrix as 0 | 1][row + 2]!++;
  });
  for (const starts of rows) {
    for (let i = 2; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  }
  const terms = rows.map((starts) => new Uint32Array(2 * starts.at(-1)!));
  const values = createValueSet();
  forEachEntry(key, (words, at) => {
    const matrix = words[at] as 0 | 1;
    const place = rows[matrix][words[at + 1]! + 1]!++;
    terms[matrix]![2 * place] = words[at + 2]!;
    terms[matrix]![2 * place + 1] = values.indexOf(words, at + 3);
  });
  const matrix = (index: 0 | 1): Matrix => ({
    rows: rows[index].subarray(0, -1),
    terms: terms[index]!,
  });
  return { a: matrix(0), b: matrix(1), values: values.bytes() };
}

function misplaced(source: string) {
  const problem = "a coefficient belongs to no matrix, constraint or wire";
  return groth16Error({ code: "BINARY_FORMAT", source, expected: "zkey", problem });
}

/** Visits all entries: `words` holds the entry from index `at` on. */
function forEachEntry(key: ZkeyReader, visit: (words: Uint32Array, at: number) => void): void {
  const count = (key.size("coefficients") - COUNT_BYTES) / ENTRY_BYTES;
  for (let start = 0; start < count; start += CHUNK_ENTRIES) {
    const length = Math.min(CHUNK_ENTRIES, count - start);
    const offset = COUNT_BYTES + start * ENTRY_BYTES;
    const bytes = key.read("coefficients", offset, length * ENTRY_BYTES);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, length * ENTRY_WORDS);
    for (let i = 0; i < length; i++) visit(words, i * ENTRY_WORDS);
  }
}

/** A set of values of eight words, numbered from 1 in order of arrival; 0 is the value zero. */
function createValueSet() {
  let values = new Uint32Array(VALUE_WORDS << 10);
  let table = new Uint32Array(1 << 11);
  let count = 1;

  const hashOf = (words: Uint32Array, at: number): number => {
    let hash = 0;
    for (let i = 0; i < VALUE_WORDS; i++) hash = Math.imul(hash ^ words[at + i]!, 0x9e3779b1);
    return hash ^ (hash >>> 15);
  };
  const isSame = (index: number, words: Uint32Array, at: number): boolean => {
    for (let i = 0; i < VALUE_WORDS; i++) {
      if (values[index * VALUE_WORDS + i] !== words[at + i]) return false;
    }
    return true;
  };
  const slotOf = (words: Uint32Array, at: number): number => {
    let slot = hashOf(words, at) & (table.length - 1);
    while (table[slot] !== 0 && !isSame(table[slot]!, words, at)) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  };
  const grow = () => {
    const larger = new Uint32Array(2 * values.length);
    larger.set(values);
    values = larger;
    table = new Uint32Array(2 * table.length);
    for (let index = 1; index < count; index++) table[slotOf(values, index * VALUE_WORDS)] = index;
  };
  return {
    indexOf: (words: Uint32Array, at: number): number => {
      const slot = slotOf(words, at);
      if (table[slot] !== 0) return table[slot]!;
      table[slot] = count;
      values.set(words.subarray(at, at + VALUE_WORDS), count * VALUE_WORDS);
      if (++count * VALUE_WORDS === values.length) grow();
      return count - 1;
    },
    bytes: () => new Uint8Array(values.buffer, 0, count * INTEGER_BYTES),
  };
}
