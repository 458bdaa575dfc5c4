/**
 * Poseidon for everybody who hashes: on the kernel, or on the reference where the processor, or a
 * page's security policy, does not allow the kernel. The answers are the same.
 */

import { poseidon as referencePoseidon } from "../crypto/poseidon.ts";
import { isKernelSupported } from "./instance.ts";
import { createPoseidonKernel, type PoseidonHasher } from "./poseidon-kernel.ts";

const REFERENCE: PoseidonHasher = {
  hash: referencePoseidon,
  hashMany: (lists) => lists.map(referencePoseidon),
};

/** @param supported - Whether there is a kernel; by default it is tried. */
export function createHasher(supported = isKernelSupported()): PoseidonHasher {
  return supported ? createPoseidonKernel() : REFERENCE;
}

let hasher: PoseidonHasher | undefined;

/**
 * The hash of 1 to 16 field elements, equal to `poseidon` of src/crypto.
 *
 * @throws POSEIDON_INPUT_COUNT, FIELD_ELEMENT_OUT_OF_RANGE
 */
export function poseidon(inputs: readonly bigint[]): bigint {
  return (hasher ??= createHasher()).hash(inputs);
}

/** The hashes of many lists, faster than one by one. @throws as {@link poseidon} */
export function poseidonMany(lists: readonly (readonly bigint[])[]): bigint[] {
  return (hasher ??= createHasher()).hashMany(lists);
}
