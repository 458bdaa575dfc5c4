/** States whose accounts are in pages against states of objects alone. */
import { expect } from "chai";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { type Account, EMPTY_ACCOUNT, newAccount } from "../../src/state/account.ts";
import { AddressTable } from "../../src/state/address-table.ts";
import type { PageBytes } from "../../src/state/load-pages.ts";
import type { HashMany } from "../../src/state/merkle-tree.ts";
import { createGenesisState, type LeafUpdate, RollupState } from "../../src/state/rollup-state.ts";
import { createRandom } from "../helpers/random.ts";

const preset = PRESETS.dev;
/** Accounts of these tests: three pages next to each other, and one far away. */
const IDS = [...Array.from({ length: 192 }, (_, id) => id), 4030, 4031, 4095];
const TOKENS = [0, 1, 7, 8, 63, 64, 200, 255];
const crypto = createBatchCrypto(0);
const hashMany: HashMany = (lists) => Promise.resolve(lists.map(poseidon));

/** A state of objects alone, and one with the same contents. */
type Pair = readonly [plain: RollupState, compact: RollupState];

function compact(state: RollupState, steps = Infinity): void {
  const generator = state.compaction();
  for (let step = 0; step < steps; step++) if (generator.next().done) return;
}

function contentsOf(state: RollupState): unknown {
  const accounts = Array.from(state.accounts(), ([id, account]) => {
    return [id, account, [...state.balances(id)]] as const;
  });
  return { accounts, nextAccountId: state.nextAccountId };
}

/** The pages of a state as a snapshot has them. */
function bytesOf(state: RollupState): PageBytes[] {
  return Array.from(state.pages(), ([index, page]) => [index, page.bytes.slice()] as const);
}

