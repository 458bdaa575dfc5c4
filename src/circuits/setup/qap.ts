/**
 * Evaluates the quadratic arithmetic program of a circuit at the secret point tau.
 *
 * Constraint k stands for the k-th root of unity w^k of a domain of N = 2^m points. Wire s has the
 * polynomials A_s, B_s, C_s that take there the coefficients of s; with the Lagrange basis L_k,
 * A_s(tau) = sum of a[k][s] L_k(tau). After the constraints come the rows "wire s times 0 = 0" for
 * the constant and the public wires, which make their A_s independent, as Groth16 needs.
 *
 * @see https://eprint.iacr.org/2016/260 section 3.2
 */

import { FIELD_MODULUS, invert, multiply, power, reduce } from "../../crypto/field.ts";
import { ELEMENT_BYTES, elementsBytes, TWO_ADICITY } from "../bn254.ts";
import { publicCount, type R1cs, type SparseMatrix } from "../r1cs.ts";
import type { FieldFunctions, Kernel } from "./kernel.ts";
import type { Trapdoor } from "./trapdoor.ts";

/** The logarithms of the key's points, as plain little-endian elements. */
export interface QapScalars {
  /** A_s(tau) and B_s(tau) for every wire. */
  readonly a: Uint8Array<ArrayBuffer>;
  readonly b: Uint8Array<ArrayBuffer>;
  /** beta A_s + alpha B_s + C_s for the constant and the public wires. */
  readonly ic: Uint8Array<ArrayBuffer>;
  /** The same for the other wires: as `zkey new` leaves it (delta = 1), and divided by delta. */
  readonly initialC: Uint8Array<ArrayBuffer>;
  readonly c: Uint8Array<ArrayBuffer>;
  /** Lagrange basis of the odd points of the domain of 2N points, divided by delta. */
  readonly h: Uint8Array<ArrayBuffer>;
  /** tau^i (tau^N - 1), which `zkey new` hashes in place of h. */
  readonly monomialH: Uint8Array<ArrayBuffer>;
}

const MONTGOMERY_FACTOR = (1n << 256n) % FIELD_MODULUS;
/** What generates the roots of unity: the smallest non-residue. */
const NON_RESIDUE = 5n;
/** snarkjs hashes the monomial H points in chunks, and rounds up to whole chunks. */
const HASH_CHUNK = 1 << 14;

/** The number of points of the domain: the next power of two that holds all rows. */
export function domainSize(r1cs: Pick<R1cs, "constraints" | "publicOutputs" | "publicInputs">) {
  return domainFor(r1cs.constraints + r1cs.publicOutputs + r1cs.publicInputs + 1);
}

function domainFor(rows: number): number {
  return 2 ** (32 - Math.clz32(rows - 1));
}

/** Evaluates the program of `r1cs`. Takes some 0.1 µs per non-zero coefficient. */
export function evaluateQap(kernel: Kernel, r1cs: R1cs, trapdoor: Trapdoor): QapScalars {
  const mark = kernel.freeMark();
  const evaluator = createEvaluator(kernel);
  const { tau, alpha, beta, delta } = trapdoor;
  const size = domainSize(r1cs);
  const root = rootOfUnity(size);
  const vanishing = power(tau, BigInt(size)) - 1n;
  const lagrange = evaluator.lagrange(tau, 1n, root, size, scaled(vanishing, size));
  const table = evaluator.constants(r1cs.coefficients);
  const [a, b, c] = [r1cs.a, r1cs.b, r1cs.c].map((matrix) =>
    evaluator.combine(matrix, table, lagrange, r1cs.wires),
  ) as [number, number, number];
  const fixedWires = publicCount(r1cs) + 1;
  evaluator.addInto(a, lagrange + r1cs.constraints * ELEMENT_BYTES, fixedWires);

  const inverseDelta = invert(delta);
  const oddRoot = rootOfUnity(2 * size);
  const doubleVanishing = power(tau, BigInt(2 * size)) - 1n;
  const oddScale = multiply(scaled(doubleVanishing, 2 * size), inverseDelta);
  const linear = evaluator.linear([beta, a], [alpha, b], c, r1cs.wires);
  const privateLinear = linear + fixedWires * ELEMENT_BYTES;
  const privateWires = r1cs.wires - fixedWires;
  const scalars = {
    a: evaluator.plain(a, r1cs.wires),
    b: evaluator.plain(b, r1cs.wires),
    ic: evaluator.plain(linear, fixedWires),
    initialC: evaluator.plain(privateLinear, privateWires),
    c: evaluator.plain(evaluator.scale(privateLinear, inverseDelta, privateWires), privateWires),
    h: evaluator.plain(evaluator.lagrange(tau, oddRoot, root, size, oddScale), size),
    monomialH: evaluator.plain(
      evaluator.geometric(vanishing, tau, hashedPoints(size)),
      hashedPoints(size),
    ),
  };
  kernel.release(mark);
  return scalars;
}

