/** Blocks: effects on the state, accepted operations, and conservation of value. */
import { expect } from "chai";
import {
  appendOperation,
  type AppliedBlock,
  applyBlock,
  applyPublicBlock,
  openBlock,
  sealBlock,
} from "../../src/block/block.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { PRESETS, tokenCapacity } from "../../src/protocol/presets.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorld, randomBlock, toPublic } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";

const DEPOSIT: Operation<"deposit"> = {
  type: "deposit",
  accountId: 1,
  tokenId: 0,
  owner: 5n,
  amount: 7n,
};

function supplyOf(state: RollupState): bigint[] {
  const supply = new Array<bigint>(tokenCapacity(state.preset)).fill(0n);
  for (const [accountId] of state.accounts()) {
    for (const [tokenId, amount] of state.balances(accountId)) supply[tokenId]! += amount;
  }
  return supply;
}

/** Deposits (refunded ones included) minus payouts, per token. */
function inflowOf({ block, state, payouts }: AppliedBlock): bigint[] {
  const inflow = new Array<bigint>(tokenCapacity(state.preset)).fill(0n);
  for (const operation of block.operations) {
    const isDeposited = operation.type === "deposit" || operation.type === "refund";
    if (isDeposited) inflow[operation.tokenId]! += operation.amount;
  }
  for (const { tokenId, amount } of payouts) inflow[tokenId]! -= amount;
  return inflow;
}

describe("blocks", () => {
  const random = createRandom();
  const world = createWorld(random, PRESETS.dev);
  const header = { blockNumber: 1, timestamp: 1000n, feeAccountId: 0 };

  it(`conserve the supply of every token (${random.title})`, () => {
    for (const preset of [PRESETS.minimal, PRESETS.dev]) {
      const { domain, state: start, ...rest } = createWorld(random, preset);
      let state = start;
      for (let round = 0; round < 15; round++) {
        const block = randomBlock({ ...rest, domain, state }, state);
        const applied = applyBlock(state, block, domain);
        const inflow = inflowOf(applied);
        const expected = supplyOf(state).map((amount, tokenId) => amount + inflow[tokenId]!);
        expect(supplyOf(applied.state)).to.deep.equal(expected);
        state = applied.state;
      }
    }
  });

  it(`have the same effect applied from public data alone (${random.title})`, () => {
    for (let round = 0; round < 5; round++) {
      const block = randomBlock(world, world.state);
      const { state, payouts } = applyBlock(world.state, block, world.domain);
      const operations = block.operations.map(toPublic);
      const applied = applyPublicBlock(world.state, { ...block, operations });
      expect(applied.state.root).to.equal(state.root);
      expect(applied.payouts).to.deep.equal(payouts);
    }
  });

  it(`are the same built operation by operation and applied whole (${random.title})`, () => {
    for (let round = 0; round < 5; round++) {
      const block = randomBlock(world, world.state);
      const { operations, kind, blockNumber, timestamp, feeAccountId } = block;
      const open = openBlock(world.state, { blockNumber, timestamp, feeAccountId });
      const sealed = sealBlock(operations.reduce(appendOperation, open), kind);
      const applied = applyBlock(world.state, block, world.domain);
      expect(applied.state.root).to.equal(sealed.state.root);
      expect(applied.block).to.deep.equal(block);
      expect(applied.slots).to.have.length(kind.slots);
      expect(applied.payouts).to.deep.equal(sealed.payouts);
    }
  });

  it("credit their fees to the fee account after the last operation", () => {
    for (let round = 0; round < 5; round++) {
      const block = randomBlock(world, world.state, { types: ["transfer", "withdraw"] });
      const { state, slots, fees } = applyBlock(world.state, block, world.domain);
      const beforeFees = slots.at(-1)!.after;
      for (let tokenId = 0; tokenId < tokenCapacity(world.state.preset); tokenId++) {
        const paid = block.operations
          .filter((operation) => "fee" in operation && operation.tokenId === tokenId)
          .reduce((sum, operation) => sum + ("fee" in operation ? operation.fee : 0n), 0n);
        const credited =
          state.balance(block.feeAccountId, tokenId) -
          beforeFees.balance(block.feeAccountId, tokenId);
        expect(credited).to.equal(paid);
        const collected = fees.filter((fee) => fee.tokenId === tokenId);
        expect(collected.reduce((sum, { amount }) => sum + amount, 0n)).to.equal(paid);
      }
      expect(fees).to.have.length(world.state.preset.feeTokens);
    }
  });

  it("stay unchanged when they refuse an operation", () => {
    const open = appendOperation(openBlock(world.state, header), depositTo(world.state));
    const { state, slots } = open;
    const bad: Operation = { type: "fullExit", accountId: 0, tokenId: 0, owner: 0n, amount: 1n };
    expectCode("EXIT_AMOUNT_MISMATCH", () => appendOperation(open, bad));
    expect(open.state).to.equal(state);
    expect(open.slots).to.equal(slots);
    expect(sealBlock(open).block.operations).to.have.length(1);
  });

  it("make no payout of amount 0", () => {
    const exit = { type: "fullExit", tokenId: 0, owner: 1n, amount: 0n } as const;
    const open = openBlock(world.state, header);
    expect(appendOperation(open, { ...exit, accountId: 0 }).payouts).to.deep.equal([]);
  });

  it("may be empty, without effect on the state", () => {
    const { state, payouts, slots } = sealBlock(openBlock(world.state, header));
    expect(state.root).to.equal(world.state.root);
    expect(payouts).to.deep.equal([]);
    expect(slots).to.have.length(4);
  });

  function depositTo(state: RollupState): Operation<"deposit"> {
    return { ...DEPOSIT, accountId: state.nextAccountId };
  }
});