describe("compaction of a state", () => {
  const random = createRandom();

  function genesis(): RollupState {
    return createGenesisState(preset, { feeAccountAddress: 0xfeen });
  }

  function randomAccount(addresses: readonly bigint[]): Account {
    if (random.int(10) === 0) return EMPTY_ACCOUNT;
    const pubKeyHash = random.pick([0n, random.field()]);
    return { ...newAccount(random.pick(addresses)), nonce: random.int(2 ** 32), pubKeyHash };
  }

  function expectSame([plain, compacted]: Pair, addresses: readonly bigint[]): void {
    expect(compacted.root).to.equal(plain.root);
    for (const id of [random.pick(IDS), 4095, 2000]) {
      const tokenId = random.pick(TOKENS);
      expect(compacted.witness(id, tokenId)).to.deep.equal(plain.witness(id, tokenId));
    }
    expect(compacted.top(3)).to.deep.equal(plain.top(3));
    for (const address of addresses) {
      expect(compacted.accountIdsOf(address)).to.deep.equal(plain.accountIdsOf(address));
      expect(compacted.accountIdOf(address)).to.equal(plain.accountIdOf(address));
    }
    expect(contentsOf(compacted)).to.deep.equal(contentsOf(plain));
  }

  it(`changes no state, of any age, on any branch (${random.title})`, async () => {
    const addresses = Array.from({ length: 12 }, () => random.bigint(160));
    const pairs: Pair[] = [[genesis(), genesis()]];
    let open: Generator<void> | undefined;
    for (let step = 0; step < 400; step++) {
      // Mostly the newest; sometimes one from long ago, from which a branch begins.
      const [plain, compacted] = random.int(8) === 0 ? random.pick(pairs) : pairs.at(-1)!;
      const account = random.int(3) === 0 ? { nonce: step } : randomAccount(addresses);
      const balance = random.pick([0n, 1n, random.bigint(128), 2n ** 128n - 1n]);
      const args: [number, number, LeafUpdate] = [
        random.pick(IDS),
        random.pick(TOKENS),
        { account, balance },
      ];
      pairs.push([plain.update(...args), compacted.update(...args)]);
      // Steps of one compaction come between updates, and beside those of others.
      open?.next();
      if (step % 25 === 0) {
        const some = [random.pick(pairs)[1], pairs.at(-1)![1]];
        const hashing = RollupState.hashAll(some, hashMany);
        compact(some[0]!, random.int(3));
        await hashing;
        for (const state of some) compact(state, random.pick([1, Infinity]));
        open = random.pick(pairs)[1].compaction();
      }
    }
    for (const pair of random.shuffle([...pairs]).slice(0, 25)) {
      expectSame(pair, addresses);
      compact(pair[1]);
      expectSame(pair, addresses);
    }
  });

  it(`loads from its pages (${random.title})`, async () => {
    const addresses = [random.bigint(160), 2n ** 160n - 1n, 0n];
    let state = genesis();
    for (const id of IDS) {
      const account = randomAccount(addresses);
      for (const tokenId of [random.pick(TOKENS), random.pick(TOKENS)]) {
        state = state.update(id, tokenId, { account, balance: random.bigint(128) });
      }
    }
    const { root } = state;
    for (const hashing of [crypto, createBatchCrypto(1)]) {
      const loaded = await RollupState.fromPages(preset, bytesOf(state), hashing);
      expectSame([state, loaded], addresses);
      for await (const damaged of loaded.findDamage(hashing.hashMany)) {
        expect(damaged).to.equal(undefined);
      }
      const args = [4031, 200, { balance: 7n }] as const;
      expect(loaded.update(...args).root).to.equal(state.update(...args).root);
      expect(loaded.root).to.equal(root);
      await hashing.close();
    }
    const empty = await RollupState.fromPages(preset, [], crypto);
    expect(empty.root).to.equal(RollupState.empty(preset).root);
  });

  it(`finds every damage of a page (${random.title})`, async () => {
    let state = genesis();
    for (const id of [0, 1, 5, 63]) {
      const account = { ...newAccount(random.bigint(160)), nonce: 1, pubKeyHash: random.field() };
      state = state.update(id, 200, { account, balance: random.bigint(100) });
      state = state.update(id, 3, { balance: random.bigint(100) });
    }
    const { root } = state;
    const [[index, bytes]] = bytesOf(state) as [PageBytes];
    const isSeen = async (damaged: Uint8Array<ArrayBuffer>): Promise<boolean> => {
      try {
        const loaded = await RollupState.fromPages(preset, [[index, damaged]], crypto);
        if (loaded.root !== root) return true;
        for await (const found of loaded.findDamage(crypto.hashMany)) {
          if (found !== undefined) return true;
        }
        return false;
      } catch {
        return true;
      }
    };
    const hashedAnyway = { from: 64 * 32, to: 73 * 32 };
    const places = [0, 5 * 32 + 31, 64 * 32, 72 * 32, 73 * 32, bytes.length - 1];
    const record = 73 * 32 + 65 * 4;
    // Of the first record: the account, a main balance, the root of a tail, a balance in it.
    for (let byte = 0; byte < 124; byte += 6) places.push(record + byte);
    for (let i = 0; i < 12; i++) places.push(random.int(bytes.length));
    for (const place of places) {
      const damaged = bytes.slice();
      damaged[place]! ^= 1 << random.int(8);
      const isReplaced = place >= hashedAnyway.from && place < hashedAnyway.to;
      expect(await isSeen(damaged), `byte ${place} of ${bytes.length}`).to.equal(!isReplaced);
    }
    expect(await isSeen(bytes.slice(0, -1))).to.equal(true);
    expect(await isSeen(bytes.slice(0, 100))).to.equal(true);
    expect(await isSeen(bytes.slice())).to.equal(false);
  });
});

describe("AddressTable", () => {
  it("returns all ids of an address, and each once", () => {
    const random = createRandom();
    const table = new AddressTable();
    const expected = new Map<bigint, Set<number>>();
    const addresses = Array.from({ length: 700 }, () => random.bigint(160));
    for (let id = 0; id < 3000; id++) {
      const address = random.pick(addresses);
      table.add(address, id);
      table.add(address, id);
      expected.set(address, (expected.get(address) ?? new Set()).add(id));
    }
    expect(table.size).to.equal(3000);
    for (const [address, ids] of expected) {
      expect(table.candidates(address)).to.have.members([...ids]);
    }
    expect(table.candidates(random.bigint(160))).to.deep.equal([]);
  });
});
