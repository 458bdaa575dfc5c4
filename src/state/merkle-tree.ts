/**
 * A persistent Merkle tree of fixed depth, whose empty subtrees take no memory.
 *
 * A tree is a value: `set` copies the path to one leaf and shares the rest, so an old tree stays
 * valid and keeping it is cheap. Updates do not hash. The hash of a node is computed when a root or
 * siblings are read, and remembered in the node, so a block of thousands of updates hashes each
 * node once.
 *
 * Nodes are either objects or places in pages, which hold whole subtrees in little memory. A node
 * that is both hashed and old moves into a page by `compaction`, in place: every tree that shares
 * the node keeps its contents, so no tree has to be replaced. An update of a node in a page makes
 * objects of the path, and leaves the page as it is.
 *
 * Heights count from the leaves, which have height 0; the root's height is the number of levels.
 */
import { poseidon } from "../kernel/hash.ts";
import { assert } from "../util/errors.ts";
import type { Page, PageBuilder, Paging } from "./page.ts";

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
  /**
   * How pages are made; without it, all nodes stay objects.
   *
   * @param emptyHashes - Hashes of empty subtrees by height.
   */
  readonly createPaging?: (emptyHashes: readonly bigint[]) => Paging<Leaf>;
}

/** What all trees of a shape share. */
interface SharedShape<Leaf> extends TreeShape<Leaf> {
  readonly capacity: number;
  /** Bits of a child's index in its node. */
  readonly arityBits: number;
  /** Hashes of empty subtrees by height. */
  readonly emptyHashes: readonly bigint[];
  readonly paging: Paging<Leaf> | undefined;
}

type Children<Leaf> = readonly (TreeNode<Leaf> | undefined)[];

/**
 * A node that is not empty. Its contents and those below it never change; how they are kept does.
 * A page counts as hashed.
 */
class TreeNode<Leaf> {
  /** Cache of the hash of a node that is not in a page. */
  hash: bigint | undefined;
  /** Above the leaves, and not in a page: the children, of which absent ones are empty. */
  children: Children<Leaf> | undefined;
  leaf: Leaf | undefined;
  page: Page<Leaf> | undefined;
  /** Place in the page. */
  place = 0;

  constructor(children: Children<Leaf> | undefined, leaf: Leaf | undefined) {
    this.hash = undefined;
    this.children = children;
    this.leaf = leaf;
    this.page = undefined;
  }

  static inPage<Leaf>(page: Page<Leaf>, place: number): TreeNode<Leaf> {
    const node = new TreeNode<Leaf>(undefined, undefined);
    node.move(page, place);
    return node;
  }

  get isHashed(): boolean {
    return this.hash !== undefined || this.page !== undefined;
  }

  /** Lets a page hold the contents from now on. */
  move(page: Page<Leaf>, place: number): void {
    this.hash = undefined;
    this.children = undefined;
    this.leaf = undefined;
    this.page = page;
    this.place = place;
  }
}

/** Hashes many lists of one length with Poseidon, possibly in other threads. */
export type HashMany = (lists: readonly (readonly bigint[])[]) => Promise<bigint[]>;

/**
 * Hashes many lists of `count` integers, which are words, four an integer, lowest first. That each
 * integer is a field element is not checked.
 */
