/**
 * The constants of Poseidon over the BN254 scalar field, derived as its paper prescribes.
 *
 * Round constants and the Cauchy matrix come from the Grain LFSR seeded with the parameters of the
 * permutation, so they are not our choice. The second half of the file derives an equal permutation
 * with sparse matrices, which is the one that is evaluated.
 *
 * @see https://eprint.iacr.org/2019/458 appendices B (equivalent form) and E (Grain LFSR)
 */

import { FIELD_BITS, FIELD_MODULUS, add, invert } from "./field.ts";
import {
  addVectors,
  invertMatrix,
  type Matrix,
  multiplyMatrices,
  multiplyVector,
  transpose,
  type Vector,
} from "./matrices.ts";

/** Rounds with an S-box on every element: half before and half after the partial rounds. */
export const POSEIDON_FULL_ROUNDS = 8;
/** Inputs of the widest permutation, t = 17. */
export const POSEIDON_MAX_INPUTS = 16;

/** Rounds with one S-box, for t = 2, 3, …, as circomlib has them for 128 bits of security. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68] as const;

/** Returns the number of partial rounds for a state of `width` elements, 2 to 17. */
export function poseidonPartialRounds(width: number): number {
  return PARTIAL_ROUNDS[width - 2]!;
}

/** The permutation as the paper states it: add constants, S-box, multiply by `mds`. */
export interface PoseidonParameters {
  /** For every round, one constant per element. */
  readonly roundConstants: Matrix;
  /** Multiplies the state as a column vector. */
  readonly mds: Matrix;
}

/** The same permutation with one constant in each partial round. */
export interface PoseidonRounds {
  readonly width: number;
  /** Constants of the 8 full rounds, one row each. */
  readonly fullConstants: Matrix;
  /** Added to the first element, one per partial round. */
  readonly partialConstants: Vector;
  /** Multiplies the state after every round. */
  readonly mds: Matrix;
}

/**
 * The same permutation with a sparse matrix in each partial round.
 *
 * A partial round maps (x, y), x the first element and y the rest, to
 * (corner·x⁵ + row·y, y + column·x⁵).
 */
export interface PoseidonSchedule extends PoseidonRounds {
  /** Replaces `mds` in the last full round before the partial rounds. */
  readonly bridge: Matrix;
  readonly corner: bigint;
  /** One row per partial round, of width - 1 entries. */
  readonly rows: Matrix;
  readonly columns: Matrix;
}

/** Returns the constants for a state of `width` elements, 2 to 17; derived once per process. */
export const poseidonParameters = rememberByWidth(deriveParameters);

/** Returns the schedule for a state of `width` elements, 2 to 17; derived once per process. */
export const poseidonSchedule = rememberByWidth(deriveSchedule);

/** Returns `derive` with its results remembered by width, 2 to 17. */
export function rememberByWidth<T>(derive: (width: number) => T): (width: number) => T {
  const known: T[] = [];
  return (width) => (known[width] ??= derive(width));
}

function deriveParameters(width: number): PoseidonParameters {
  const rounds = POSEIDON_FULL_ROUNDS + poseidonPartialRounds(width);
  const grain = createGrain(width);
  const roundConstants = Array.from({ length: rounds }, () =>
    Array.from({ length: width }, () => grain.nextElement()),
  );
  return { roundConstants, mds: deriveCauchyMatrix(width, grain) };
}

/** M[i][j] = 1 / (x_i + y_j); all x and y are drawn again until they are distinct. */
function deriveCauchyMatrix(width: number, grain: Grain): Matrix {
  let drawn: bigint[];
  do {
    drawn = Array.from({ length: 2 * width }, () => grain.nextInteger() % FIELD_MODULUS);
  } while (new Set(drawn).size < 2 * width);
  const xs = drawn.slice(0, width);
  const ys = drawn.slice(width);
  return xs.map((x) => ys.map((y) => invert(add(x, y))));
}

interface Grain {
  /** Returns the next 254 bits as an integer. */
  nextInteger(): bigint;
  /** Returns the next such integer below r. */
  nextElement(): bigint;
}

const GRAIN_BITS = 80;
const GRAIN_TAPS = [0, 13, 23, 38, 51, 62] as const;
const GRAIN_WARM_UP = 160;
/** Bits that are gathered in a `number` before they go into the `bigint`. */
const WORD_BITS = 32;

