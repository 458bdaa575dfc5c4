/** Kinds of blocks: what operations need, the choice of the cheapest, and the limits of each. */
import { expect } from "chai";
import {
  appendOperation,
  applyBlock,
  applyPublicBlock,
  openBlock,
  sealBlock,
} from "../../src/block/block.ts";
import { addNeeds, emptyBlockNeeds, operationNeeds } from "../../src/block/needs.ts";
import type { Operation, PublicOperation } from "../../src/operations/operation.ts";
import { OPERATION_NAMES } from "../../src/operations/table.ts";
import { cheapestKind, kindCost, slotsMax } from "../../src/protocol/kind-costs.ts";
import {
  type BlockKind,
  blockKindId,
  blockKindName,
  blockKindOfId,
  holds,
  MAIN_TOKENS,
} from "../../src/protocol/kinds.ts";
import {
  accountCapacity,
  PRESET_NAMES,
  PRESETS,
  type Preset,
  tokenCapacity,
} from "../../src/protocol/presets.ts";
import { newAccount } from "../../src/state/account.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { accountsOf, tokensOf, wholeKind } from "../helpers/kinds.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const preset = PRESETS.dev;
const [SMALL, MEDIUM, WIDE] = preset.blockKinds as [BlockKind, BlockKind, BlockKind];
const HEADER = { blockNumber: 1, timestamp: 1000n, feeAccountId: 0 };
const genesis = createGenesisState(preset, { feeAccountAddress: 0xfeen });

/** An exit of nothing: no account has to exist. */
function exitOf(accountId: number, tokenId = 0): Operation<"fullExit"> {
  return { type: "fullExit", accountId, tokenId, owner: 5n, amount: 0n };
}

function exits(count: number, operation = exitOf(0)): Operation[] {
  return new Array<Operation>(count).fill(operation);
}

function block(kind: BlockKind, operations: readonly Operation[], feeAccountId = 0) {
  return { ...HEADER, feeAccountId, kind, operations };
}

/** A state with an account of this id. */
function withAccount(accountId: number): RollupState {
  return genesis.update(accountId, 0, { account: newAccount(5n) });
}

describe("needs of operations", () => {
  it("are the levels of the higher account, and wide for a token in a tail", () => {
    const transfer = {
      type: "transfer",
      fromAccountId: 7,
      tokenId: 7,
      amount: 1n,
      fee: 0n,
    } as const;
    const needsOf = (toAccountId: number, tokenId = 7) =>
      operationNeeds({ ...transfer, toAccountId, tokenId });
    expect(needsOf(63)).to.deep.equal({ slots: 1, levels: 2, tokens: "main" });
    expect(needsOf(64)).to.deep.equal({ slots: 1, levels: 3, tokens: "main" });
    expect(needsOf(511)).to.deep.equal({ slots: 1, levels: 3, tokens: "main" });
    expect(needsOf(512, 8)).to.deep.equal({ slots: 1, levels: 4, tokens: "wide" });
    expect(operationNeeds({ ...transfer, fromAccountId: 4095, toAccountId: 0 }).levels).to.equal(4);
  });

  it("are those of a noop for every column that an operation does not use", () => {
    const none = { slots: 1, levels: 2, tokens: "main" };
    expect(operationNeeds({ type: "noop" })).to.deep.equal(none);
    const refund = { type: "refund", tokenId: 9, owner: 5n, amount: 1n } as const;
    expect(operationNeeds(refund)).to.deep.equal({ ...none, tokens: "wide" });
  });

  it("include the fee account, and add up as operations are appended", () => {
    expect(emptyBlockNeeds(64)).to.deep.equal({ slots: 0, levels: 3, tokens: "main" });
    let open = openBlock(withAccount(600), { ...HEADER, feeAccountId: 600 });
    expect(open.needs).to.deep.equal({ slots: 0, levels: 4, tokens: "main" });
    open = openBlock(genesis, HEADER);
    for (const operation of [exitOf(1), exitOf(64), exitOf(2, 9), exitOf(3)]) {
      const expected = addNeeds(open.needs, operationNeeds(operation));
      open = appendOperation(open, operation);
      expect(open.needs).to.deep.equal(expected);
    }
    expect(open.needs).to.deep.equal({ slots: 4, levels: 3, tokens: "wide" });
  });

  it(`are held by the kinds of random blocks of every operation (${random.title})`, () => {
    for (let round = 0; round < 5; round++) {
      const world = createWorld(random, preset);
      const { kind, operations, feeAccountId } = randomBlock(world, world.state);
      const needs = operations.map(operationNeeds).reduce(addNeeds, emptyBlockNeeds(feeAccountId));
      expect(holds(kind, needs)).to.equal(true);
      for (const { type } of operations) expect(OPERATION_NAMES).to.include(type);
    }
  });
});

