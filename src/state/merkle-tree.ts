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
    let node = this.#top;
    for (const childIndex of this.#path(index)) {
      if (node === undefined) return undefined;
      node = (node as InnerNode<Leaf>).children[childIndex];
    }
    return (node as LeafNode<Leaf> | undefined)?.leaf;
  }

  /** This tree with another leaf at `index`; undefined empties it. */
  set(index: number, leaf: Leaf | undefined): MerkleTree<Leaf> {
    const leafNode = leaf === undefined ? undefined : { leaf, hash: undefined };
    const { arity } = this.#shape;
    return new MerkleTree(
      this.#shape,
      replaceNode(this.#top, this.#path(index), 0, leafNode, arity),
    );
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
    const { arity, levels } = this.#shape;
    const siblings: bigint[][] = [];
    let node = this.#top;
    for (const [depth, childIndex] of this.#path(index).entries()) {
      const children = node === undefined ? [] : (node as InnerNode<Leaf>).children;
      const others = Array.from({ length: arity }, (_, i) => i).filter((i) => i !== childIndex);
      siblings.unshift(others.map((i) => this.#hashOf(children[i], levels - depth - 1)));
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

  /** Child indices from the top node down to the leaf: the digits of `index` in base `arity`. */
  #path(index: number): number[] {
    const { arity, levels } = this.#shape;
    assert(Number.isInteger(index) && index >= 0 && index < arity ** levels, "a leaf index exists");
    const digits: number[] = [];
    for (let rest = index; digits.length < levels; rest = Math.floor(rest / arity)) {
      digits.unshift(rest % arity);
    }
    return digits;
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

function replaceNode<Leaf>(
  node: TreeNode<Leaf> | undefined,
  path: readonly number[],
  depth: number,
  leafNode: LeafNode<Leaf> | undefined,
  arity: number,
): TreeNode<Leaf> | undefined {
  const childIndex = path[depth];
  if (childIndex === undefined) return leafNode;
  const children =
    node === undefined
      ? new Array<undefined>(arity).fill(undefined)
      : [...(node as InnerNode<Leaf>).children];
  children[childIndex] = replaceNode(children[childIndex], path, depth + 1, leafNode, arity);
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
