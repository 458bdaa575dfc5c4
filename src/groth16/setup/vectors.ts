/**
 * Vectors of elements of Fr in a kernel's memory, each named by the address of its first element.
 *
 * Elements are in Montgomery form. A vector lives until the kernel's memory is released.
 */

import { FIELD_MODULUS, reduce } from "../../crypto/field.ts";
import { ELEMENT_BYTES, elementsBytes } from "../formats/bn254.ts";
import type { SparseMatrix } from "../formats/r1cs.ts";
import type { FieldFunctions, Kernel } from "./kernel.ts";

/** A kernel with its functions for Fr. */
export interface VectorSpace {
  readonly kernel: Kernel;
  readonly fr: FieldFunctions;
}

/** The factor of Montgomery form. */
export const MONTGOMERY_FACTOR = (1n << 256n) % FIELD_MODULUS;

export function createVectorSpace(kernel: Kernel): VectorSpace {
  return { kernel, fr: kernel.field("frm") };
}

/** Creates a vector of the given values. */
export function constants({ kernel }: VectorSpace, values: readonly bigint[]): number {
  const address = kernel.allocate(values.length * ELEMENT_BYTES);
  kernel.write(address, elementsBytes(values.map((value) => reduce(value * MONTGOMERY_FACTOR))));
  return address;
}

/** Creates the vector first, first·ratio, first·ratio², … */
export function geometric(space: VectorSpace, first: bigint, ratio: bigint, count: number): number {
  const terms = space.kernel.allocate(count * ELEMENT_BYTES);
  const factor = constants(space, [ratio]);
  space.fr.copy(constants(space, [first]), terms);
  for (let i = ELEMENT_BYTES; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
    space.fr.mul(terms + i - ELEMENT_BYTES, factor, terms + i);
  }
  return terms;
}

/** Replaces each x of the vector `points` by scale · x / (tau - x). */
export function lagrangeInPlace(
  space: VectorSpace,
  points: number,
  count: number,
  tau: bigint,
  scale: bigint,
): void {
  const { kernel, fr } = space;
  const inverses = kernel.allocate(count * ELEMENT_BYTES);
  const tauAddress = constants(space, [tau]);
  const scaleAddress = constants(space, [scale]);
  for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
    fr.sub(tauAddress, points + i, inverses + i);
  }
  kernel.reserve((count + 1) * ELEMENT_BYTES);
  fr.batchInverse(inverses, ELEMENT_BYTES, count, inverses, ELEMENT_BYTES);
  for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
    fr.mul(points + i, scaleAddress, points + i);
    fr.mul(points + i, inverses + i, points + i);
  }
}

/**
 * Computes for each column of a matrix the sum of its entries times the weights of their rows.
 *
 * @param table Coefficients that the matrix indexes.
 */
export function combineColumns(
  { kernel, fr }: VectorSpace,
  { rowStart, wire, coefficient }: SparseMatrix,
  table: number,
  weights: number,
  columns: number,
): number {
  const sums = kernel.allocate(columns * ELEMENT_BYTES);
  kernel.write(sums, new Uint8Array(columns * ELEMENT_BYTES));
  const product = kernel.allocate(ELEMENT_BYTES);
  for (let row = 0; row + 1 < rowStart.length; row++) {
    const weight = weights + row * ELEMENT_BYTES;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      const sum = sums + wire[entry]! * ELEMENT_BYTES;
      fr.mul(table + coefficient[entry]! * ELEMENT_BYTES, weight, product);
      fr.add(sum, product, sum);
    }
  }
  return sums;
}

/** Adds the vector `source` to `target`. */
export function addInPlace({ fr }: VectorSpace, target: number, source: number, count: number) {
  for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
    fr.add(target + i, source + i, target + i);
  }
}

/** Multiplies the vector `source` by a number. */
export function scale(space: VectorSpace, source: number, factor: bigint, count: number): number {
  const products = space.kernel.allocate(count * ELEMENT_BYTES);
  const factorAddress = constants(space, [factor]);
  for (let i = 0; i < count * ELEMENT_BYTES; i += ELEMENT_BYTES) {
    space.fr.mul(source + i, factorAddress, products + i);
  }
  return products;
}

/** Reads the elements from the kernel, converted from Montgomery form. */
export function toPlain(
  { kernel }: VectorSpace,
  source: number,
  count: number,
): Uint8Array<ArrayBuffer> {
  const plain = kernel.allocate(count * ELEMENT_BYTES);
  kernel.batchUnary("frm_batchFromMontgomery")(source, count, plain);
  return kernel.read(plain, count * ELEMENT_BYTES);
}
