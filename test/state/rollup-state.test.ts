/** Accounts, balances and the address index of a state, and the state as a snapshot. */
import { expect } from "chai";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { EMPTY_ACCOUNT, newAccount } from "../../src/state/account.ts";
import { createGenesisState, type LeafUpdate, RollupState } from "../../src/state/rollup-state.ts";
import { fromSnapshot, type StateSnapshot, toSnapshot } from "../../src/state/snapshot.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";

const preset = PRESETS.minimal;
const FEE_ACCOUNT_ADDRESS = 0xfeen;

function genesis(): RollupState {
  return createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
}

describe("RollupState", () => {
  const random = createRandom();

  /** Creates a state with `count` random accounts besides the fee account, at random ids. */
  function randomState(count: number): RollupState {
    const ids = random.shuffle(Array.from({ length: 63 }, (_, i) => i + 1)).slice(0, count);
    return ids.reduce((state, id) => {
      const account = { ...newAccount(random.bigint(160)), nonce: random.int(2 ** 32) };
      return state
        .update(id, random.int(8), { account, balance: random.bigint(128) })
        .update(id, random.int(8), { balance: random.bigint(64) });
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

  it("hashes an account as Poseidon(meta, pubKeyHash, balanceRoot), an empty leaf as 0", () => {
    const account = { kind: 1, nonce: 7, address: 0xabcn, pubKeyHash: 5n };
    const state = RollupState.empty(preset).update(9, 2, { account, balance: 100n });
    const balanceRoot = poseidon([0n, 0n, 100n, 0n, 0n, 0n, 0n, 0n]);
    const leaf = poseidon([(1n << 192n) + (7n << 160n) + 0xabcn, 5n, balanceRoot]);
    const empty = poseidon(new Array<bigint>(8).fill(0n));
    const node = poseidon([0n, leaf, 0n, 0n, 0n, 0n, 0n, 0n]);
    expect(state.root).to.equal(poseidon([empty, node, empty, empty, empty, empty, empty, empty]));
  });

  it("proves a balance with its witness", () => {
    const state = genesis().update(9, 2, { account: newAccount(1n), balance: 100n });
    const { account, balance, stateSiblings, tokenSiblings } = state.witness(9, 2);
    expect(account).to.deep.equal(newAccount(1n));
    expect(balance).to.equal(100n);
    const balanceRoot = poseidon(tokenSiblings[0]!.toSpliced(2, 0, balance));
    const leaf = poseidon([(1n << 192n) + 1n, 0n, balanceRoot]);
    const node = poseidon(stateSiblings[0]!.toSpliced(1, 0, leaf));
    expect(poseidon(stateSiblings[1]!.toSpliced(1, 0, node))).to.equal(state.root);
  });

  it(`has the same root hashed level by level and node by node (${random.title})`, async () => {
    const states = [genesis()];
    const again = [genesis()];
    const update = (id: number, tokenId: number, change: LeafUpdate) =>
      [states, again].forEach((list) => list.push(list.at(-1)!.update(id, tokenId, change)));
    for (let step = 0; step < 20; step++) {
      const account = { ...newAccount(random.bigint(160)), nonce: step };
      const balance = random.pick([0n, random.bigint(128)]);
      update(random.int(64), random.int(8), { account, balance });
    }
    update(3, 1, { account: EMPTY_ACCOUNT });
    const counts: number[] = [];
    await RollupState.hashAll(again, (lists) => {
      counts.push(lists.length);
      return Promise.resolve(lists.map(poseidon));
    });
    expect(again.map(({ root }) => root)).to.deep.equal(states.map(({ root }) => root));
    // One call each for balances, leaves, and the two levels of accounts.
    expect(counts).to.have.length(4);
  });

  it("stores the hashes of hashAll, one for each node", async () => {
    let lists = 0;
    const count = (some: readonly unknown[]) => Promise.resolve(some.map(() => BigInt(++lists)));
    const state = genesis().update(1, 2, { account: newAccount(1n), balance: 5n });
    await RollupState.hashAll([state], count);
    // A balance tree that is not empty, two leaves, their node, and the root, which is the last.
    expect([lists, state.root]).to.deep.equal([5, 5n]);
    const next = state.update(1, 2, { balance: 6n });
    await RollupState.hashAll([state, next, next], count);
    expect([lists, next.root, state.root]).to.deep.equal([9, 9n, 5n]);
    await RollupState.hashAll([state, next], count);
    expect(lists).to.equal(9);
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
      state.update(id, id % 8, { account: newAccount(BigInt(id)), balance: BigInt(id) });
    const direct = ids.reduce(fill, genesis());
    const detour = ids.toReversed().reduce((state, id) => {
      const emptied = fill(state, id).update(id, id % 8, { account: EMPTY_ACCOUNT, balance: 0n });
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
    for (const tokenId of [-1, 8, 1.5, NaN]) {
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
