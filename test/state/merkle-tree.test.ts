/**
 * The persistent tree against a reference that hashes an array of all leaves.
 */
import { expect } from "chai";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { MerkleTree } from "../../src/state/merkle-tree.ts";
import { createRandom } from "../helpers/random.ts";

/** Computes all levels of the tree over `leaves`, leaf level first. */
function hashLevels(leaves: readonly bigint[], arity: number): bigint[][] {
  if (leaves.length === 1) return [[...leaves]];
  const parents = Array.from({ length: leaves.length / arity }, (_, i) =>
    poseidon(leaves.slice(arity * i, arity * (i + 1))),
  );
  return [[...leaves], ...hashLevels(parents, arity)];
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

  for (const { arity, levels } of [
    { arity: 2, levels: 4 },
    { arity: 8, levels: 1 },
    { arity: 8, levels: 2 },
  ]) {
    it(`equals the naive ${arity}-ary tree of ${levels} levels (${random.title})`, () => {
      const capacity = arity ** levels;
      const reference = new Array<bigint>(capacity).fill(0n);
      let tree = MerkleTree.empty<bigint>({ arity, levels, hashLeaf: (leaf) => leaf });
      for (let step = 0; step < 25; step++) {
        const index = random.int(capacity);
        const leaf = random.int(4) === 0 ? undefined : random.field();
        reference[index] = leaf ?? 0n;
        tree = tree.set(index, leaf);
        if (step % 5 > 0) continue;
        const hashes = hashLevels(reference, arity);
        const probe = random.int(capacity);
        expect(tree.root).to.equal(hashes.at(-1)![0]);
        expect(tree.siblings(probe)).to.deep.equal(siblingsOf(hashes, probe, arity));
        expect(tree.get(probe) ?? 0n).to.equal(reference[probe]);
      }
      const entries = [...reference.entries()].filter(([, leaf]) => leaf !== 0n);
      expect([...tree.entries()]).to.deep.equal(entries);
    });
  }

  it("leaves earlier trees unchanged", () => {
    const shape = { arity: 8, levels: 2, hashLeaf: (leaf: bigint) => leaf };
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
    let tree = MerkleTree.empty<bigint>({ arity: 8, levels: 2, hashLeaf });
    for (let i = 0; i < 64; i++) tree = tree.set(i, BigInt(i));
    expect(leafHashes).to.equal(0);
    expect(tree.root).to.equal(tree.root);
    expect(leafHashes).to.equal(64);
    expect(tree.set(7, 1n).root).to.not.equal(tree.root);
    expect(leafHashes).to.equal(65);
  });

  it("refuses an index outside the tree", () => {
    const tree = MerkleTree.empty<bigint>({ arity: 8, levels: 1, hashLeaf: (leaf) => leaf });
    for (const index of [-1, 8, 0.5]) {
      expect(() => tree.get(index)).to.throw("Broken invariant");
      expect(() => tree.set(index, 1n)).to.throw("Broken invariant");
    }
  });
});
