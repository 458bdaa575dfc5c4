/**
 * Poseidon for all callers: on the kernel, or on the reference where the processor or a page's
 * security policy does not allow the kernel. The hashes are the same.
 */

import { poseidon as referencePoseidon } from "../crypto/poseidon.ts";
import { isKernelSupported } from "./instance.ts";
import { createPoseidonKernel, type PoseidonHasher } from "./poseidon-kernel.ts";

const REFERENCE: PoseidonHasher = {
  hash: referencePoseidon,
  hashMany: (lists) => lists.map(referencePoseidon),
};

/** Creates a hasher. @param supported - Whether to use the kernel; default: if it works here. */
export function createHasher(supported = isKernelSupported()): PoseidonHasher {
  return supported ? createPoseidonKernel() : REFERENCE;
}

let hasher: PoseidonHasher | undefined;

/**
 * Hashes 1 to 16 field elements, like `poseidon` of src/crypto but faster.
 *
 * @param inputs - Each in [0, r).
 * @returns A field element, equal to circomlib's `Poseidon(n)`.
 * @throws POSEIDON_INPUT_COUNT, FIELD_ELEMENT_OUT_OF_RANGE
 *
 * @example
 * poseidon([1n, 2n]) % 10n ** 12n; // 327459813530n
 */
export function poseidon(inputs: readonly bigint[]): bigint {
  return (hasher ??= createHasher()).hash(inputs);
}

/** Hashes many lists, faster than one by one. @throws The codes of {@link poseidon}. */
export function poseidonMany(lists: readonly (readonly bigint[])[]): bigint[] {
  return (hasher ??= createHasher()).hashMany(lists);
}
