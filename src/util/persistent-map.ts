/**
 * A map that is a value: `set` and `delete` return another map and share what they do not touch, so
 * an old map stays valid and costs nothing to keep. A hash trie with 32 children a node.
 */
type Key = string | number;

interface Leaf<K, V> {
  readonly hash: number;
  /** More than one only if keys have the same hash. */
  readonly entries: readonly (readonly [K, V])[];
}
interface Branch<K, V> {
  /** Which of the 32 places have a child. */
  readonly bitmap: number;
  /** In the order of the places. */
  readonly children: readonly Node<K, V>[];
}
type Node<K, V> = Leaf<K, V> | Branch<K, V>;

const BITS = 5;
const PLACE_MASK = 2 ** BITS - 1;

export class PersistentMap<K extends Key, V> {
  /** Number of keys. */
  readonly size: number;
  readonly #root: Node<K, V> | undefined;

  private constructor(root: Node<K, V> | undefined, size: number) {
    this.#root = root;
    this.size = size;
  }

  static empty<K extends Key, V>(): PersistentMap<K, V> {
    return new PersistentMap<K, V>(undefined, 0);
  }

  get(key: K): V | undefined {
    const hash = hashOf(key);
    let node = this.#root;
    for (let shift = 0; node !== undefined; shift += BITS) {
      if ("entries" in node) return node.entries.find(([other]) => other === key)?.[1];
      const bit = placeBit(hash, shift);
      node = (node.bitmap & bit) === 0 ? undefined : node.children[childIndex(node.bitmap, bit)];
    }
    return undefined;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** This map with a value for a key. */
  set(key: K, value: V): PersistentMap<K, V> {
    const leaf = { hash: hashOf(key), entries: [[key, value] as const] };
    const size = this.has(key) ? this.size : this.size + 1;
    return new PersistentMap(withLeaf(this.#root, leaf, 0), size);
  }

  /** This map without a key; the same map if it has no such key. */
  delete(key: K): PersistentMap<K, V> {
    if (!this.has(key)) return this;
    return new PersistentMap(withoutKey(this.#root!, key, hashOf(key), 0), this.size - 1);
  }

  /** All keys with their values, in an order that depends on the keys alone. */
  entries(): Generator<readonly [K, V]> {
    return entriesOf(this.#root);
  }
}

function withLeaf<K, V>(node: Node<K, V> | undefined, leaf: Leaf<K, V>, shift: number): Node<K, V> {
  if (node === undefined) return leaf;
  if ("entries" in node) {
    if (node.hash !== leaf.hash) return withLeaf(branchOf(node, shift), leaf, shift);
    const [entry] = leaf.entries;
    const others = node.entries.filter(([key]) => key !== entry![0]);
    return { hash: leaf.hash, entries: [...others, entry!] };
  }
  const { bitmap, children } = node;
  const bit = placeBit(leaf.hash, shift);
  const index = childIndex(bitmap, bit);
  return (bitmap & bit) === 0
    ? { bitmap: bitmap | bit, children: children.toSpliced(index, 0, leaf) }
    : { bitmap, children: children.with(index, withLeaf(children[index], leaf, shift + BITS)) };
}

function branchOf<K, V>(leaf: Leaf<K, V>, shift: number): Branch<K, V> {
  return { bitmap: placeBit(leaf.hash, shift), children: [leaf] };
}

/** @returns Undefined if nothing is left. The key must be there. */
function withoutKey<K, V>(
  node: Node<K, V>,
  key: K,
  hash: number,
  shift: number,
): Node<K, V> | undefined {
  if ("entries" in node) {
    const entries = node.entries.filter(([other]) => other !== key);
    return entries.length === 0 ? undefined : { hash: node.hash, entries };
  }
  const { bitmap, children } = node;
  const bit = placeBit(hash, shift);
  const index = childIndex(bitmap, bit);
  const child = withoutKey(children[index]!, key, hash, shift + BITS);
  if (child !== undefined) return shortened({ bitmap, children: children.with(index, child) });
  if (children.length === 1) return undefined;
  return shortened({ bitmap: bitmap & ~bit, children: children.toSpliced(index, 1) });
}

/** A branch with nothing but one leaf is that leaf. */
function shortened<K, V>(branch: Branch<K, V>): Node<K, V> {
  const [only, other] = branch.children;
  return other === undefined && "entries" in only! ? only : branch;
}

function* entriesOf<K, V>(node: Node<K, V> | undefined): Generator<readonly [K, V]> {
  if (node === undefined) return;
  if ("entries" in node) yield* node.entries;
  else for (const child of node.children) yield* entriesOf(child);
}

function placeBit(hash: number, shift: number): number {
  return 1 << ((hash >>> shift) & PLACE_MASK);
}

/** How many children come before the one of a place. */
function childIndex(bitmap: number, bit: number): number {
  return bitCount(bitmap & (bit - 1));
}

function bitCount(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** FNV-1a over the characters of a string; of a number, its bits well mixed. */
function hashOf(key: Key): number {
  if (typeof key === "number") return Math.imul(key ^ (key >>> 16), 0x9e3779b1) >>> 0;
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
