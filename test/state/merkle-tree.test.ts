/**
 * The persistent tree against a reference that hashes an array of all leaves.
 */
import { expect } from "chai";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { type HashMany, MerkleTree } from "../../src/state/merkle-tree.ts";
import { createRandom } from "../helpers/random.ts";

/** Computes all levels of the tree over `leaves`, leaf level first. */
function hashLevels(leaves: readonly bigint[], arity: number): bigint[][] {
  if (leaves.length === 1) return [[...leaves]];
  const parents = Array.from({ length: leaves.length / arity }, (_, i) =>
    poseidon(leaves.slice(arity * i, arity * (i + 1))),
  );
  return [[...leaves], ...hashLevels(parents, arity)];
}

/** The shape of a tree whose leaves are their own hashes. */
function shapeOf(arity: number, levels: number, emptyLeafHash = 0n) {
  return { arity, levels, hashLeaf: (leaf: bigint) => leaf, emptyLeafHash };
}

function siblingsOf(levels: readonly bigint[][], index: number, arity: number): bigint[][] {
  return levels.slice(0, -1).map((level, height) => {
    const child = Math.floor(index / arity ** height);
    const first = child - (child % arity);
    return level.slice(first, first + arity).toSpliced(child - first, 1);
  });
}

describe("MerkleTree", () => {
  const random = createRandom();

  for (const { arity, levels, emptyLeafHash } of [
    { arity: 2, levels: 4, emptyLeafHash: 0n },
    { arity: 8, levels: 1, emptyLeafHash: 7n },
    { arity: 8, levels: 2, emptyLeafHash: random.field() },
  ]) {
    it(`equals the naive ${arity}-ary tree of ${levels} levels (${random.title})`, () => {
      const capacity = arity ** levels;
      const reference = new Array<bigint | undefined>(capacity).fill(undefined);
      let tree = MerkleTree.empty(shapeOf(arity, levels, emptyLeafHash));
      expect(tree.capacity).to.equal(capacity);
      for (let step = 0; step < 25; step++) {
        const index = random.int(capacity);
        const leaf = random.int(4) === 0 ? undefined : random.field();
        reference[index] = leaf;
        tree = tree.set(index, leaf);
        if (step % 5 > 0) continue;
        const hashes = hashLevels(
          reference.map((value) => value ?? emptyLeafHash),
          arity,
        );
        const probe = random.int(capacity);
        const siblings = siblingsOf(hashes, probe, arity);
        expect(tree.siblings(probe)).to.deep.equal(siblings);
        expect(tree.root).to.equal(hashes.at(-1)![0]);
        expect(tree.get(probe)).to.equal(reference[probe]);
        for (let height = 0; height <= levels; height++) {
          expect(tree.nodes(height, hashes[height]!.length)).to.deep.equal(hashes[height]);
          expect(tree.siblings(probe, { below: height })).to.deep.equal(siblings.slice(0, height));
          expect(tree.siblings(probe, { from: height })).to.deep.equal(siblings.slice(height));
        }
      }
      const entries = [...reference.entries()].filter(([, leaf]) => leaf !== undefined);
      expect([...tree.entries()]).to.deep.equal(entries);
    });
  }

  it("is the empty tree again when its last leaf is removed", () => {
    const empty = MerkleTree.empty(shapeOf(8, 2, 5n));
    const { root } = empty;
    const removed = empty.set(9, 1n).set(60, 2n).set(9, undefined).set(60, undefined);
    expect(removed.isHashed).to.equal(true);
    expect(removed.root).to.equal(root);
  });

  it("hashes nothing at or above the height that siblings end below", async () => {
    const tree = MerkleTree.empty(shapeOf(8, 3)).set(100, 1n).set(511, 2n);
    const heights: number[] = [];
    const hashMany: HashMany = (lists) => {
      heights.push(lists.length);
      return Promise.resolve(lists.map(poseidon));
    };
    const hashLeaves = (leaves: readonly bigint[]) => Promise.resolve([...leaves]);
    tree.siblings(100, { below: 1 });
    expect(tree.isHashed).to.equal(false);
    await MerkleTree.hashAll([tree], { hashMany, hashLeaves, belowHeight: 2 });
    // Only the parents of the two leaves; their parents and the root remain.
    expect(heights).to.deep.equal([2]);
    await MerkleTree.hashAll([tree], { hashMany, hashLeaves });
    expect(heights).to.deep.equal([2, 2, 1]);
    expect(tree.isHashed).to.equal(true);
  });

  it("leaves earlier trees unchanged", () => {
    const shape = shapeOf(8, 2);
    const history = [MerkleTree.empty<bigint>(shape)];
    for (let i = 0; i < 10; i++) history.push(history.at(-1)!.set(random.int(64), BigInt(i + 1)));
    const roots = history.map((tree) => tree.root);
    history.at(-1)!.set(0, 99n);
    const contents = history.map((tree) => [...tree.entries()]);
    for (const [i, entries] of contents.entries()) {
      const rebuilt = entries.reduce(
        (tree, [index, leaf]) => tree.set(index, leaf),
        MerkleTree.empty<bigint>(shape),
      );
      expect(rebuilt.root).to.equal(roots[i]);
    }
  });

  it("hashes only when a root is read, and then each changed node once", () => {
    let leafHashes = 0;
    const hashLeaf = (leaf: bigint) => {
      leafHashes++;
      return leaf;
    };
    let tree = MerkleTree.empty<bigint>({ ...shapeOf(8, 2), hashLeaf });
    for (let i = 0; i < 64; i++) tree = tree.set(i, BigInt(i));
    expect(leafHashes).to.equal(0);
    expect(tree.root).to.equal(tree.root);
    expect(leafHashes).to.equal(64);
    expect(tree.set(7, 1n).root).to.not.equal(tree.root);
    expect(leafHashes).to.equal(65);
  });

  it("refuses an index outside the tree", () => {
    const tree = MerkleTree.empty(shapeOf(8, 1));
    for (const index of [-1, 8, 0.5, 2 ** 32]) {
      expect(() => tree.get(index)).to.throw("Broken invariant");
      expect(() => tree.set(index, 1n)).to.throw("Broken invariant");
    }
  });
});
