/**
 * A persistent Merkle tree of fixed depth, whose empty subtrees take no memory.
 *
 * A tree is a value: `set` copies the path to one leaf and shares the rest, so an old tree stays
 * valid and keeping it is cheap. Updates do not hash. The hash of a node is computed when a root or
 * siblings are read, and remembered in the node, so a block of thousands of updates hashes each
 * node once.
 */
import { poseidon } from "../kernel/hash.ts";
import { assert } from "../util/errors.ts";

/** The parameters of a tree. */
export interface TreeShape<Leaf> {
  /** Children of a node; a power of two. */
  readonly arity: number;
  /** Levels of nodes above the leaves; the tree has `arity^levels` leaves. */
  readonly levels: number;
  /** Returns the field element of a leaf in its parent. An absent leaf is 0. */
  readonly hashLeaf: (leaf: Leaf) => bigint;
}

interface LeafNode<Leaf> {
  readonly leaf: Leaf;
  hash: bigint | undefined;
}
interface InnerNode<Leaf> {
  readonly children: readonly (TreeNode<Leaf> | undefined)[];
  hash: bigint | undefined;
}
/** Absent children are empty subtrees. `hash` is a cache; all other fields are immutable. */
type TreeNode<Leaf> = LeafNode<Leaf> | InnerNode<Leaf>;

/** Hashes many lists of one length with Poseidon, possibly in other threads. */
export type HashMany = (lists: readonly (readonly bigint[])[]) => Promise<bigint[]>;

/** An immutable Merkle tree; an update returns a new one. */
export class MerkleTree<Leaf> {
  readonly #shape: TreeShape<Leaf>;
  readonly #top: TreeNode<Leaf> | undefined;

  private constructor(shape: TreeShape<Leaf>, top: TreeNode<Leaf> | undefined) {
    this.#shape = shape;
    this.#top = top;
  }

  /** Creates a tree without leaves. */
  static empty<Leaf>(shape: TreeShape<Leaf>): MerkleTree<Leaf> {
    return new MerkleTree(shape, undefined);
  }

  /** Returns the leaf at `index`, or undefined if it is empty. */
  get(index: number): Leaf | undefined {
    this.#assertIndex(index);
    const { arity, levels } = this.#shape;
    let node = this.#top;
    for (let height = levels; height > 0; height--) {
      if (node === undefined) return undefined;
      node = (node as InnerNode<Leaf>).children[childIndexAt(index, height, arity)];
    }
    return (node as LeafNode<Leaf> | undefined)?.leaf;
  }

