/**
 * Powers of tau with the secrets of a dev seed: to check dev keys with snarkjs, and to run a larger
 * phase 2 without the many minutes that snarkjs takes for phase 1.
 */

import { writeFile } from "node:fs/promises";
import { encodeSections, uint32Bytes } from "../../src/groth16/formats/binary-file.ts";
import {
  BASE_FIELD_MODULUS,
  elementBytes,
  elementsBytes,
} from "../../src/groth16/formats/bn254.ts";
import { loadCurve } from "../../src/groth16/setup/ffjavascript.ts";
import { deriveTrapdoor } from "../../src/groth16/setup/trapdoor.ts";
import { FIELD_MODULUS, invert, multiply, power, subtract } from "../../src/crypto/field.ts";
import { createFixedBaseMultiplication } from "../../src/kernel/fixed-base.ts";
import type { Group } from "../../src/kernel/groups.ts";

const NON_RESIDUE = 5n;

/**
 * Writes a file prepared for phase 2, for circuits of up to 2^exponent rows.
 *
 * @see https://github.com/iden3/snarkjs/blob/master/src/powersoftau_new.js for the sections, and
 * powersoftau_preparephase2.js for those from 12 on
 */
export async function writeKnownPtau(path: string, seed: string, exponent: number): Promise<void> {
  const curve = await loadCurve();
  const { tau, alpha, beta } = deriveTrapdoor(seed, "");
  const size = 2 ** exponent;
  const times = (group: Group) =>
    createFixedBaseMultiplication(group, curve[group].toAffine(curve[group].g), size);
  const [timesG1, timesG2] = [times("G1"), times("G2")];
  const scale = (values: readonly bigint[], factor: bigint) =>
    elementsBytes(values.map((value) => multiply(factor, value)));
  const powers = geometric(1n, tau, 2 * size - 1);
  const few = powers.slice(0, size);
  const bases = Array.from({ length: exponent + 1 }, (_, i) => lagrangeBasis(tau, 2 ** i)).flat();
  const sections: [id: number, points: Uint8Array][] = [
    [2, timesG1(scale(powers, 1n))],
    [3, timesG2(scale(few, 1n))],
    [4, timesG1(scale(few, alpha))],
    [5, timesG1(scale(few, beta))],
    [6, timesG2(scale([1n], beta))],
    [7, uint32Bytes(0)],
    [12, timesG1(scale([...bases, ...lastBasis(tau, 2 * size)], 1n))],
    [13, timesG2(scale(bases, 1n))],
    [14, timesG1(scale(bases, alpha))],
    [15, timesG1(scale(bases, beta))],
  ];
  const header = [elementBytes(BASE_FIELD_MODULUS), uint32Bytes(exponent, exponent)];
  const file = encodeSections("ptau", 1, [
    { id: 1, chunks: [uint32Bytes(32), ...header] },
    ...sections.map(([id, points]) => ({ id, chunks: [points] })),
  ]);
  await writeFile(path, Buffer.concat(file));
}

function geometric(first: bigint, ratio: bigint, count: number): bigint[] {
  const terms = [first];
  while (terms.length < count) terms.push(multiply(terms.at(-1)!, ratio));
  return terms;
}

function rootsOfUnity(size: number): bigint[] {
  return geometric(1n, power(NON_RESIDUE, (FIELD_MODULUS - 1n) / BigInt(size)), size);
}

/** Evaluates the Lagrange basis of the roots of unity at tau: (tau^n − 1) / n · w / (tau − w). */
function lagrangeBasis(tau: bigint, size: number): bigint[] {
  const roots = rootsOfUnity(size);
  const vanishing = subtract(power(tau, BigInt(size)), 1n);
  const factor = multiply(vanishing, invert(BigInt(size)));
  const inverses = invertAll(roots.map((root) => subtract(tau, root)));
  return roots.map((root, i) => multiply(factor, multiply(root, inverses[i]!)));
}

/** Computes the last basis as snarkjs does, without its last power: − w · tau^(n−1) / n. */
function lastBasis(tau: bigint, size: number): bigint[] {
  const missing = multiply(power(tau, BigInt(size - 1)), invert(BigInt(size)));
  const roots = rootsOfUnity(size);
  return lagrangeBasis(tau, size).map((value, i) => subtract(value, multiply(missing, roots[i]!)));
}

/** Inverts all values with one inversion, of their product. */
function invertAll(values: readonly bigint[]): bigint[] {
  const products = [1n];
  for (const value of values) products.push(multiply(products.at(-1)!, value));
  let inverse = invert(products.pop()!);
  const inverses: bigint[] = [];
  for (const value of values.toReversed()) {
    inverses.push(multiply(inverse, products.pop()!));
    inverse = multiply(inverse, value);
  }
  return inverses.toReversed();
}
