/**
 * Binary Merkle trees of keccak256 as OpenZeppelin's `MerkleProof` checks them: the two children of
 * a node are hashed in ascending order, so a path needs no sides. A node without a sibling moves up
 * unchanged.
 *
 * A node is the hash of 64 bytes. No leaf may be: then no leaf can pose as a node, nor a node as a
 * leaf.
 */
import { assert } from "../util/errors.ts";
import { keccakOfWords } from "../util/keccak.ts";

export interface HashTree {
  readonly root: bigint;
  /** By leaf, its siblings from the lowest level up. */
  readonly paths: readonly (readonly bigint[])[];
}

/** Builds the tree over some leaves, at least one. */
export function createHashTree(leaves: readonly bigint[]): HashTree {
  assert(leaves.length > 0, "a tree has a leaf");
  const levels = [leaves];
  for (let level = leaves; level.length > 1;) {
    level = parentsOf(level);
    levels.push(level);
  }
  const below = levels.slice(0, -1);
  const paths = leaves.map((_, index) =>
    below.flatMap((level, height) => level[Math.floor(index / 2 ** height) ^ 1] ?? []),
  );
  return { root: levels.at(-1)![0]!, paths };
}

/** The root to which a path leads from a leaf. */
export function climbHashTree(leaf: bigint, path: readonly bigint[]): bigint {
  return path.reduce(hashPair, leaf);
}

function parentsOf(level: readonly bigint[]): bigint[] {
  return Array.from({ length: Math.ceil(level.length / 2) }, (_, index) => {
    const [one, other] = [level[2 * index]!, level[2 * index + 1]];
    return other === undefined ? one : hashPair(one, other);
  });
}

function hashPair(one: bigint, other: bigint): bigint {
  return keccakOfWords(one < other ? [one, other] : [other, one]);
}