describe("cheapest kind", () => {
  const names = (of: Preset) => of.blockKinds.map(blockKindName);

  it("is the one with the fewest constraints of those that hold the needs", () => {
    for (const name of PRESET_NAMES) {
      const sizes = PRESETS[name];
      for (const needs of sizes.blockKinds) {
        const holding = sizes.blockKinds.filter((kind) => holds(kind, needs));
        const costs = holding.map((kind) => kindCost(sizes, kind));
        const cheapest = cheapestKind(sizes, needs)!;
        expect(holding).to.include(cheapest);
        expect(kindCost(sizes, cheapest), names(sizes).join()).to.equal(Math.min(...costs));
      }
    }
  });

  it("costs more with more slots, levels or tokens", () => {
    const full = PRESETS.full;
    const kind: BlockKind = { slots: 16, levels: 6, tokens: "main" };
    const cost = kindCost(full, kind);
    for (const more of [{ slots: 17 }, { levels: 7 }, { tokens: "wide" as const }]) {
      expect(kindCost(full, { ...kind, ...more })).to.be.greaterThan(cost);
    }
  });

  it("does not depend on the order of the preset's kinds, and may be missing", () => {
    const reversed = { ...preset, blockKinds: preset.blockKinds.toReversed() };
    const needs = { slots: 3, levels: 2, tokens: "main" as const };
    expect(cheapestKind(reversed, needs)).to.equal(SMALL);
    expect(cheapestKind(preset, { ...needs, slots: 5 })).to.equal(MEDIUM);
    expect(cheapestKind(preset, { ...needs, levels: 4 })).to.equal(WIDE);
    expect(cheapestKind(preset, { ...needs, tokens: "wide" })).to.equal(WIDE);
    expect(cheapestKind(preset, { ...needs, slots: 17 })).to.equal(undefined);
    expect(cheapestKind(preset, { ...needs, slots: 5, tokens: "wide" })).to.equal(undefined);
    expect(slotsMax(preset, needs)).to.equal(16);
    expect(slotsMax(preset, { ...needs, tokens: "wide" })).to.equal(4);
    expect(slotsMax(preset, { ...needs, levels: 5 })).to.equal(0);
  });

  it("is that of a sealed block, whose slots are padded with noops", () => {
    const seal = (operations: readonly Operation[]) =>
      sealBlock(operations.reduce(appendOperation, openBlock(genesis, HEADER)));
    expect(seal([]).block.kind).to.equal(SMALL);
    expect(seal(exits(4)).block.kind).to.equal(SMALL);
    expect(seal(exits(5)).block.kind).to.equal(MEDIUM);
    expect(seal(exits(5)).slots).to.have.length(16);
    expect(seal([exitOf(0), exitOf(0, 8)]).block.kind).to.equal(WIDE);
    expect(seal([exitOf(512)]).block.kind).to.equal(WIDE);
  });
});

