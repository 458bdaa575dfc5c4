/** A powers-of-tau file whose secrets are those of a dev seed, to check dev keys with snarkjs. */

import { writeFile } from "node:fs/promises";
// @ts-expect-error: the package has no types
import * as snarkjs from "snarkjs";
import { encodeSections, uint32Bytes } from "../../../src/circuits/binary-file.ts";
import { BASE_FIELD_MODULUS, elementBytes } from "../../../src/circuits/bn254.ts";
import { type CurveGroup, loadCurve } from "../../../src/circuits/ffjavascript.ts";
import { deriveTrapdoor } from "../../../src/circuits/setup/trapdoor.ts";
import { multiply, power } from "../../../src/crypto/field.ts";

/**
 * Writes a file prepared for phase 2, for circuits of up to 2^exponent rows.
 *
 * @see https://github.com/iden3/snarkjs/blob/master/src/powersoftau_new.js for the sections
 */
export async function writeKnownPtau(path: string, seed: string, exponent: number): Promise<void> {
  const { G1, G2 } = await loadCurve();
  const { tau, alpha, beta } = deriveTrapdoor(seed, "");
  const size = 2 ** exponent;
  const powers = (group: CurveGroup, factor: bigint, count: number) =>
    Array.from({ length: count }, (_, i) =>
      group.toAffine(group.timesScalar(group.g, multiply(factor, power(tau, BigInt(i))))),
    );
  const header = [
    uint32Bytes(32),
    elementBytes(BASE_FIELD_MODULUS),
    uint32Bytes(exponent, exponent),
  ];
  const file = encodeSections("ptau", 1, [
    { id: 1, chunks: header },
    { id: 2, chunks: powers(G1, 1n, 2 * size - 1) },
    { id: 3, chunks: powers(G2, 1n, size) },
    { id: 4, chunks: powers(G1, alpha, size) },
    { id: 5, chunks: powers(G1, beta, size) },
    { id: 6, chunks: powers(G2, beta, 1) },
    { id: 7, chunks: [uint32Bytes(0)] },
  ]);
  await writeFile(`${path}.raw`, Buffer.concat(file));
  const { powersOfTau } = snarkjs as {
    powersOfTau: { preparePhase2(from: string, to: string): Promise<void> };
  };
  await powersOfTau.preparePhase2(`${path}.raw`, path);
}