/** The Grain LFSR in self-shrinking mode: it keeps the second bit of a pair if the first is 1. */
function createGrain(width: number): Grain {
  const state = grainSeed(width);
  let head = 0;
  const nextBit = (): number => {
    let bit = 0;
    for (const tap of GRAIN_TAPS) bit ^= state[(head + tap) % GRAIN_BITS]!;
    state[head] = bit;
    head = head === GRAIN_BITS - 1 ? 0 : head + 1;
    return bit;
  };
  const nextKeptBit = (): number => {
    while (nextBit() === 0) nextBit();
    return nextBit();
  };
  const nextInteger = (): bigint => {
    let integer = 0n;
    for (let left = FIELD_BITS; left > 0; left -= WORD_BITS) {
      const bits = Math.min(left, WORD_BITS);
      let word = 0;
      for (let i = 0; i < bits; i++) word = 2 * word + nextKeptBit();
      integer = (integer << BigInt(bits)) | BigInt(word);
    }
    return integer;
  };
  const nextElement = (): bigint => {
    let candidate = nextInteger();
    while (candidate >= FIELD_MODULUS) candidate = nextInteger();
    return candidate;
  };
  for (let i = 0; i < GRAIN_WARM_UP; i++) nextBit();
  return { nextInteger, nextElement };
}

/** The initial register: the parameters of the permutation, padded with ones. */
function grainSeed(width: number): Uint8Array {
  const PRIME_FIELD = 1;
  const POWER_SBOX = 0;
  const fields: [value: number, bits: number][] = [
    [PRIME_FIELD, 2],
    [POWER_SBOX, 4],
    [FIELD_BITS, 12],
    [width, 12],
    [POSEIDON_FULL_ROUNDS, 10],
    [poseidonPartialRounds(width), 10],
  ];
  const bits = fields.map(([value, length]) => value.toString(2).padStart(length, "0")).join("");
  return Uint8Array.from(bits.padEnd(GRAIN_BITS, "1"), Number);
}

/**
 * Reduces the constants of each partial round to one. All elements but the first pass the S-box
 * layer unchanged, so their constants move through it and the matrix into the next round.
 */
export function poseidonRounds(width: number): PoseidonRounds {
  const { roundConstants, mds } = poseidonParameters(width);
  const half = POSEIDON_FULL_ROUNDS / 2;
  const afterPartial = half + poseidonPartialRounds(width);
  const partialConstants: bigint[] = [];
  let carried: Vector = new Array<bigint>(width).fill(0n);
  for (let round = half; round < afterPartial; round++) {
    const [first, ...others] = addVectors(roundConstants[round]!, carried);
    partialConstants.push(first!);
    carried = multiplyVector(mds, [0n, ...others]);
  }
  const fullConstants = [
    ...roundConstants.slice(0, half),
    addVectors(roundConstants[afterPartial]!, carried),
    ...roundConstants.slice(afterPartial + 1),
  ];
  return { width, fullConstants, partialConstants, mds };
}

/**
 * Makes the matrices of the partial rounds sparse. With M = [[m, v], [w, N]], the factor
 * diag(1, N^k) of a round moves backward through its S-box into the previous round. The k-th round
 * from the end keeps [[m, v·N^-k], [N^(k-1)·w, 1]], and the full round before the partial ones gets
 * diag(1, N^all)·M.
 */
function deriveSchedule(width: number): PoseidonSchedule {
  const rounds = poseidonRounds(width);
  const { mds } = rounds;
  const inner = mds.slice(1).map((row) => row.slice(1));
  const innerInverse = transpose(invertMatrix(inner)); // transposed, to multiply from the left
  const rows: Vector[] = [];
  const columns: Vector[] = [];
  let row: Vector = mds[0]!.slice(1);
  let column: Vector = mds.slice(1).map((entries) => entries[0]!);
  let bridge = mds;
  for (let k = 1; k <= poseidonPartialRounds(width); k++) {
    row = multiplyVector(innerInverse, row);
    rows.unshift(row);
    columns.unshift(column);
    column = multiplyVector(inner, column);
    bridge = [bridge[0]!, ...multiplyMatrices(inner, bridge.slice(1))];
  }
  return { ...rounds, bridge, corner: mds[0]![0]!, rows, columns };
}

/** Inverse matrices for the circuit, which constrains S-boxes from the state after a round. */
export interface PoseidonInverses {
  readonly mds: Matrix;
  readonly bridge: Matrix;
}

export function poseidonInverses(width: number): PoseidonInverses {
  const { mds, bridge } = poseidonSchedule(width);
  return { mds: invertMatrix(mds), bridge: invertMatrix(bridge) };
}