describe("limits of a kind", () => {
  for (const name of ["minimal", "dev"] as const) {
    const sizes = PRESETS[name];
    const start = createGenesisState(sizes, { feeAccountAddress: 0xfeen });
    for (const kind of sizes.blockKinds) {
      it(`${name} ${blockKindName(kind)}: its highest ids are accepted, and none above`, () => {
        const [accountId, tokenId] = [accountsOf(kind) - 1, tokensOf(sizes, kind) - 1];
        const highest = block(kind, exits(kind.slots, exitOf(accountId, tokenId)));
        expect(applyBlock(start, highest, 0n).block).to.deep.equal(highest);
        expect(applyPublicBlock(start, highest).state.root).to.equal(start.root);
        const refuse = (code: string, operations: readonly Operation[]) => {
          expectCode(code, () => applyBlock(start, block(kind, operations), 0n));
        };
        refuse("BLOCK_FULL", exits(kind.slots + 1));
        const isHighest = accountId === accountCapacity(sizes) - 1;
        refuse(isHighest ? "ACCOUNT_ID_OUT_OF_RANGE" : "BLOCK_KIND_TOO_SMALL", [
          exitOf(accountId + 1),
        ]);
        const isLast = tokenId === tokenCapacity(sizes) - 1;
        refuse(isLast ? "TOKEN_ID_OUT_OF_RANGE" : "BLOCK_KIND_TOO_SMALL", [exitOf(0, tokenId + 1)]);
      });
    }
  }

  it("BLOCK_KIND_TOO_SMALL: a fee account above its levels", () => {
    const state = withAccount(512);
    expectCode("BLOCK_KIND_TOO_SMALL", () => applyBlock(state, block(SMALL, [], 512), 0n));
    expectCode("BLOCK_KIND_TOO_SMALL", () => applyPublicBlock(state, block(SMALL, [], 512)));
    expect(applyBlock(state, block(WIDE, [], 512), 0n).state.root).to.equal(state.root);
  });

  it("BLOCK_KIND_UNKNOWN: none of the preset's", () => {
    for (const other of [{ slots: 5 }, { levels: 2 }, { tokens: "wide" as const }]) {
      const kind = { ...SMALL, ...other };
      expectCode("BLOCK_KIND_UNKNOWN", () => sealBlock(openBlock(genesis, HEADER), kind));
      const { facts } = expectCode("BLOCK_KIND_UNKNOWN", () =>
        applyBlock(genesis, block(kind, []), 0n),
      );
      expect(facts["kind"]).to.equal(blockKindName(kind));
    }
  });

  it("BLOCK_FULL: an open block takes what some kind holds together", () => {
    const open = (operations: readonly Operation[]) =>
      operations.reduce(appendOperation, openBlock(genesis, HEADER));
    expect(() => open(exits(16))).to.not.throw();
    const full = expectCode("BLOCK_FULL", () => open(exits(17)));
    expect(full.facts["slots"]).to.equal(16);
    // A token in a tail leaves four slots for all.
    const wide = expectCode("BLOCK_FULL", () => open([...exits(4), exitOf(0, MAIN_TOKENS)]));
    expect(wide.facts["slots"]).to.equal(4);
    expectCode("BLOCK_FULL", () => sealBlock(open(exits(5)), SMALL));
    expectCode("BLOCK_KIND_TOO_SMALL", () => sealBlock(open([exitOf(0, 8)]), MEDIUM));
  });
});

describe("a block from L1", () => {
  const operations: PublicOperation[] = [exitOf(70, 3)];

  it("may be of a kind that the preset does not have, and has the same state after it", () => {
    const kinds = [
      { slots: 5, levels: 3, tokens: "main" },
      { slots: 1000, levels: 4, tokens: "wide" },
      { slots: 2, levels: 8, tokens: "main" },
    ] as const;
    for (const known of kinds) {
      // As a restore gets it: from the id alone.
      const kind = blockKindOfId(blockKindId(known))!;
      expect(kind).to.deep.equal(known);
      expect(preset.blockKinds.map(blockKindId)).to.not.include(blockKindId(kind));
      const { state } = applyPublicBlock(genesis, { ...HEADER, kind, operations });
      expect(state.root).to.equal(genesis.root);
    }
  });

  it("is refused beyond its own kind, known or not: it can have no proof", () => {
    const refuse = (code: string, kind: BlockKind, content = operations) =>
      expectCode(code, () => applyPublicBlock(genesis, { ...HEADER, kind, operations: content }));
    refuse("BLOCK_FULL", { slots: 2, levels: 3, tokens: "main" }, exits(3));
    refuse("BLOCK_KIND_TOO_SMALL", { slots: 5, levels: 2, tokens: "wide" });
    refuse("BLOCK_KIND_TOO_SMALL", { slots: 5, levels: 3, tokens: "main" }, [exitOf(0, 8)]);
    refuse("BLOCK_KIND_TOO_SMALL", SMALL, [exitOf(512)]);
  });

  it("always fits the kind that holds all: the highest account, and any token", () => {
    for (const name of PRESET_NAMES) {
      const sizes = PRESETS[name];
      const [accountId, tokenId] = [accountCapacity(sizes) - 1, tokenCapacity(sizes) - 1];
      expect(holds(wholeKind(sizes), operationNeeds(exitOf(accountId, tokenId)))).to.equal(true);
    }
  });
});
