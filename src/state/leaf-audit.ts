/** Compares the leaves of a page with their hashes. */
import { type AccountLeaf, hashLeaf, hashLeaves, hashTails } from "./leaf.ts";
import { type LeafPage, PAGE_HEIGHT, PAGE_LEAVES } from "./leaf-page.ts";
import type { HashMany, MerkleTree } from "./merkle-tree.ts";

/**
 * Finds the first leaf of a page that does not have its hash there.
 *
 * @returns Its place, or undefined if all have.
 */
export async function findDamagedLeaf(
  page: LeafPage,
  emptyLeaf: AccountLeaf,
  hashMany: HashMany,
): Promise<number | undefined> {
  const places: number[] = [];
  const kept: AccountLeaf[] = [];
  const leaves: AccountLeaf[] = [];
  for (const [place, leaf] of page.entries(PAGE_HEIGHT, 0)) {
    places.push(place);
    kept.push(leaf);
    leaves.push({
      ...leaf,
      tails: leaf.tails.map((tail, i) => rebuilt(tail, emptyLeaf.tails[i]!)),
    });
  }
  await hashTails(leaves, hashMany);
  const hashes = await hashLeaves(leaves, hashMany);
  const expected = new Array<bigint>(PAGE_LEAVES).fill(hashLeaf(emptyLeaf));
  for (const [i, place] of places.entries()) expected[place] = hashes[i]!;
  const place = expected.findIndex((hash, leafPlace) => hash !== page.hash(0, leafPlace));
  if (place >= 0) return place;
  return places.find((_, i) => !hasSameRoots(leaves[i]!, kept[i]!));
}

/** Whether the roots of the tails that a record names are those of its balances. */
function hasSameRoots(one: AccountLeaf, other: AccountLeaf): boolean {
  return one.tails.every((tail, i) => tail.root === other.tails[i]!.root);
}

/** A tail of its balances alone: the root that its record names is not trusted. */
function rebuilt(tail: MerkleTree<bigint>, empty: MerkleTree<bigint>): MerkleTree<bigint> {
  if (tail.isEmpty) return empty;
  let tree = empty;
  for (const [index, amount] of tail.entries()) tree = tree.set(index, amount);
  return tree;
}
