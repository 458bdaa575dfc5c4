/**
 * A persistent Merkle tree of fixed depth, dense in meaning and sparse in memory.
 *
 * A tree is a value: `set` copies the path to one leaf and shares the rest, so an old tree stays
 * valid and keeping it costs nothing. No update hashes anything. The hash of a node is computed
 * when somebody asks for a root or for siblings, and remembered in the node, so a block of
 * thousands of updates hashes each node that it touched once.
 */
import { poseidon } from "../kernel/hash.ts";
import { assert } from "../util/errors.ts";

/** What all trees of one purpose have in common. */
export interface TreeShape<Leaf> {
  /** Children of a node; a power of two. */
  readonly arity: number;
  /** Levels of nodes above the leaves; the tree has `arity^levels` leaves. */
  readonly levels: number;
  /** The field element that stands for a leaf in its parent. An absent leaf is 0. */
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
/** Absent children are empty subtrees. `hash` is a cache; all else never changes. */
type TreeNode<Leaf> = LeafNode<Leaf> | InnerNode<Leaf>;

/** Poseidon of many lists of one length, perhaps in other threads. */
export type HashMany = (lists: readonly (readonly bigint[])[]) => Promise<bigint[]>;

export class MerkleTree<Leaf> {
  readonly #shape: TreeShape<Leaf>;
  readonly #top: TreeNode<Leaf> | undefined;

  private constructor(shape: TreeShape<Leaf>, top: TreeNode<Leaf> | undefined) {
    this.#shape = shape;
    this.#top = top;
  }

  static empty<Leaf>(shape: TreeShape<Leaf>): MerkleTree<Leaf> {
    return new MerkleTree(shape, undefined);
  }

  /** The leaf at `index`, or undefined if it is empty. */
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

  /** This tree with another leaf at `index`; undefined empties it. */
  set(index: number, leaf: Leaf | undefined): MerkleTree<Leaf> {
    this.#assertIndex(index);
    const leafNode = leaf === undefined ? undefined : { leaf, hash: undefined };
    const { arity, levels } = this.#shape;
    const top = replaceNode(this.#top, { index, arity, leafNode }, levels);
    return new MerkleTree(this.#shape, top);
  }

  get root(): bigint {
    return this.#hashOf(this.#top, this.#shape.levels);
  }

  /**
   * The siblings on the way from the leaf at `index` to the root.
   *
   * @returns Per level, from the leaf's own upwards, the `arity - 1` other children in ascending
   * order.
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
   * Computes all that is still to be hashed in some trees of one shape, level by level, so that
   * `hashMany` gets many lists at once. Roots and siblings are there at once afterwards.
   *
   * @param hashLeaves - Instead of the shape's `hashLeaf`.
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

  /** All leaves that are not empty, in ascending order of their index. */
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

/** The nodes without a hash; those with one have no others below them. */
interface Unhashed<Leaf> {
  readonly leaves: Set<LeafNode<Leaf>>;
  /** By height, from the parents of leaves upwards. */
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

/** Which child of a node of some height the leaf is below: a digit of the index in base arity. */
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

/** Per arity the hashes of empty subtrees by height; an empty leaf is 0. */
const emptyHashes = new Map<number, bigint[]>();

function emptyHash(arity: number, height: number): bigint {
  const known = emptyHashes.get(arity) ?? [0n];
  emptyHashes.set(arity, known);
  while (known.length <= height) {
    known.push(poseidon(new Array<bigint>(arity).fill(known.at(-1)!)));
  }
  return known[height]!;
}
