/** Whole subtrees of a Merkle tree in little memory: what a tree needs of them. */

/**
 * The leaves of a subtree with all its hashes, immutable. A place counts the subtree's nodes of one
 * height from the left; leaves have height 0.
 */
export interface Page<Leaf> {
  /** Whether there is no leaf at or below a node. */
  isEmpty(height: number, place: number): boolean;
  /** Returns the hash of a node; of an empty one that of an empty subtree. */
  hash(height: number, place: number): bigint;
  /** Returns a leaf, or undefined if it is empty. */
  leaf(place: number): Leaf | undefined;
  /** Iterates over the leaves at or below a node, in ascending order of their places. */
  entries(height: number, place: number): Iterable<readonly [place: number, leaf: Leaf]>;
}

/** Makes a page from the left to the right; every subtree that is left out is empty. */
export interface PageBuilder<Leaf> {
  /** Takes over a subtree of another page at the same place. */
  copy(from: Page<Leaf>, height: number, place: number): void;
  addLeaf(place: number, leaf: Leaf, hash: bigint): void;
  /** Sets the hash of a node above the leaves that is not empty. */
  setHash(height: number, place: number, hash: bigint): void;
  finish(): Page<Leaf>;
}

/** How the pages of a tree are made. */
export interface Paging<Leaf> {
  /** Levels of nodes of a page above its leaves. */
  readonly height: number;
  readonly createBuilder: () => PageBuilder<Leaf>;
}
