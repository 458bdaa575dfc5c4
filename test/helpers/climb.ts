/** Trees and leaves of the protocol, hashed by hand: 8-ary nodes, and leaves of 16 words. */
import { poseidon } from "../../src/crypto/poseidon.ts";
import type { LeafWitness } from "../../src/state/leaf.ts";
import type { Siblings } from "../../src/state/rollup-state.ts";

/**
 * Computes the node over a node and its siblings.
 *
 * @param index - The node's index on its level.
 * @param siblings - Per level, lowest first.
 */
export function climb(node: bigint, index: number, siblings: Siblings): bigint {
  return siblings.reduce((child, others, height) => {
    const place = Math.floor(index / 8 ** height) % 8;
    return poseidon(others.toSpliced(place, 0, child));
  }, node);
}

/** Hashes the words of a leaf in the order of the protocol. */
export function hashWords(leaf: LeafWitness): bigint {
  const { noncePlusOne, address, pubKeyHash, reserved, tails, balances } = leaf;
  return poseidon([noncePlusOne, address, pubKeyHash, reserved, ...tails, ...balances]);
}
