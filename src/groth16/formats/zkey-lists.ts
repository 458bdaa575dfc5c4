/** Checks that the lists of a proving key fit its header, because a key may come from anywhere. */

import { groth16Error } from "../errors.ts";
import { ELEMENT_BYTES, G1_BYTES, G2_BYTES } from "./bn254.ts";
import type { ZkeyLists, ZkeyReader } from "./zkey.ts";

/** A coefficient: matrix, constraint, wire and value. */
const COEFFICIENT_BYTES = 3 * 4 + ELEMENT_BYTES;
const COUNT_BYTES = 4;

/** @throws BINARY_FORMAT for lists of other lengths, and a domain that is no power of two */
export function assertLists(key: ZkeyReader): void {
  const { wires, publicCount, domainSize } = key.header;
  const malformed = (problem: string) =>
    groth16Error({ code: "BINARY_FORMAT", source: key.name, expected: "zkey", problem });
  if (domainSize < 2 || 2 ** Math.round(Math.log2(domainSize)) !== domainSize) {
    throw malformed(`its domain of ${domainSize} is no power of two`);
  }
  if (publicCount >= wires) {
    throw malformed(`it has ${publicCount} public values, but ${wires} wires`);
  }
  const expected: Readonly<Partial<Record<keyof ZkeyLists, number>>> = {
    a: wires * G1_BYTES,
    b1: wires * G1_BYTES,
    b2: wires * G2_BYTES,
    c: (wires - publicCount - 1) * G1_BYTES,
    h: domainSize * G1_BYTES,
  };
  for (const [list, bytes] of Object.entries(expected) as [keyof ZkeyLists, number][]) {
    if (key.size(list) === bytes) continue;
    throw malformed(`its list ${list} has ${key.size(list)} bytes instead of ${bytes}`);
  }
  const coefficientBytes = key.size("coefficients") - COUNT_BYTES;
  if (coefficientBytes < 0 || coefficientBytes % COEFFICIENT_BYTES !== 0) {
    throw malformed("its list of coefficients ends within one");
  }
}
