/** A binary Merkle tree over Poseidon, as circuits/allow-list.circom reads it. */
import { poseidon2 } from "poseidon-lite";

export const leafOf = (secret: bigint): bigint => poseidon2([secret, 0n]);

/** All levels of the tree, the leaves first; empty places are 0. */
function levelsOf(leaves: readonly bigint[], depth: number): bigint[][] {
  const levels = [Array.from({ length: 2 ** depth }, (_, index) => leaves[index] ?? 0n)];
  for (let level = 0; level < depth; level++) {
    const below = levels[level]!;
    const pairs = Array.from({ length: below.length / 2 }, (_, index) => index);
    levels.push(pairs.map((index) => poseidon2([below[2 * index]!, below[2 * index + 1]!])));
  }
  return levels;
}

export function merkleRoot(leaves: readonly bigint[], depth: number): bigint {
  return levelsOf(leaves, depth)[depth]![0]!;
}

/** The path of a leaf, from its sibling upward. */
export function merklePath(leaves: readonly bigint[], depth: number, index: number) {
  const levels = levelsOf(leaves, depth).slice(0, depth);
  const places = levels.map((_, level) => index >> level);
  return {
    siblings: levels.map((nodes, level) => nodes[places[level]! ^ 1]!),
    isRight: places.map((place) => place & 1),
  };
}