/** Section 4 of a zkey: all entries of A and B, and the rows of the public wires. */
export function encodeCoefficients(r1cs: R1cs): Uint8Array<ArrayBuffer> {
  const fixedWires = publicCount(r1cs) + 1;
  const entries = r1cs.a.wire.length + r1cs.b.wire.length + fixedWires;
  const wordsPerElement = ELEMENT_BYTES / 4;
  const words = new Uint32Array(1 + entries * (3 + wordsPerElement));
  const doubleMontgomery = multiply(MONTGOMERY_FACTOR, MONTGOMERY_FACTOR);
  const values = [...r1cs.coefficients, 1n].map((value) => reduce(value * doubleMontgomery));
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

/** Vectors of field elements in the kernel's memory, named by their address. */
function createEvaluator(kernel: Kernel) {
  const fr = kernel.field("frm");
  const fromMontgomery = kernel.batchUnary("frm_batchFromMontgomery");
  const allocate = (count: number) => kernel.allocate(count * ELEMENT_BYTES);
  const constants = (values: readonly bigint[]) => {
    const address = allocate(values.length);
    kernel.write(address, elementsBytes(values.map((value) => reduce(value * MONTGOMERY_FACTOR))));
    return address;
  };
  const zeros = (count: number) => {
    const address = allocate(count);
    kernel.write(address, new Uint8Array(count * ELEMENT_BYTES));
    return address;
  };
  /** first, first·ratio, first·ratio², … */
  const geometric = (first: bigint, ratio: bigint, count: number) => {
    const address = allocate(count);
    const [start, factor] = [constants([first]), constants([ratio])];
    fr.copy(start, address);
    for (let i = 1; i < count; i++) {
      const next = address + i * ELEMENT_BYTES;
      fr.mul(next - ELEMENT_BYTES, factor, next);
    }
    return address;
  };
  /** scale · x / (tau - x) for each x of the geometric sequence. */
  const lagrange = (tau: bigint, first: bigint, ratio: bigint, count: number, scale: bigint) => {
    const points = geometric(first, ratio, count);
    const inverses = allocate(count);
    const [tauAddress, scaleAddress] = [constants([tau]), constants([scale])];
    for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
      fr.sub(tauAddress, points + i, inverses + i);
      fr.mul(points + i, scaleAddress, points + i);
    }
    kernel.reserve((count + 1) * ELEMENT_BYTES);
    fr.batchInverse(inverses, ELEMENT_BYTES, count, inverses, ELEMENT_BYTES);
    for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
      fr.mul(points + i, inverses + i, points + i);
    }
    return points;
  };
  return {
    constants,
    geometric,
    lagrange,
    /** For each wire, the sum of its column's entries times the rows' weights. */
    combine: (matrix: SparseMatrix, table: number, weights: number, wires: number) => {
      const sums = zeros(wires);
      combineInto(fr, matrix, table, weights, sums, allocate(1));
      return sums;
    },
    /** target += source. */
    addInto: (target: number, source: number, count: number) => {
      for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
        fr.add(target + i, source + i, target + i);
      }
    },
    /** x·X + y·Y + Z. */
    linear: ([x, xs]: [bigint, number], [y, ys]: [bigint, number], zs: number, count: number) => {
      const [sums, product] = [allocate(count), allocate(1)];
      const [xFactor, yFactor] = [constants([x]), constants([y])];
      for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
        fr.mul(xs + i, xFactor, product);
        fr.add(zs + i, product, sums + i);
        fr.mul(ys + i, yFactor, product);
        fr.add(sums + i, product, sums + i);
      }
      return sums;
    },
    scale: (source: number, factor: bigint, count: number) => {
      const [products, factorAddress] = [allocate(count), constants([factor])];
      for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
        fr.mul(source + i, factorAddress, products + i);
      }
      return products;
    },
    /** The elements themselves, out of Montgomery form. */
    plain: (source: number, count: number) => {
      const output = allocate(count);
      fromMontgomery(source, count, output);
      return kernel.read(output, count * ELEMENT_BYTES);
    },
  };
}

function combineInto(
  fr: FieldFunctions,
  { rowStart, wire, coefficient }: SparseMatrix,
  table: number,
  weights: number,
  sums: number,
  product: number,
): void {
  for (let row = 0; row + 1 < rowStart.length; row++) {
    const weight = weights + row * ELEMENT_BYTES;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      const sum = sums + wire[entry]! * ELEMENT_BYTES;
      fr.mul(table + coefficient[entry]! * ELEMENT_BYTES, weight, product);
      fr.add(sum, product, sum);
    }
  }
}

/** How many monomial H points go into snarkjs's hash of a circuit. */
function hashedPoints(size: number): number {
  return size - 1 <= HASH_CHUNK ? size - 1 : Math.ceil((size - 1) / HASH_CHUNK) * HASH_CHUNK;
}

/** The generator of the domain, as ffjavascript chooses it. */
function rootOfUnity(size: number): bigint {
  const largest = power(NON_RESIDUE, (FIELD_MODULUS - 1n) >> BigInt(TWO_ADICITY));
  return power(largest, (1n << BigInt(TWO_ADICITY)) / BigInt(size));
}

function scaled(value: bigint, size: number): bigint {
  return multiply(reduce(value), invert(BigInt(size)));
}
