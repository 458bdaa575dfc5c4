/**
 * Poseidon for all callers: on the kernel, or on the reference where the processor or a page's
 * security policy does not allow the kernel. The hashes are the same.
 */

import { poseidon as referencePoseidon } from "../crypto/poseidon.ts";
import { isKernelSupported } from "./instance.ts";
import { readInteger, writeInteger } from "./integers.ts";
import { INTEGER_BYTES } from "./limbs.ts";
import { createPoseidonKernel, type PoseidonHasher } from "./poseidon-kernel.ts";

const REFERENCE: PoseidonHasher = {
  hash: referencePoseidon,
  hashMany: (lists) => lists.map(referencePoseidon),
  hashPacked: (count, lists) => {
    const hashes = new BigUint64Array(lists.length / count);
    for (let address = 0; address < hashes.byteLength; address += INTEGER_BYTES) {
      const list = Array.from({ length: count }, (_, i) =>
        readInteger(lists, address * count + i * INTEGER_BYTES),
      );
      writeInteger(hashes, address, referencePoseidon(list));
    }
    return hashes;
  },
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

/**
 * Hashes lists of integers in words, lowest first, four an integer.
 *
 * @param count - Length of each list, 1 to 16.
 * @param lists - All lists, one after the other; that each integer is below r is not checked.
 * @returns One such integer for each list.
 */
export function poseidonPacked(count: number, lists: BigUint64Array): BigUint64Array<ArrayBuffer> {
  return (hasher ??= createHasher()).hashPacked(count, lists);
}

/** Hashes many lists, faster than one by one. @throws The codes of {@link poseidon}. */
export function poseidonMany(lists: readonly (readonly bigint[])[]): bigint[] {
  return (hasher ??= createHasher()).hashMany(lists);
}
