/**
 * A persistent Merkle tree of fixed depth, whose empty subtrees take no memory.
 *
 * A tree is a value: `set` copies the path to one leaf and shares the rest, so an old tree stays
 * valid and keeping it is cheap. Updates do not hash. The hash of a node is computed when a root or
 * siblings are read, and remembered in the node, so a block of thousands of updates hashes each
 * node once.
 *
 * Heights count from the leaves, which have height 0; the root's height is the number of levels.
 */
import { poseidon } from "../kernel/hash.ts";
import { assert } from "../util/errors.ts";

/** The parameters of a tree. */
export interface TreeShape<Leaf> {
  /** Children of a node; a power of two. */
  readonly arity: number;
  /** Levels of nodes above the leaves; the tree has `arity^levels` leaves, at most 2^30. */
  readonly levels: number;
  /** Returns the field element of a leaf in its parent. */
  readonly hashLeaf: (leaf: Leaf) => bigint;
  /** Field element of an absent leaf in its parent. */
  readonly emptyLeafHash: bigint;
}

/** What all trees of a shape share. */
interface SharedShape<Leaf> extends TreeShape<Leaf> {
  readonly capacity: number;
  /** Bits of a child's index in its node. */
  readonly arityBits: number;
  /** Hashes of empty subtrees by height. */
  readonly emptyHashes: readonly bigint[];
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

/** How {@link MerkleTree.hashAll} hashes. */
export interface Hashing<Leaf> {
  /** Called once per level, with the children of all its nodes. */
  readonly hashMany: HashMany;
  /** Replaces the shape's `hashLeaf`. */
  readonly hashLeaves: (leaves: readonly Leaf[]) => Promise<bigint[]>;
  /** Called first, with every leaf without a hash, whatever `belowHeight` is. */
  readonly prepareLeaves?: (leaves: readonly Leaf[]) => Promise<void>;
  /** Only nodes below this height are hashed; default: all. */
  readonly belowHeight?: number | undefined;
}

/** An immutable Merkle tree; an update returns a new one. */
export class MerkleTree<Leaf> {
  readonly #shape: SharedShape<Leaf>;
  readonly #top: TreeNode<Leaf> | undefined;

  private constructor(shape: SharedShape<Leaf>, top: TreeNode<Leaf> | undefined) {
    this.#shape = shape;
    this.#top = top;
  }

  /** Creates a tree without leaves. */
  static empty<Leaf>(shape: TreeShape<Leaf>): MerkleTree<Leaf> {
    const { arity, levels, emptyLeafHash } = shape;
    const arityBits = Math.log2(arity);
    assert(Number.isInteger(arityBits) && levels * arityBits <= 30, "an index is a 30 bit integer");
    const emptyHashes = [emptyLeafHash];
    while (emptyHashes.length <= levels) {
      emptyHashes.push(poseidon(new Array<bigint>(arity).fill(emptyHashes.at(-1)!)));
    }
    return new MerkleTree(
      { ...shape, capacity: arity ** levels, arityBits, emptyHashes },
      undefined,
    );
  }

  /** Number of leaves, the empty ones included. */
  get capacity(): number {
    return this.#shape.capacity;
  }

  /** Whether the root and all siblings are known, so that reading them does not hash. */
  get isHashed(): boolean {
    return this.#top === undefined || this.#top.hash !== undefined;
  }

  /** Returns the leaf at `index`, or undefined if it is empty. */
  get(index: number): Leaf | undefined {
    this.#assertIndex(index);
    const node = this.#nodeAt(0, index);
    return (node as LeafNode<Leaf> | undefined)?.leaf;
  }

