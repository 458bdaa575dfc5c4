/** Memory layout of a proving key: its lists, and space for one proof. */

import type { ZkeyHeader, ZkeyLists } from "../formats/zkey.ts";
import type { Bn254Module } from "../../kernel/bn254.ts";
import { ELEMENT_BYTES, INTEGER_BYTES, PAIR_BYTES } from "../../kernel/limbs.ts";
import { msmScratchBytes } from "../../kernel/msm.ts";
import { TERM_BYTES } from "../../kernel/quotient.ts";
import {
  DIGIT_BYTES,
  DIGIT_OFFSET_BYTES,
  WINDOW_BITS_MAX,
  WINDOW_BITS_MIN,
  windowCount,
} from "../../kernel/scalars.ts";
import { POOL_END } from "../../kernel/wasm/module.ts";

/** Bytes of a key file per read. */
export const STAGING_BYTES = 1 << 22;

const ALIGNMENT = 64;

/** The lists of points with their groups. */
export const QUERIES = { a: "G1", b1: "G1", b2: "G2", c: "G1", h: "G1" } as const;
export type Query = keyof typeof QUERIES & keyof ZkeyLists;
export const QUERY_NAMES = Object.keys(QUERIES) as Query[];

/** Memory for points and their results in a proof. */
export interface QueryArea {
  readonly count: number;
  /** The scalar that belongs to the first point. */
  readonly first: number;
  readonly points: number;
  /** A byte per point: 0 for points at infinity. */
  readonly present: number;
  /** A projective pair per window. */
  readonly windows: number;
  readonly sum: number;
}

/** Memory for scalars and their sorted digits. */
export interface ScalarArea {
  readonly count: number;
  readonly windowBits: number;
  readonly windows: number;
  readonly integers: number;
  /** H of scalars.ts. */
  readonly offset: number;
  readonly digits: number;
  /** The sorted lists: windows of the first halves, then of the second. */
  readonly lists: readonly { readonly offsets: number; readonly entries: number }[];
}

export interface MatrixArea {
  readonly rows: number;
  readonly terms: number;
}

/** Counts of terms in the constraint matrices and of different coefficients. */
export interface MatrixCounts {
  readonly termsA: number;
  readonly termsB: number;
  readonly coefficients: number;
}

export interface KeyLayout {
  readonly counter: number;
  readonly staging: number;
  readonly scratch: readonly number[];
  /** Space for single elements as arguments of functions, one per 64 bytes. */
  readonly constants: number;
  readonly shiftFactors: number;
  readonly roots: number;
  readonly matrixA: MatrixArea;
  readonly matrixB: MatrixArea;
  readonly coefficients: number;
  readonly queries: Readonly<Record<Query, QueryArea>>;
  readonly witness: number;
  readonly vectors: readonly [a: number, b: number, c: number];
  readonly witnessScalars: ScalarArea;
  readonly quotientScalars: ScalarArea;
  /** Projective pairs for assembling the proof. */
  readonly points: number;
  readonly end: number;
}

/** Number of projective pairs of G2 in {@link KeyLayout.points}. */
const POINT_SLOTS = 8;

/** Allocates addresses from `start` on. */
function createAllocator(start: number) {
  let end = start;
  return {
    allocate: (bytes: number): number => {
      const address = end;
      end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
      return address;
    },
    end: () => end,
  };
}

type Allocate = (bytes: number) => number;

export function planKey(
  header: ZkeyHeader,
  matrices: MatrixCounts,
  module: Bn254Module,
  threads: number,
): KeyLayout {
  const { wires, domainSize } = header;
  const { allocate, end } = createAllocator(POOL_END);
  const bits = [chooseWindowBits(wires), chooseWindowBits(domainSize)] as const;
  const scratchBytes = Math.max(...bits.map((c) => msmScratchBytes(module.g2, c)));
  const matrix = (terms: number): MatrixArea => ({
    rows: allocate(4 * (domainSize + 1)),
    terms: allocate(TERM_BYTES * terms),
  });
  const fixed = {
    counter: allocate(4),
    staging: allocate(STAGING_BYTES),
    scratch: Array.from({ length: threads }, () => allocate(scratchBytes)),
    constants: allocate(4 * ALIGNMENT),
    shiftFactors: allocate(PAIR_BYTES),
    roots: allocate(ELEMENT_BYTES * (domainSize / 2 + 1)),
    matrixA: matrix(matrices.termsA),
    matrixB: matrix(matrices.termsB),
    coefficients: allocate(ELEMENT_BYTES * (matrices.coefficients + 1)),
    points: allocate(POINT_SLOTS * module.g2.projectiveBytes),
  };
  const queries = planQueries(header, module, bits, allocate);
  const witness = allocate(ELEMENT_BYTES * (wires + 1));
  const witnessInput = planInput(wires, allocate);
  const quotientInput = planInput(domainSize, allocate);
  const witnessScalars = { ...witnessInput, ...planDigits(wires, bits[0], allocate) };
  // The quotient's digits reuse the memory of its vectors, which are no longer needed then.
  const [forVectors, forDigits] = [createAllocator(end()), createAllocator(end())];
  const vector = () => forVectors.allocate(ELEMENT_BYTES * domainSize);
  const vectors = [vector(), vector(), vector()] as const;
  const digits = planDigits(domainSize, bits[1], forDigits.allocate);
  const quotientScalars = { ...quotientInput, ...digits };
  const last = Math.max(forVectors.end(), forDigits.end());
  return { ...fixed, queries, witness, witnessScalars, quotientScalars, vectors, end: last };
}

function planQueries(
  { wires, publicCount, domainSize }: ZkeyHeader,
  module: Bn254Module,
  [witnessBits, quotientBits]: readonly [number, number],
  allocate: Allocate,
): Record<Query, QueryArea> {
  const plan = (name: Query, count: number, first: number): QueryArea => {
    const curve = QUERIES[name] === "G1" ? module.g1 : module.g2;
    const windows = windowCount(name === "h" ? quotientBits : witnessBits);
    return {
      count,
      first,
      points: allocate(curve.pointBytes * count),
      present: allocate(count),
      windows: allocate(curve.projectiveBytes * windows),
      sum: allocate(curve.projectiveBytes),
    };
  };
  const firstPrivate = publicCount + 1;
  return {
    a: plan("a", wires, 0),
    b1: plan("b1", wires, 0),
    b2: plan("b2", wires, 0),
    c: plan("c", wires - firstPrivate, firstPrivate),
    h: plan("h", domainSize, 0),
  };
}

function planInput(count: number, allocate: Allocate) {
  const integers = allocate(INTEGER_BYTES * count);
  return { count, integers, offset: allocate(DIGIT_OFFSET_BYTES) };
}

function planDigits(count: number, windowBits: number, allocate: Allocate) {
  const windows = windowCount(windowBits);
  const sizes = 2 ** (windowBits - 1);
  return {
    windowBits,
    windows,
    digits: allocate(DIGIT_BYTES * 2 * windows * count),
    lists: Array.from({ length: 2 * windows }, () => ({
      offsets: allocate(4 * (sizes + 2)),
      entries: allocate(4 * count),
    })),
  };
}

/**
 * Chooses the window with the least work for `count` scalars: an affine addition per half and
 * window, and two per bucket and window in the final sum.
 */
function chooseWindowBits(count: number): number {
  const work = (bits: number) => windowCount(bits) * (2 * count + 2 * 2 ** (bits - 1));
  let best = WINDOW_BITS_MIN;
  for (let bits = best + 1; bits <= WINDOW_BITS_MAX; bits++) {
    if (work(bits) < work(best)) best = bits;
  }
  return best;
}
