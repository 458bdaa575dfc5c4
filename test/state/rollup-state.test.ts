/** Accounts, balances and the address index of a state, and the state as a snapshot. */
import { expect } from "chai";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { type Preset, PRESETS } from "../../src/protocol/presets.ts";
import { EMPTY_ACCOUNT, newAccount } from "../../src/state/account.ts";
import type { HashMany } from "../../src/state/merkle-tree.ts";
import { createGenesisState, type LeafUpdate, RollupState } from "../../src/state/rollup-state.ts";
import { fromSnapshot, type StateSnapshot, toSnapshot } from "../../src/state/snapshot.ts";
import { climb, hashWords } from "../helpers/climb.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";

const preset = PRESETS.minimal;
const FEE_ACCOUNT_ADDRESS = 0xfeen;

function genesis(): RollupState {
  return createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
}

/** Hashes a list of equal children. */
function hashOfEqual(child: bigint): bigint {
  return poseidon(new Array<bigint>(8).fill(child));
}

/** The root of a tree of zeros. */
function zeroRoot(levels: number): bigint {
  return levels === 0 ? 0n : hashOfEqual(zeroRoot(levels - 1));
}

/** The hash of a leaf without an account, from the words of the protocol. */
function emptyLeafHash({ tailLevels }: Preset): bigint {
  const tails = new Array<bigint>(4).fill(zeroRoot(tailLevels));
  return poseidon([0n, 0n, 0n, 0n, ...tails, ...new Array<bigint>(8).fill(0n)]);
}

/** Creates a function that hashes and counts lists per call. */
function counting(): { hashMany: HashMany; calls: (readonly [width: number, count: number])[] } {
  const calls: (readonly [number, number])[] = [];
  const hashMany: HashMany = (lists) => {
    calls.push([lists[0]!.length, lists.length]);
    expect(lists.every(({ length }) => length === lists[0]!.length)).to.equal(true);
    return Promise.resolve(lists.map(poseidon));
  };
  return { hashMany, calls };
}

