/**
 * Evaluates the quadratic arithmetic program of a circuit at the secret point tau.
 *
 * Constraint k stands for the k-th root of unity w^k of a domain of N = 2^m points. Wire s has the
 * polynomials A_s, B_s, C_s that take there the coefficients of s; with the Lagrange basis
 * L_k(x) = (x^N - 1)/N · w^k/(x - w^k), A_s(tau) is the sum of a[k][s] L_k(tau). After the
 * constraints come rows "wire s times 0 = 0" for the constant and the public wires, which make
 * their A_s independent, as Groth16 needs.
 *
 * @see https://eprint.iacr.org/2016/260 section 3.2
 */

import { FIELD_MODULUS, invert, multiply, power, reduce } from "../../crypto/field.ts";
import { ELEMENT_BYTES, elementsBytes, TWO_ADICITY } from "../formats/bn254.ts";
import { publicCount, type R1cs, type R1csHeader } from "../formats/r1cs.ts";
import type { Kernel } from "./kernel.ts";
import type { Trapdoor } from "./trapdoor.ts";
import {
  addInPlace,
  combineColumns,
  constants,
  createVectorSpace,
  geometric,
  lagrangeInPlace,
  MONTGOMERY_FACTOR,
  scale,
  toPlain,
  type VectorSpace,
} from "./vectors.ts";

type Elements = Uint8Array<ArrayBuffer>;

/** The logarithms of the key's points, as plain little-endian elements. */
// A type, not an interface, so that its values can be listed.
export type QapScalars = {
  /** A_s(tau) and B_s(tau) for every wire. */
  readonly a: Elements;
  readonly b: Elements;
  /** beta A_s + alpha B_s + C_s of the constant and the public wires. */
  readonly ic: Elements;
  /** The same of the other wires: as in `zkey new` (delta = 1), and divided by delta. */
  readonly initialC: Elements;
  readonly c: Elements;
  /** Lagrange basis of the odd points of the domain of 2N points, divided by delta. */
  readonly h: Elements;
  /** tau^i (tau^N - 1), which `zkey new` hashes in place of h. */
  readonly monomialH: Elements;
};

/** Base of the roots of unity: the smallest non-residue. */
const NON_RESIDUE = 5n;
/** Chunk size of snarkjs's hash of the monomial H points; the last chunk is padded. */
const HASH_CHUNK = 1 << 14;

/** Returns the number of points of the domain: the next power of two that holds all rows. */
export function domainSize(circuit: R1csHeader): number {
  const rows = circuit.constraints + publicCount(circuit) + 1;
  return 2 ** (32 - Math.clz32(rows - 1));
}

/** Evaluates the program of `r1cs`, in about 0.1 µs per non-zero coefficient. */
export function evaluateQap(kernel: Kernel, r1cs: R1cs, trapdoor: Trapdoor): QapScalars {
  const mark = kernel.freeMark();
  const space = createVectorSpace(kernel);
  const { tau, alpha, beta } = trapdoor;
  const size = domainSize(r1cs);
  const fixedWires = publicCount(r1cs) + 1;
  const privateWires = r1cs.wires - fixedWires;

  const weights = geometric(space, 1n, rootOfUnity(size), size);
  lagrangeInPlace(space, weights, size, tau, vanishing(tau, size) * invert(BigInt(size)));
  const table = constants(space, r1cs.coefficients);
  const a = combineColumns(space, r1cs.a, table, weights, r1cs.wires);
  const b = combineColumns(space, r1cs.b, table, weights, r1cs.wires);
  const linear = combineColumns(space, r1cs.c, table, weights, r1cs.wires);
  addInPlace(space, a, weights + r1cs.constraints * ELEMENT_BYTES, fixedWires);
  addInPlace(space, linear, scale(space, a, beta, r1cs.wires), r1cs.wires);
  addInPlace(space, linear, scale(space, b, alpha, r1cs.wires), r1cs.wires);

  const inverseDelta = invert(trapdoor.delta);
  const initialC = linear + fixedWires * ELEMENT_BYTES;
  const c = scale(space, initialC, inverseDelta, privateWires);
  const scalars = {
    a: toPlain(space, a, r1cs.wires),
    b: toPlain(space, b, r1cs.wires),
    ic: toPlain(space, linear, fixedWires),
    initialC: toPlain(space, initialC, privateWires),
    c: toPlain(space, c, privateWires),
    h: evaluateH(space, tau, inverseDelta, size),
    monomialH: evaluateMonomialH(space, tau, size),
  };
  kernel.release(mark);
  return scalars;
}

/** Encodes section 4 of a zkey: all entries of A and B, and the rows of the public wires. */
export function encodeCoefficients(r1cs: R1cs): Elements {
  const fixedWires = publicCount(r1cs) + 1;
  const entries = r1cs.a.wire.length + r1cs.b.wire.length + fixedWires;
  const wordsPerElement = ELEMENT_BYTES / 4;
  const words = new Uint32Array(1 + entries * (3 + wordsPerElement));
  const factor = multiply(MONTGOMERY_FACTOR, MONTGOMERY_FACTOR);
  const values = [...r1cs.coefficients, 1n].map((value) => reduce(value * factor));
  const table = new Uint32Array(elementsBytes(values).buffer);
  const one = r1cs.coefficients.length;
  let position = 1;
  const append = (matrix: number, row: number, wire: number, coefficient: number) => {
    words[position++] = matrix;
    words[position++] = row;
    words[position++] = wire;
    const start = coefficient * wordsPerElement;
    for (let i = 0; i < wordsPerElement; i++) words[position++] = table[start + i]!;
  };
  words[0] = entries;
  for (let row = 0; row < r1cs.constraints; row++) {
    for (const [matrix, { rowStart, wire, coefficient }] of [r1cs.a, r1cs.b].entries()) {
      for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
        append(matrix, row, wire[entry]!, coefficient[entry]!);
      }
    }
  }
  for (let wire = 0; wire < fixedWires; wire++) append(0, r1cs.constraints + wire, wire, one);
  return new Uint8Array(words.buffer);
}

/**
 * Returns the odd powers of a root of unity of order 2N, the points between those of the domain.
 */
function evaluateH(space: VectorSpace, tau: bigint, inverseDelta: bigint, size: number): Elements {
  const basis = geometric(space, rootOfUnity(2 * size), rootOfUnity(size), size);
  const factor = vanishing(tau, 2 * size) * invert(BigInt(2 * size));
  lagrangeInPlace(space, basis, size, tau, factor * inverseDelta);
  return toPlain(space, basis, size);
}

function evaluateMonomialH(space: VectorSpace, tau: bigint, size: number): Elements {
  const points = size - 1;
  const hashed = points < HASH_CHUNK ? points : Math.ceil(points / HASH_CHUNK) * HASH_CHUNK;
  return toPlain(space, geometric(space, vanishing(tau, size), tau, hashed), hashed);
}

/** Evaluates x^N - 1, which vanishes on the domain, at tau. */
export function vanishing(tau: bigint, size: number): bigint {
  return power(tau, BigInt(size)) - 1n;
}

/** Returns the generator of the domain, as ffjavascript chooses it. */
export function rootOfUnity(size: number): bigint {
  const largest = power(NON_RESIDUE, (FIELD_MODULUS - 1n) >> BigInt(TWO_ADICITY));
  return power(largest, (1n << BigInt(TWO_ADICITY)) / BigInt(size));
}