export type HashPacked = (count: number, lists: BigUint64Array) => Promise<BigUint64Array>;

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
    const paging = shape.createPaging?.(emptyHashes);
    const capacity = arity ** levels;
    return new MerkleTree({ ...shape, capacity, arityBits, emptyHashes, paging }, undefined);
  }

  /** Children of a node. */
  get arity(): number {
    return this.#shape.arity;
  }

  /** Levels of nodes above the leaves. */
  get levels(): number {
    return this.#shape.levels;
  }

  /** Number of leaves, the empty ones included. */
  get capacity(): number {
    return this.#shape.capacity;
  }

  /** Whether the root and all siblings are known, so that reading them does not hash. */
  get isHashed(): boolean {
    return this.#top === undefined || this.#top.isHashed;
  }

  /** Whether it has no leaf. */
  get isEmpty(): boolean {
    return this.#top === undefined;
  }

  /** Returns the leaf at `index`, or undefined if it is empty. */
  get(index: number): Leaf | undefined {
    this.#assertIndex(index);
    const { arityBits, levels } = this.#shape;
    let node = this.#top;
    for (let height = levels; node !== undefined; height--) {
      const { page, place } = node;
      if (page !== undefined) return page.leaf(placeBelow(place, index, arityBits * height));
      if (height === 0) return node.leaf;
      node = node.children![digitAt(index, height - 1, arityBits)];
    }
    return undefined;
  }

  /** Returns this tree with another leaf at `index`; undefined removes the leaf. */
  set(index: number, leaf: Leaf | undefined): MerkleTree<Leaf> {
    this.#assertIndex(index);
    const leafNode = leaf === undefined ? undefined : new TreeNode<Leaf>(undefined, leaf);
    const { arityBits, levels } = this.#shape;
    const top = replaceNode(this.#top, { index, arityBits, leafNode }, levels);
    return new MerkleTree(this.#shape, top);
  }

  /** The root hash, a field element. */
  get root(): bigint {
    return this.hashAt(this.#shape.levels, 0);
  }

  /** Returns the hash of the node at a height that has `index` nodes before it. */
  hashAt(height: number, index: number): bigint {
    const { arityBits, levels, emptyHashes } = this.#shape;
    let node = this.#top;
    for (let above = levels - height; above > 0; above--) {
      if (node === undefined) return emptyHashes[height]!;
      const { page, place } = node;
      if (page !== undefined) return page.hash(height, placeBelow(place, index, arityBits * above));
      node = node.children![digitAt(index, above - 1, arityBits)];
    }
    return node === undefined ? emptyHashes[height]! : this.#hashOf(node, height);
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
      const children = node?.children;
      if (height < below) {
        const others: bigint[] = [];
        for (let i = 0; i < this.#shape.arity; i++) {
          if (i === childIndex) continue;
          const other = children?.[i];
          if (other !== undefined) others.push(this.#hashOf(other, height));
          else if (node?.page === undefined) others.push(emptyHashes[height]!);
          else others.push(node.page.hash(height, (node.place << arityBits) | i));
        }
        siblings.push(others);
      }
      node =
        node?.page === undefined
          ? children?.[childIndex]
          : TreeNode.inPage(node.page, (node.place << arityBits) | childIndex);
    }
    return siblings.reverse();
  }

  /** Returns the hashes of the first `count` nodes at a height. */
  nodes(height: number, count: number): bigint[] {
    return Array.from({ length: count }, (_, i) => this.hashAt(height, i));
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
      const contents = leaves.map(({ leaf }) => leaf!);
      await prepareLeaves?.(contents);
      if (belowHeight > 0) setHashes(leaves, await hashLeaves(contents));
    }
    for (const [below, level] of levels.inner.entries()) {
      if (below + 1 >= belowHeight) return;
      const nodes = [...level];
      const emptyChild = emptyHashes[below]!;
      const lists = nodes.map(({ children }) =>
        children!.map((child) => (child ? knownHash(child, below) : emptyChild)),
      );
      if (lists.length > 0) setHashes(nodes, await hashMany(lists));
    }
  }

  /** Iterates over all leaves that are not empty, in ascending order of their index. */
  *entries(): Generator<[index: number, leaf: Leaf]> {
    const { arityBits, levels } = this.#shape;
    yield* entriesBelow(this.#top, { index: 0, height: levels, arityBits });
  }

  /**
   * Moves nodes that are hashed into pages, here and in all trees that share them. What is a page
   * already stays one.
   *
   * @returns A generator that makes one page a step; between steps any tree may be used and made.
   */
  *compaction(): Generator<void> {
    const { levels, paging } = this.#shape;
    if (paging !== undefined) yield* compactBelow(this.#top, levels, this.#shape);
  }

  /**
   * Iterates over the pages of a tree, in ascending order. Hashes what is not hashed, and makes the
   * pages that are missing, as {@link MerkleTree.compaction} does.
   */
  *pages(): Generator<[index: number, page: Page<Leaf>]> {
    assert(this.root >= 0n, "a page holds hashes, which are all known by now");
    const { levels, paging } = this.#shape;
    assert(paging !== undefined, "the tree has pages");
    yield* pagesBelow(this.#top, { index: 0, height: levels, shape: this.#shape });
  }

  /** Returns a tree of the same shape with pages as its contents, each by its index among all. */
  withPages(pages: Iterable<readonly [index: number, page: Page<Leaf>]>): MerkleTree<Leaf> {
    const { arityBits, levels, paging } = this.#shape;
    assert(paging !== undefined && paging.height <= levels, "the tree has pages");
    let top: TreeNode<Leaf> | undefined;
    for (const [index, page] of pages) {
      const leafNode = page.isEmpty(paging.height, 0) ? undefined : TreeNode.inPage(page, 0);
      assert(index < this.capacity >> (arityBits * paging.height), "a page is in the tree");
      top = replaceNode(top, { index, arityBits, leafNode }, levels - paging.height);
    }
    return new MerkleTree(this.#shape, top);
  }

  /** Returns a tree of the same shape that is one page, of as many levels as the tree has. */
  withPage(page: Page<Leaf>): MerkleTree<Leaf> {
    const isEmpty = page.isEmpty(this.#shape.levels, 0);
    return new MerkleTree(this.#shape, isEmpty ? undefined : TreeNode.inPage(page, 0));
  }

  #assertIndex(index: number): void {
    const { capacity } = this.#shape;
    assert(Number.isInteger(index) && index >= 0 && index < capacity, "a leaf index exists");
  }

  #hashOf(node: TreeNode<Leaf>, height: number): bigint {
    if (node.isHashed) return knownHash(node, height);
    const { hashLeaf, emptyHashes } = this.#shape;
    node.hash =
      height === 0
        ? hashLeaf(node.leaf!)
        : poseidon(
            node.children!.map((child) =>
              child === undefined ? emptyHashes[height - 1]! : this.#hashOf(child, height - 1),
            ),
          );
    return node.hash;
  }
}

function knownHash<Leaf>({ hash, page, place }: TreeNode<Leaf>, height: number): bigint {
  return page === undefined ? hash! : page.hash(height, place);
}

/** Returns the place of a node or leaf below a node of a page: the low bits are its own. */
function placeBelow(place: number, index: number, bits: number): number {
  return (place << bits) | (index & ((1 << bits) - 1));
}

/** The nodes without a hash. A node with a hash has no such node below it. */
interface Unhashed<Leaf> {
  readonly leaves: Set<TreeNode<Leaf>>;
  /** By height, parents of leaves first. */
  readonly inner: Set<TreeNode<Leaf>>[];
}

function collectUnhashed<Leaf>(
  node: TreeNode<Leaf> | undefined,
  height: number,
  found: Unhashed<Leaf>,
): void {
  if (node === undefined || node.isHashed) return;
  if (height === 0) {
    found.leaves.add(node);
    return;
  }
  while (found.inner.length < height) found.inner.push(new Set());
  const level = found.inner[height - 1]!;
  if (level.has(node)) return;
  level.add(node);
  for (const child of node.children!) collectUnhashed(child, height - 1, found);
}

/** A node that has moved into a page meanwhile has its hash there. */
function setHashes<Leaf>(nodes: readonly TreeNode<Leaf>[], hashes: readonly bigint[]): void {
  for (const [index, node] of nodes.entries()) {
    if (node.page === undefined) node.hash = hashes[index];
  }
}

/** Returns the index, in its parent, of the node at `height` above the leaf: a digit of `index`. */
function digitAt(index: number, height: number, arityBits: number): number {
  return (index >> (arityBits * height)) & ((1 << arityBits) - 1);
}

interface Replacement<Leaf> {
  readonly index: number;
  readonly arityBits: number;
  readonly leafNode: TreeNode<Leaf> | undefined;
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
  const children = copyChildren(node, height, arityBits);
  const child = replaceNode(children[childIndex], replacement, height - 1);
  children[childIndex] = child;
  const isEmpty = child === undefined && children.every((other) => other === undefined);
  return isEmpty ? undefined : new TreeNode<Leaf>(children, undefined);
}

/** Returns the children of a node as objects, in a list that the caller may change. */
function copyChildren<Leaf>(
  node: TreeNode<Leaf> | undefined,
  height: number,
  arityBits: number,
): (TreeNode<Leaf> | undefined)[] {
  if (node?.children !== undefined) return node.children.slice();
  const children = new Array<TreeNode<Leaf> | undefined>(1 << arityBits).fill(undefined);
  const { page } = node ?? {};
  if (node === undefined || page === undefined) return children;
  for (let i = 0; i < children.length; i++) {
    const place = (node.place << arityBits) | i;
    if (!page.isEmpty(height - 1, place)) children[i] = TreeNode.inPage(page, place);
  }
  return children;
}

/** Where a node is in its tree. */
interface Position {
  /** How many nodes of its height are before it. */
  readonly index: number;
  readonly height: number;
  readonly arityBits: number;
}

function* entriesBelow<Leaf>(
  node: TreeNode<Leaf> | undefined,
  { index, height, arityBits }: Position,
): Generator<[number, Leaf]> {
  if (node === undefined) return;
  const { page, place } = node;
  if (page !== undefined) {
    const bits = arityBits * height;
    for (const [leafPlace, leaf] of page.entries(height, place)) {
      yield [placeBelow(index, leafPlace, bits), leaf];
    }
  } else if (height === 0) {
    yield [index, node.leaf!];
  } else {
    for (const [i, child] of node.children!.entries()) {
      const position = { index: (index << arityBits) | i, height: height - 1, arityBits };
      yield* entriesBelow(child, position);
    }
  }
}

// -------------------------------------------------------------------------------------- pages

function* compactBelow<Leaf>(
  node: TreeNode<Leaf> | undefined,
  height: number,
  shape: SharedShape<Leaf>,
): Generator<void> {
  const paging = shape.paging!;
  if (node === undefined || node.page !== undefined) return;
  if (height > paging.height) {
    for (const child of node.children!) yield* compactBelow(child, height - 1, shape);
  } else if (height === paging.height && node.isHashed) {
    moveIntoPage(node, shape);
    yield;
  }
}

function* pagesBelow<Leaf>(
  node: TreeNode<Leaf> | undefined,
  place: { readonly index: number; readonly height: number; readonly shape: SharedShape<Leaf> },
): Generator<[number, Page<Leaf>]> {
  const { index, height, shape } = place;
  if (node === undefined) return;
  if (height > shape.paging!.height) {
    for (const [i, child] of node.children!.entries()) {
      const childIndex = (index << shape.arityBits) | i;
      yield* pagesBelow(child, { index: childIndex, height: height - 1, shape });
    }
    return;
  }
  if (node.page === undefined) moveIntoPage(node, shape);
  yield [index, node.page!];
}

/**
 * Makes one page of the subtree of a node. All nodes below move with it: other trees share them,
 * and would keep older pages and objects alive.
 */
function moveIntoPage<Leaf>(top: TreeNode<Leaf>, { arityBits, paging }: SharedShape<Leaf>): void {
  const builder = paging!.createBuilder();
  addToPage(builder, top, { index: 0, height: paging!.height, arityBits });
  moveBelow(top, builder.finish(), 0, arityBits);
}

function addToPage<Leaf>(
  builder: PageBuilder<Leaf>,
  node: TreeNode<Leaf>,
  { index, height, arityBits }: Position,
): void {
  if (node.page !== undefined) {
    builder.copy(node.page, height, index);
    return;
  }
  if (height === 0) {
    builder.addLeaf(index, node.leaf!, node.hash!);
    return;
  }
  for (const [i, child] of node.children!.entries()) {
    const position = { index: (index << arityBits) | i, height: height - 1, arityBits };
    if (child !== undefined) addToPage(builder, child, position);
  }
  builder.setHash(height, index, node.hash!);
}

function moveBelow<Leaf>(
  node: TreeNode<Leaf>,
  page: Page<Leaf>,
  place: number,
  arityBits: number,
): void {
  const { children } = node;
  node.move(page, place);
  for (const [i, child] of children?.entries() ?? []) {
    if (child !== undefined) moveBelow(child, page, (place << arityBits) | i, arityBits);
  }
}