describe("RollupState", () => {
  const random = createRandom();

  /** Creates a state with `count` random accounts besides the fee account, at random ids. */
  function randomState(count: number): RollupState {
    const ids = random.shuffle(Array.from({ length: 63 }, (_, i) => i + 1)).slice(0, count);
    return ids.reduce((state, id) => {
      const account = { ...newAccount(random.bigint(160)), nonce: random.int(2 ** 32) };
      return state
        .update(id, random.int(32), { account, balance: random.bigint(128) })
        .update(id, random.int(32), { balance: random.bigint(64) });
    }, genesis());
  }

  it("starts with an empty fee account", () => {
    const state = genesis();
    expect(state.account(0)).to.deep.equal(newAccount(FEE_ACCOUNT_ADDRESS));
    expect(state.account(1)).to.deep.equal(EMPTY_ACCOUNT);
    expect([...state.accounts()]).to.have.length(1);
    expect(state.nextAccountId).to.equal(1);
    expectCode("FEE_ACCOUNT_ADDRESS_ZERO", () =>
      createGenesisState(preset, { feeAccountAddress: 0n }),
    );
  });

  it("hashes a leaf as Poseidon of nonce + 1, owner, key, 0, four tails and eight balances", () => {
    const account = { kind: 1, nonce: 7, address: 0xabcn, pubKeyHash: 5n };
    const state = RollupState.empty(preset)
      .update(9, 2, { account, balance: 100n })
      .update(9, 7, { balance: 11n })
      .update(9, 26, { balance: 200n });
    const zeros = zeroRoot(1);
    const tail = poseidon([0n, 0n, 200n, 0n, 0n, 0n, 0n, 0n]);
    const balances = [0n, 0n, 100n, 0n, 0n, 0n, 0n, 11n];
    const leaf = poseidon([8n, 0xabcn, 5n, 0n, zeros, zeros, zeros, tail, ...balances]);
    const emptyLeaf = emptyLeafHash(preset);
    const others = hashOfEqual(emptyLeaf);
    const node = poseidon(new Array<bigint>(8).fill(emptyLeaf).with(1, leaf));
    expect(state.root).to.equal(poseidon(new Array<bigint>(8).fill(others).with(1, node)));
    expect(state.leaf(9)).to.deep.equal({
      noncePlusOne: 8n,
      address: 0xabcn,
      pubKeyHash: 5n,
      reserved: 0n,
      tails: [zeros, zeros, zeros, tail],
      balances,
    });
  });

  for (const sizes of Object.values(PRESETS)) {
    it(`has a constant for an empty leaf, which is not 0 (${sizes.name})`, () => {
      const state = RollupState.empty(sizes);
      const hash = emptyLeafHash(sizes);
      let root = hash;
      for (let level = 0; level < sizes.stateTreeLevels; level++) root = hashOfEqual(root);
      expect(state.root).to.equal(root);
      expect(state.witness(3, 0).stateSiblings[0]).to.deep.equal(new Array(7).fill(hash));
      const { noncePlusOne, tails } = state.leaf(3);
      expect([noncePlusOne, ...tails]).to.deep.equal([
        0n,
        ...new Array<bigint>(4).fill(zeroRoot(sizes.tailLevels)),
      ]);
      // An account that is removed leaves an empty leaf behind.
      const opened = state.update(3, 9, { account: newAccount(1n), balance: 1n });
      const closed = opened.update(3, 9, { account: EMPTY_ACCOUNT, balance: 0n });
      expect(closed.root).to.equal(root);
      expect(opened.root).to.not.equal(root);
    });
  }

  it("distinguishes an account without owner, nonce and balances from an empty leaf", () => {
    const state = RollupState.empty(preset);
    expect(state.update(1, 0, { account: newAccount(0n) }).root).to.not.equal(state.root);
  });

  for (const sizes of Object.values(PRESETS)) {
    it(`keeps tokens from 8 on in tails by their id (${sizes.name}, ${random.title})`, () => {
      const size = 8 ** sizes.tailLevels;
      const capacity = 4 * size;
      const tokens = new Set([8, size - 1, size, 2 * size + 3, capacity - 1, 8 + random.int(size)]);
      const wide = [...tokens].filter((id) => id >= 8 && id < capacity).sort((a, b) => a - b);
      const account = newAccount(1n);
      let state = RollupState.empty(sizes).update(2, 5, { account, balance: 55n });
      for (const id of wide) state = state.update(2, id, { balance: BigInt(1000 + id) });
      const { tails, balances } = state.leaf(2);
      expect(balances).to.deep.equal([0n, 0n, 0n, 0n, 0n, 55n, 0n, 0n]);
      for (const id of wide) {
        const witness = state.witness(2, id);
        expect([witness.balance, witness.tailBalance]).to.deep.equal([
          BigInt(1000 + id),
          BigInt(1000 + id),
        ]);
        const root = climb(witness.tailBalance, id % size, witness.tailSiblings);
        expect(root).to.equal(tails[Math.floor(id / size)]);
        expect(witness.leaf.tails).to.deep.equal(tails);
      }
      expect([...state.balances(2)]).to.deep.equal([
        [5, 55n],
        ...wide.map((id) => [id, BigInt(1000 + id)]),
      ]);
      // The places of main tokens in the first tail stay 0.
      const main = state.witness(2, 5);
      expect([main.balance, main.tailBalance]).to.deep.equal([55n, 0n]);
      expect(main.tailSiblings).to.have.length(sizes.tailLevels);
      expect(climb(0n, 5, main.tailSiblings)).to.equal(tails[0]);
    });
  }

  it("proves a balance with its witness", () => {
    for (const tokenId of [2, 29]) {
      const state = genesis().update(9, tokenId, { account: newAccount(1n), balance: 100n });
      const { account, balance, leaf, stateSiblings } = state.witness(9, tokenId);
      expect(account).to.deep.equal(newAccount(1n));
      expect(balance).to.equal(100n);
      expect(climb(hashWords(leaf), 9, stateSiblings)).to.equal(state.root);
    }
  });

  for (const { sizes, levels } of [
    { sizes: PRESETS.minimal, levels: 2 },
    { sizes: PRESETS.dev, levels: 2 },
    { sizes: PRESETS.dev, levels: 3 },
    { sizes: PRESETS.dev, levels: 4 },
    { sizes: PRESETS.full, levels: 6 },
  ]) {
    it(`recomputes the root from cells (${sizes.name}, ${levels} levels, ${random.title})`, () => {
      let state = RollupState.empty(sizes);
      // One account above the levels in use, where the tree has room for one.
      const ids = Array.from({ length: 12 }, () => random.int(8 ** levels));
      if (levels < sizes.stateTreeLevels) ids.push(8 ** levels + random.int(8 ** levels));
      for (const id of ids) {
        const account = newAccount(random.bigint(160));
        state = state.update(id, random.int(32), { account, balance: random.bigint(128) });
      }
      const { cells, upperSiblings } = state.top(levels);
      expect(cells.map(({ length }) => length)).to.deep.equal(new Array(8).fill(8));
      expect(upperSiblings).to.have.length(sizes.stateTreeLevels - levels);
      const subtree = poseidon(cells.map((row) => poseidon(row)));
      expect(climb(subtree, 0, upperSiblings)).to.equal(state.root);

      const id = ids[0]!;
      const { leaf, stateSiblings } = state.witness(id, 0, levels);
      expect(stateSiblings).to.have.length(levels - 2);
      const cell = Math.floor(id / 8 ** (levels - 2));
      const expected = cells[Math.floor(cell / 8)]![cell % 8];
      expect(climb(hashWords(leaf), id, stateSiblings)).to.equal(expected);
    });
  }

  it("has no top without room for its cells, or above its root", () => {
    for (const levels of [1, 3]) expect(() => genesis().top(levels)).to.throw("Broken invariant");
  });

  it(`has the same root hashed level by level and node by node (${random.title})`, async () => {
    const states = [genesis()];
    const again = [genesis()];
    const update = (id: number, tokenId: number, change: LeafUpdate) =>
      [states, again].forEach((list) => list.push(list.at(-1)!.update(id, tokenId, change)));
    for (let step = 0; step < 20; step++) {
      const account = { ...newAccount(random.bigint(160)), nonce: step };
      const balance = random.pick([0n, random.bigint(128)]);
      update(random.int(64), random.int(32), { account, balance });
    }
    update(4, 30, { account: newAccount(1n), balance: 1n });
    update(3, 1, { account: EMPTY_ACCOUNT });
    const { hashMany, calls } = counting();
    await RollupState.hashAll(again, hashMany);
    expect(again.map(({ root }) => root)).to.deep.equal(states.map(({ root }) => root));
    // One call each for tails, leaves, and the two levels of accounts.
    expect(calls.map(([width]) => width)).to.deep.equal([8, 16, 8, 8]);
  });

  it("stores the hashes of hashAll, one for each node", async () => {
    const { hashMany, calls } = counting();
    const total = () => calls.reduce((sum, [, count]) => sum + count, 0);
    const state = genesis().update(1, 9, { account: newAccount(1n), balance: 5n });
    await RollupState.hashAll([state], hashMany);
    // A tail that is not empty, two leaves, their node, and the root.
    expect(calls).to.deep.equal([
      [8, 1],
      [16, 2],
      [8, 1],
      [8, 1],
    ]);
    const next = state.update(1, 2, { balance: 6n });
    await RollupState.hashAll([state, next, next], hashMany);
    // A main token changes no tail.
    expect(calls.slice(4)).to.deep.equal([
      [16, 1],
      [8, 1],
      [8, 1],
    ]);
    await RollupState.hashAll([state, next], hashMany);
    expect(total()).to.equal(8);
  });

  it("hashes no node of the state tree at or above a height, but all balances", async () => {
    const state = createGenesisState(PRESETS.dev, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    const next = state.update(600, 200, { account: newAccount(1n), balance: 5n });
    const { hashMany, calls } = counting();
    const hashedBelow = async (belowHeight?: number) => {
      calls.length = 0;
      await RollupState.hashAll([state, next], hashMany, { belowHeight });
      return [...calls];
    };
    const tail = [8, 1] as const;
    expect(await hashedBelow(0)).to.deep.equal([tail, tail]);
    expect(await hashedBelow(1)).to.deep.equal([[16, 2]]);
    expect(await hashedBelow(1)).to.deep.equal([]);
    expect(await hashedBelow(3)).to.deep.equal([
      [8, 2],
      [8, 2],
    ]);
    // The third level has two nodes, of which both states have the first; each has its own root.
    expect(await hashedBelow()).to.deep.equal([
      [8, 2],
      [8, 2],
    ]);
    const { leaf, stateSiblings } = next.witness(600, 200, 4);
    expect([leaf.tails.length, stateSiblings.length]).to.deep.equal([4, 2]);
  });

  it("shares the balances and tails of accounts that have none", () => {
    const state = genesis().update(1, 3, { account: newAccount(1n), balance: 5n });
    expect(state.leaf(0).balances).to.equal(state.leaf(2).balances);
    expect(state.leaf(0).balances).to.be.frozen;
    expect(state.leaf(1).balances).to.not.equal(state.leaf(0).balances);
    expect(genesis().account(0)).to.deep.equal(state.account(0));
    expect(state.update(0, 3, { balance: 1n }).account(0)).to.equal(state.account(0));
  });

  it(`finds accounts by address, also after a rollback (${random.title})`, () => {
    const addresses = Array.from({ length: 6 }, () => random.bigint(160));
    // Addresses that share many low digits lie deep in the index.
    addresses.push(addresses[0]! ^ (1n << 159n), addresses[0]! ^ (1n << 80n));
    const history = [genesis()];
    for (let step = 0; step < 150; step++) {
      const before = random.pick(history);
      const pubKeyHash = random.pick([0n, 0n, 1n, 2n]);
      const opened = { ...newAccount(random.pick(addresses)), pubKeyHash };
      const account = random.int(4) === 0 ? EMPTY_ACCOUNT : opened;
      history.push(before.update(random.int(64), 0, { account }));
    }
    for (const state of history) {
      const accounts = [...state.accounts()];
      for (const address of [...addresses, FEE_ACCOUNT_ADDRESS]) {
        const owned = accounts.filter(([, account]) => account.address === address);
        const active = owned.filter(([, { pubKeyHash }]) => pubKeyHash !== 0n);
        expect(state.accountIdOf(address)).to.equal([...active, ...owned][0]?.[0]);
        expect(state.accountIdsOf(address)).to.deep.equal(owned.map(([id]) => id));
      }
      const used = new Set(accounts.map(([id]) => id));
      const free = Array.from({ length: 65 }, (_, id) => id).find((id) => !used.has(id));
      expect(state.nextAccountId).to.equal(free);
    }
  });

  it("prefers an account with a signing key over an older one without", () => {
    const [address, other] = [77n, 78n];
    const active = { ...newAccount(address), pubKeyHash: 5n };
    const opened = [2, 5, 9].reduce(
      (state, id) => state.update(id, 0, { account: newAccount(address) }),
      genesis().update(1, 0, { account: { ...newAccount(other), pubKeyHash: 5n } }),
    );
    expect(opened.accountIdOf(address)).to.equal(2);
    const second = opened.update(9, 0, { account: active });
    expect(second.accountIdOf(address)).to.equal(9);
    const both = second.update(5, 0, { account: active });
    expect(both.accountIdOf(address)).to.equal(5);
    expect(second.accountIdOf(address)).to.equal(9);
    expect(both.update(5, 3, { balance: 1n }).accountIdOf(address)).to.equal(5);
    expect(both.accountIdsOf(address)).to.deep.equal([2, 5, 9]);
    expect(both.accountIdsOf(999n)).to.deep.equal([]);
    expect(fromSnapshot(both.preset, toSnapshot(both)).accountIdOf(address)).to.equal(5);
  });

  it("has a root that depends only on its contents", () => {
    const ids = random.shuffle(Array.from({ length: 20 }, (_, i) => i + 1));
    const fill = (state: RollupState, id: number) =>
      state.update(id, id, { account: newAccount(BigInt(id)), balance: BigInt(id) });
    const direct = ids.reduce(fill, genesis());
    const detour = ids.toReversed().reduce((state, id) => {
      const emptied = fill(state, id).update(id, id, { account: EMPTY_ACCOUNT, balance: 0n });
      return fill(emptied.update(id, 0, { balance: 1n }).update(id, 0, { balance: 0n }), id);
    }, genesis());
    expect(detour.root).to.equal(direct.root);
  });

  it("returns the capacity as next id when the tree is full", () => {
    let state = genesis();
    for (let id = 1; id < 64; id++)
      state = state.update(id, 0, { account: newAccount(BigInt(id)) });
    expect(state.nextAccountId).to.equal(64);
    expect(state.update(30, 0, { account: EMPTY_ACCOUNT }).nextAccountId).to.equal(30);
  });

  it("refuses ids outside its trees", () => {
    for (const id of [-1, 64, 1.5, NaN]) {
      expectCode("ACCOUNT_ID_OUT_OF_RANGE", () => genesis().account(id));
      expectCode("ACCOUNT_ID_OUT_OF_RANGE", () => genesis().update(id, 0, {}));
    }
    for (const tokenId of [-1, 32, 1.5, NaN]) {
      expectCode("TOKEN_ID_OUT_OF_RANGE", () => genesis().balance(0, tokenId));
      expectCode("TOKEN_ID_OUT_OF_RANGE", () => genesis().update(0, tokenId, {}));
      expectCode("TOKEN_ID_OUT_OF_RANGE", () => genesis().witness(0, tokenId));
    }
  });

  it(`loads from a snapshot, and refuses a damaged one (${random.title})`, () => {
    const state = randomState(8);
    const snapshot = JSON.parse(JSON.stringify(toSnapshot(state))) as StateSnapshot;
    const loaded = fromSnapshot(preset, snapshot);
    expect(loaded.root).to.equal(state.root);
    expect(toSnapshot(loaded)).to.deep.equal(snapshot);
    expectCode("SNAPSHOT_PRESET_MISMATCH", () => fromSnapshot(PRESETS.dev, snapshot));
    const accounts = snapshot.accounts.slice(1);
    expectCode("SNAPSHOT_ROOT_MISMATCH", () => fromSnapshot(preset, { ...snapshot, accounts }));
    const bad = [{ ...snapshot.accounts[0]!, id: 64 }];
    expectCode("SNAPSHOT_MALFORMED", () => fromSnapshot(preset, { ...snapshot, accounts: bad }));
    expectCode("SNAPSHOT_MALFORMED", () => fromSnapshot(preset, { ...snapshot, root: "x" }));
  });
});
