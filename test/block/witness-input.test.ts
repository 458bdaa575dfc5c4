/** The inputs of block circuits: what each signal holds, and that the roots follow from them. */
import { expect } from "chai";
import type { AppliedBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { type BlockWitnessInput, createBlockWitnessInput } from "../../src/block/witness-input.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { type BlockKind, blockKindName } from "../../src/protocol/kinds.ts";
import { type Preset, PRESETS, tokenCapacity } from "../../src/protocol/presets.ts";
import type { LeafWitness } from "../../src/state/leaf.ts";
import type { Siblings } from "../../src/state/rollup-state.ts";
import { climb, hashWords } from "../helpers/climb.ts";
import {
  FUNDS,
  fundedState,
  type HandMadeTransfer,
  transferBlock,
} from "../helpers/hand-made-block.ts";
import { createRandom } from "../helpers/random.ts";

const DOMAIN = 77n;
const MAIN: BlockKind = { slots: 4, levels: 3, tokens: "main" };
const WIDE: BlockKind = { slots: 4, levels: 4, tokens: "wide" };

function inputOf(applied: AppliedBlock): BlockWitnessInput {
  return createBlockWitnessInput(applied, commitBlock(applied, DOMAIN));
}

/** The leaf of a slot's branch. */
function leafOf(input: BlockWitnessInput, slot: number, branch: number): LeafWitness {
  return {
    noncePlusOne: input.noncePlusOne[slot]![branch]!,
    address: input.accountAddress[slot]![branch]!,
    pubKeyHash: input.pubKeyHash[slot]![branch]!,
    reserved: input.reserved[slot]![branch]!,
    tails: input.tails[slot]![branch]!,
    balances: input.balances[slot]![branch]!,
  };
}

function feeLeafOf(input: BlockWitnessInput): LeafWitness {
  return {
    noncePlusOne: input.feeNoncePlusOne,
    address: input.feeAddress,
    pubKeyHash: input.feePubKeyHash,
    reserved: input.feeReserved,
    tails: input.feeTails,
    balances: input.feeBalances,
  };
}

/** The cells of a block while it is proven. */
class Cells {
  readonly #cells: bigint[][];
  readonly #height: number;

  constructor(cells: readonly (readonly bigint[])[], { levels }: BlockKind) {
    this.#cells = cells.map((row) => [...row]);
    this.#height = levels - 2;
  }

  /** Replaces a leaf, as the circuit does: checks the old one first. */
  replace(accountId: number, siblings: Siblings, before: LeafWitness, after: LeafWitness): void {
    const cell = Math.floor(accountId / 8 ** this.#height);
    const row = this.#cells[Math.floor(cell / 8)]!;
    expect(siblings).to.have.length(this.#height);
    expect(climb(hashWords(before), accountId, siblings)).to.equal(row[cell % 8]);
    row[cell % 8] = climb(hashWords(after), accountId, siblings);
  }

  root(upperSiblings: Siblings): bigint {
    return climb(poseidon(this.#cells.map((row) => poseidon(row))), 0, upperSiblings);
  }
}

/** The shape of nested lists: the length at each depth, all lists of one depth being alike. */
function shapeOf(value: unknown): number[] {
  if (!Array.isArray(value)) return [];
  const shapes = value.map(shapeOf);
  for (const shape of shapes) expect(shape).to.deep.equal(shapes[0]);
  return [value.length, ...(shapes[0] ?? [])];
}

describe("witness of a block", () => {
  const random = createRandom();

  /** Transfers between random accounts, with fees in at most two of the tokens. */
  function randomTransfers(accountIds: readonly number[], tokens: readonly number[]) {
    const feeTokens = tokens.slice(0, 2);
    return Array.from({ length: 4 }, (): HandMadeTransfer => {
      const tokenId = random.pick(tokens);
      const fee = feeTokens.includes(tokenId) ? BigInt(random.int(100)) : 0n;
      const amount = BigInt(random.int(1000));
      return { from: random.pick(accountIds), to: random.pick(accountIds), tokenId, amount, fee };
    });
  }

  const cases: { preset: Preset; kind: BlockKind; tokens: number[] }[] = [
    { preset: PRESETS.dev, kind: MAIN, tokens: [0, 3, 7] },
    { preset: PRESETS.dev, kind: WIDE, tokens: [8, 9, 0, 7, 64, 255] },
    { preset: PRESETS.minimal, kind: PRESETS.minimal.blockKinds[0]!, tokens: [0, 7] },
    { preset: PRESETS.minimal, kind: PRESETS.minimal.blockKinds[1]!, tokens: [8, 31, 1] },
    { preset: PRESETS.full, kind: PRESETS.full.blockKinds[3]!, tokens: [1, 600, 2047] },
  ];
  for (const { preset, kind, tokens } of cases) {
    const title = `${preset.name} ${blockKindName(kind)}, ${random.title}`;
    it(`leads from the old root to the new one (${title})`, () => {
      const ids = Array.from({ length: 5 }, () => 1 + random.int(8 ** kind.levels - 1));
      const state = fundedState(preset, { accountIds: ids, tokens });
      const transfers = randomTransfers([0, ...ids], tokens).slice(0, kind.slots);
      const applied = transferBlock(state, transfers, { kind, feeAccountId: random.pick(ids) });
      const { feeAccountId } = applied.block;
      const input = inputOf(applied);
      const cells = new Cells(input.cells, kind);
      expect(cells.root(input.upperSiblings)).to.equal(input.oldStateRoot);
      for (const [slot, { afterA, after }] of applied.slots.entries()) {
        for (const [branch, next] of [afterA, after].entries()) {
          const accountId = Number((branch === 0 ? input.accountA : input.accountB)[slot]);
          const leaf = leafOf(input, slot, branch);
          const siblings = input.stateSiblings[slot]![branch]!;
          cells.replace(accountId, siblings, leaf, next.leaf(accountId));
        }
      }
      const feeLeafAfter = applied.state.leaf(feeAccountId);
      cells.replace(feeAccountId, input.feeStateSiblings, feeLeafOf(input), feeLeafAfter);
      expect(cells.root(input.upperSiblings)).to.equal(input.newStateRoot);
    });
  }

  it("has the shapes of the circuit of a main kind, without tails", () => {
    const state = fundedState(PRESETS.dev, { accountIds: [1], tokens: [0] });
    const input = inputOf(transferBlock(state, [{ from: 1, to: 0, tokenId: 0, amount: 1n }]));
    expect(shapeOf(input.op)).to.deep.equal([MAIN.slots]);
    for (const perBranch of [input.noncePlusOne, input.reserved, input.tailBalance]) {
      expect(shapeOf(perBranch)).to.deep.equal([4, 2]);
    }
    expect(shapeOf(input.tails)).to.deep.equal([4, 2, 4]);
    expect(shapeOf(input.balances)).to.deep.equal([4, 2, 8]);
    expect(shapeOf(input.stateSiblings)).to.deep.equal([4, 2, 1, 7]);
    expect(shapeOf(input.tailSiblings)).to.deep.equal([4, 2, 0]);
    expect(shapeOf(input.cells)).to.deep.equal([8, 8]);
    expect(shapeOf(input.upperSiblings)).to.deep.equal([1, 7]);
    expect(shapeOf(input.feeStateSiblings)).to.deep.equal([1, 7]);
    expect(shapeOf(input.feeTailSiblings)).to.deep.equal([2, 0]);
    expect([input.feeTails.length, input.feeBalances.length]).to.deep.equal([4, 8]);
  });

  it("has the shapes of the circuit of a wide kind, with tails", () => {
    const state = fundedState(PRESETS.dev, { accountIds: [1], tokens: [100] });
    const input = inputOf(transferBlock(state, [{ from: 1, to: 0, tokenId: 100, amount: 1n }]));
    expect(shapeOf(input.stateSiblings)).to.deep.equal([WIDE.slots, 2, 2, 7]);
    expect(shapeOf(input.tailSiblings)).to.deep.equal([4, 2, 2, 7]);
    expect(shapeOf(input.tailBalance)).to.deep.equal([4, 2]);
    expect(shapeOf(input.cells)).to.deep.equal([8, 8]);
    expect(shapeOf(input.upperSiblings)).to.deep.equal([0]);
    expect(shapeOf(input.feeStateSiblings)).to.deep.equal([2, 7]);
    expect(shapeOf(input.feeTailSiblings)).to.deep.equal([2, 2, 7]);
  });

  it("has no siblings below the cells of the two lowest levels", () => {
    const state = fundedState(PRESETS.minimal, { accountIds: [1], tokens: [0] });
    const input = inputOf(transferBlock(state, [{ from: 1, to: 0, tokenId: 0, amount: 1n }]));
    expect(shapeOf(input.stateSiblings)).to.deep.equal([2, 2, 0]);
    expect(input.feeStateSiblings).to.deep.equal([]);
    expect(input.cells.flat()[1]).to.equal(hashWords(state.leaf(1)));
  });

  it("proves the balance of a token in its tail, and that a main token has none there", () => {
    const preset = PRESETS.dev;
    const tailSize = tokenCapacity(preset) / 4;
    const tokens = [0, 9, tailSize + 1, 255];
    const state = fundedState(preset, { accountIds: [1, 600], tokens });
    const transfers = tokens.map((tokenId) => ({ from: 600, to: 1, tokenId, amount: 5n }));
    const input = inputOf(transferBlock(state, transfers));
    for (const [slot, tokenId] of tokens.entries()) {
      for (const branch of [0, 1]) {
        const amount = input.tailBalance[slot]![branch]!;
        expect(amount).to.equal(tokenId < 8 ? 0n : FUNDS);
        const root = climb(amount, tokenId % tailSize, input.tailSiblings[slot]![branch]!);
        expect(root).to.equal(input.tails[slot]![branch]![Math.floor(tokenId / tailSize)]);
      }
    }
  });

  it("shows B of a transfer to oneself with the nonce and balance after A", () => {
    for (const tokenId of [3, 40]) {
      const state = fundedState(PRESETS.dev, { accountIds: [5], tokens: [tokenId] });
      const applied = transferBlock(state, [{ from: 5, to: 5, tokenId, amount: 10n, fee: 2n }]);
      const input = inputOf(applied);
      const [a, b] = [leafOf(input, 0, 0), leafOf(input, 0, 1)];
      expect([a.noncePlusOne, b.noncePlusOne]).to.deep.equal([1n, 2n]);
      expect(b).to.deep.equal(applied.slots[0]!.afterA.leaf(5));
      const held = [0, 1].map((branch) =>
        tokenId < 8 ? input.balances[0]![branch]![tokenId] : input.tailBalance[0]![branch],
      );
      expect(held).to.deep.equal([FUNDS, FUNDS - 12n]);
      expect(applied.state.balance(5, tokenId)).to.equal(FUNDS - 2n);
    }
  });

  it("shows the fee account after all slots and before any fee", () => {
    const state = fundedState(PRESETS.dev, { accountIds: [3], tokens: [0, 1] });
    const transfers = [
      { from: 3, to: 0, tokenId: 0, amount: 100n, fee: 7n },
      { from: 0, to: 3, tokenId: 1, amount: 30n, fee: 5n },
    ];
    const input = inputOf(transferBlock(state, transfers));
    expect(input.feeToken).to.deep.equal([0n, 1n]);
    expect(input.feeTokenIndex).to.deep.equal([0n, 1n, 0n, 0n]);
    expect([input.feeNoncePlusOne, input.feeAddress]).to.deep.equal([2n, 0xfeen]);
    const balances = [FUNDS + 100n, FUNDS - 35n, 0n, 0n, 0n, 0n, 0n, 0n];
    expect(input.feeBalances).to.deep.equal(balances);
    expect(input.feeTailBalance).to.deep.equal([0n, 0n]);
  });

  it("shows each fee token's tail after the credits of the tokens before it", () => {
    const state = fundedState(PRESETS.dev, { accountIds: [3], tokens: [8, 9] });
    const transfers = [
      { from: 3, to: 0, tokenId: 8, amount: 100n, fee: 7n },
      { from: 3, to: 3, tokenId: 9, amount: 0n, fee: 5n },
    ];
    const applied = transferBlock(state, transfers);
    const input = inputOf(applied);
    expect(input.feeToken).to.deep.equal([8n, 9n]);
    expect(input.feeTailBalance).to.deep.equal([FUNDS + 100n, FUNDS]);
    const [first, second] = input.feeTailSiblings;
    expect(climb(FUNDS + 100n, 8, first!)).to.equal(input.feeTails[0]);
    // Both tokens are in the first tail, so the second path starts from the first one's new root.
    expect(climb(FUNDS, 9, second!)).to.equal(climb(FUNDS + 107n, 8, first!));
    expect(climb(FUNDS + 5n, 9, second!)).to.equal(applied.state.leaf(0).tails[0]);
  });
});