  /** Returns this tree with another leaf at `index`; undefined removes the leaf. */
  set(index: number, leaf: Leaf | undefined): MerkleTree<Leaf> {
    this.#assertIndex(index);
    const leafNode = leaf === undefined ? undefined : { leaf, hash: undefined };
    const { arity, levels } = this.#shape;
    const top = replaceNode(this.#top, { index, arity, leafNode }, levels);
    return new MerkleTree(this.#shape, top);
  }

  /** The root hash, a field element. */
  get root(): bigint {
    return this.#hashOf(this.#top, this.#shape.levels);
  }

  /**
   * Returns the siblings on the path from the leaf at `index` to the root.
   *
   * @returns Per level, leaf level first, the `arity - 1` other children in ascending order.
   */
  siblings(index: number): bigint[][] {
    this.#assertIndex(index);
    const { arity, levels } = this.#shape;
    const siblings: bigint[][] = [];
    let node = this.#top;
    for (let height = levels; height > 0; height--) {
      const children = node === undefined ? [] : (node as InnerNode<Leaf>).children;
      const childIndex = childIndexAt(index, height, arity);
      const others = Array.from({ length: arity }, (_, i) => i).filter((i) => i !== childIndex);
      siblings.unshift(others.map((i) => this.#hashOf(children[i], height - 1)));
      node = children[childIndex];
    }
    return siblings;
  }

  /**
   * Computes all missing hashes of some trees of one shape, level by level, so that `hashMany` gets
   * many lists per call. Roots and siblings of these trees need no hashing afterwards.
   *
   * @param hashLeaves - Replaces the shape's `hashLeaf`.
   */
  static async hashAll<Leaf>(
    trees: Iterable<MerkleTree<Leaf>>,
    hashMany: HashMany,
    hashLeaves: (leaves: readonly Leaf[]) => Promise<bigint[]>,
  ): Promise<void> {
    const levels: Unhashed<Leaf> = { leaves: new Set(), inner: [] };
    let arity = 0;
    for (const tree of trees) {
      arity = tree.#shape.arity;
      collectUnhashed(tree.#top, tree.#shape.levels, levels);
    }
    const leaves = [...levels.leaves];
    setHashes(leaves, await hashLeaves(leaves.map(({ leaf }) => leaf)));
    for (const [below, level] of levels.inner.entries()) {
      const nodes = [...level];
      const emptyChild = emptyHash(arity, below);
      const lists = nodes.map(({ children }) => children.map((child) => child?.hash ?? emptyChild));
      setHashes(nodes, await hashMany(lists));
    }
  }

  /** Iterates over all leaves that are not empty, in ascending order of their index. */
  *entries(): Generator<[index: number, leaf: Leaf]> {
    yield* entriesBelow(this.#top, 0, this.#shape.arity);
  }

  #assertIndex(index: number): void {
    const { arity, levels } = this.#shape;
    assert(Number.isInteger(index) && index >= 0 && index < arity ** levels, "a leaf index exists");
  }

  #hashOf(node: TreeNode<Leaf> | undefined, height: number): bigint {
    if (node === undefined) return emptyHash(this.#shape.arity, height);
    node.hash ??=
      "leaf" in node
        ? this.#shape.hashLeaf(node.leaf)
        : poseidon(
            Array.from({ length: this.#shape.arity }, (_, i) =>
              this.#hashOf(node.children[i], height - 1),
            ),
          );
    return node.hash;
  }
}

/** The nodes without a hash. A node with a hash has no such node below it. */
interface Unhashed<Leaf> {
  readonly leaves: Set<LeafNode<Leaf>>;
  /** By height, parents of leaves first. */
  readonly inner: Set<InnerNode<Leaf>>[];
}

function collectUnhashed<Leaf>(
  node: TreeNode<Leaf> | undefined,
  height: number,
  found: Unhashed<Leaf>,
): void {
  if (node === undefined || node.hash !== undefined) return;
  if ("leaf" in node) {
    found.leaves.add(node);
    return;
  }
  while (found.inner.length < height) found.inner.push(new Set());
  const level = found.inner[height - 1]!;
  if (level.has(node)) return;
  level.add(node);
  for (const child of node.children) collectUnhashed(child, height - 1, found);
}

function setHashes(nodes: readonly TreeNode<unknown>[], hashes: readonly bigint[]): void {
  for (const [index, node] of nodes.entries()) node.hash = hashes[index];
}

/** Returns the child of a node at `height` that contains the leaf: a digit of the index. */
function childIndexAt(index: number, height: number, arity: number): number {
  return Math.floor(index / arity ** (height - 1)) % arity;
}

interface Replacement<Leaf> {
  readonly index: number;
  readonly arity: number;
  readonly leafNode: LeafNode<Leaf> | undefined;
}

function replaceNode<Leaf>(
  node: TreeNode<Leaf> | undefined,
  replacement: Replacement<Leaf>,
  height: number,
): TreeNode<Leaf> | undefined {
  const { index, arity, leafNode } = replacement;
  if (height === 0) return leafNode;
  const childIndex = childIndexAt(index, height, arity);
  const children =
    node === undefined
      ? new Array<undefined>(arity).fill(undefined)
      : (node as InnerNode<Leaf>).children.slice();
  children[childIndex] = replaceNode(children[childIndex], replacement, height - 1);
  return { children, hash: undefined };
}

function* entriesBelow<Leaf>(
  node: TreeNode<Leaf> | undefined,
  index: number,
  arity: number,
): Generator<[number, Leaf]> {
  if (node === undefined) return;
  if ("leaf" in node) {
    yield [index, node.leaf];
    return;
  }
  for (const [i, child] of node.children.entries()) {
    yield* entriesBelow(child, index * arity + i, arity);
  }
}

/** Hashes of empty subtrees by arity, then by height; an empty leaf is 0. */
const emptyHashes = new Map<number, bigint[]>();

function emptyHash(arity: number, height: number): bigint {
  const known = emptyHashes.get(arity) ?? [0n];
  emptyHashes.set(arity, known);
  while (known.length <= height) {
    known.push(poseidon(new Array<bigint>(arity).fill(known.at(-1)!)));
  }
  return known[height]!;
}