  /** Returns this tree with another leaf at `index`; undefined removes the leaf. */
  set(index: number, leaf: Leaf | undefined): MerkleTree<Leaf> {
    this.#assertIndex(index);
    const leafNode = leaf === undefined ? undefined : { leaf, hash: undefined };
    const { arityBits, levels } = this.#shape;
    const top = replaceNode(this.#top, { index, arityBits, leafNode }, levels);
    return new MerkleTree(this.#shape, top);
  }

  /** The root hash, a field element. */
  get root(): bigint {
    return this.#hashOf(this.#top, this.#shape.levels);
  }

  /**
   * Returns siblings on the path from the leaf at `index` to the root.
   *
   * @param heights.from - Height of the first siblings; default: those of the leaf.
   * @param heights.below - Height that the siblings end below; default: that of the root. Nothing
   * at or above it is hashed.
   * @returns Per level, lowest first, the `arity - 1` other children in ascending order.
   */
  siblings(index: number, heights: { from?: number; below?: number } = {}): bigint[][] {
    this.#assertIndex(index);
    const { arityBits, levels, emptyHashes } = this.#shape;
    const { from = 0, below = levels } = heights;
    assert(from >= 0 && below <= levels, "siblings are nodes below the root");
    const siblings: bigint[][] = [];
    let node = this.#top;
    for (let height = levels - 1; height >= from; height--) {
      const childIndex = digitAt(index, height, arityBits);
      const { children } = (node as InnerNode<Leaf> | undefined) ?? {};
      if (height < below) {
        const others: bigint[] = [];
        for (let i = 0; i < this.#shape.arity; i++) {
          if (i === childIndex) continue;
          const other = children?.[i];
          others.push(other?.hash ?? (other ? this.#hashOf(other, height) : emptyHashes[height]!));
        }
        siblings.push(others);
      }
      node = children?.[childIndex];
    }
    return siblings.reverse();
  }

  /** Returns the hashes of the first `count` nodes at a height. */
  nodes(height: number, count: number): bigint[] {
    return Array.from({ length: count }, (_, i) => this.#hashOf(this.#nodeAt(height, i), height));
  }

  /**
   * Computes the missing hashes of some trees of one shape, level by level, so that `hashMany` gets
   * many lists per call. Roots and siblings of these trees need no hashing afterwards, as far as
   * they are below the height.
   */
  static async hashAll<Leaf>(
    trees: readonly MerkleTree<Leaf>[],
    { hashMany, hashLeaves, prepareLeaves, belowHeight = Infinity }: Hashing<Leaf>,
  ): Promise<void> {
    const [first] = trees;
    if (first === undefined) return;
    const { emptyHashes } = first.#shape;
    const levels: Unhashed<Leaf> = { leaves: new Set(), inner: [] };
    for (const tree of trees) collectUnhashed(tree.#top, tree.#shape.levels, levels);
    const leaves = [...levels.leaves];
    if (leaves.length > 0) {
      const contents = leaves.map(({ leaf }) => leaf);
      await prepareLeaves?.(contents);
      if (belowHeight > 0) setHashes(leaves, await hashLeaves(contents));
    }
    for (const [below, level] of levels.inner.entries()) {
      if (below + 1 >= belowHeight) return;
      const nodes = [...level];
      const emptyChild = emptyHashes[below]!;
      const lists = nodes.map(({ children }) => children.map((child) => child?.hash ?? emptyChild));
      if (lists.length > 0) setHashes(nodes, await hashMany(lists));
    }
  }

  /** Iterates over all leaves that are not empty, in ascending order of their index. */
  *entries(): Generator<[index: number, leaf: Leaf]> {
    yield* entriesBelow(this.#top, 0, this.#shape.arity);
  }

  #assertIndex(index: number): void {
    const { capacity } = this.#shape;
    assert(Number.isInteger(index) && index >= 0 && index < capacity, "a leaf index exists");
  }

  /** Returns the node at a height that has `index` nodes before it. */
  #nodeAt(height: number, index: number): TreeNode<Leaf> | undefined {
    const { arityBits, levels } = this.#shape;
    let node = this.#top;
    for (let level = levels - height - 1; level >= 0 && node !== undefined; level--) {
      node = (node as InnerNode<Leaf>).children[digitAt(index, level, arityBits)];
    }
    return node;
  }

  #hashOf(node: TreeNode<Leaf> | undefined, height: number): bigint {
    if (node === undefined) return this.#shape.emptyHashes[height]!;
    node.hash ??=
      "leaf" in node
        ? this.#shape.hashLeaf(node.leaf)
        : poseidon(node.children.map((child) => this.#hashOf(child, height - 1)));
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

/** Returns the index, in its parent, of the node at `height` above the leaf: a digit of `index`. */
function digitAt(index: number, height: number, arityBits: number): number {
  return (index >> (arityBits * height)) & ((1 << arityBits) - 1);
}

interface Replacement<Leaf> {
  readonly index: number;
  readonly arityBits: number;
  readonly leafNode: LeafNode<Leaf> | undefined;
}

/** Returns a copy of a node with one leaf replaced; undefined if no leaf remains. */
function replaceNode<Leaf>(
  node: TreeNode<Leaf> | undefined,
  replacement: Replacement<Leaf>,
  height: number,
): TreeNode<Leaf> | undefined {
  const { index, arityBits, leafNode } = replacement;
  if (height === 0) return leafNode;
  const childIndex = digitAt(index, height - 1, arityBits);
  const children =
    node === undefined
      ? new Array<undefined>(1 << arityBits).fill(undefined)
      : (node as InnerNode<Leaf>).children.slice();
  const child = replaceNode(children[childIndex], replacement, height - 1);
  children[childIndex] = child;
  const isEmpty = child === undefined && children.every((other) => other === undefined);
  return isEmpty ? undefined : { children, hash: undefined };
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
