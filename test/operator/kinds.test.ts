/** The kinds of an operator's blocks: when a block is sealed, with which kind, and its report. */
import { expect } from "chai";
import { describeKind } from "../../src/operator/ledger/kinds.ts";
import { DEFAULT_OPTIONS, type OperatorOptions } from "../../src/operator/options.ts";
import { type BlockKind, blockKindId, blockKindName } from "../../src/protocol/kinds.ts";
import { kindCost } from "../../src/protocol/kind-costs.ts";
import {
  accountCapacity,
  type Preset,
  PRESETS,
  tokenCapacity,
} from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  type OperatorWorld,
  signBatch,
  submit,
  type User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const SMALL: BlockKind = { slots: 4, levels: 3, tokens: "main" };
const LARGE: BlockKind = { slots: 16, levels: 3, tokens: "main" };
const WIDE: BlockKind = { slots: 4, levels: 4, tokens: "wide" };
const LARGE_WIDE: BlockKind = { slots: 16, levels: 4, tokens: "wide" };
/** The first token in a tail. */
const IN_TAIL = 8;

/** A world where a block costs nothing besides its proof, so that sizes for tests are cut too. */
async function createWorld(blockKinds: readonly BlockKind[], more?: Partial<OperatorOptions>) {
  const options = { blockOverhead: 0, ...more };
  const preset: Preset = { ...PRESETS.dev, blockKinds };
  const lines: string[] = [];
  const logger = { debug: () => {}, info: (line: string) => lines.push(line), error: () => {} };
  const world = await createOperatorWorld({ preset, logger, options });
  for (let id = 1; id <= IN_TAIL + 1; id++) world.l1.listToken(`T${id}`);
  return { ...world, lines };
}

/** Requests exits of nothing; with the same needs as any operation on account and token. */
function requestExits({ l1 }: OperatorWorld, count: number, tokenId = 0, accountId = 0): void {
  for (let i = 0; i < count; i++) l1.request({ type: "fullExit", accountId, tokenId, owner: 5n });
}

/** Names of the kinds of all sealed blocks, each with the number of its operations. */
function sealed({ operator }: OperatorWorld): string[] {
  return operator.blocks.map(({ applied: { block } }) => {
    return `${block.operations.length} in ${blockKindName(block.kind)}`;
  });
}

describe(`operator: kinds of blocks (${random.title})`, () => {
  it("grow: a block fills up while some kind holds one operation more", async () => {
    const world = await createWorld([SMALL, LARGE, WIDE, LARGE_WIDE]);
    requestExits(world, 17);
    await world.operator.processBlocks();
    expect(sealed(world)).to.deep.equal(["16 in 16-main-3", "1 in 4-main-3"]);
    requestExits(world, 13, IN_TAIL);
    await world.operator.processBlocks();
    expect(sealed(world).slice(2)).to.deep.equal(["13 in 16-wide-4"]);
  });

  it("grow: account ids of other levels, in blocks of the same kind", async () => {
    const world = await createWorld([SMALL, LARGE, WIDE]);
    for (let i = 0; i < 8; i++) {
      requestExits(world, 1, 0, 63);
      requestExits(world, 1, 0, 64);
    }
    await world.operator.processBlocks();
    expect(sealed(world)).to.deep.equal(["16 in 16-main-3"]);
  });

  it("merge: what needs more stays with the others if one wide block is cheaper", async () => {
    const world = await createWorld([SMALL, LARGE, WIDE, LARGE_WIDE]);
    requestExits(world, 2);
    requestExits(world, 1, IN_TAIL);
    requestExits(world, 1);
    await world.operator.processBlocks();
    expect(sealed(world)).to.deep.equal(["4 in 4-wide-4"]);
    const { preset } = world.operator;
    expect(kindCost(preset, WIDE)).to.be.below(kindCost(preset, SMALL) + kindCost(preset, WIDE));
  });

  it("split: what needs more is cut off if two blocks are cheaper than a wide one", async () => {
    const world = await createWorld([SMALL, LARGE, WIDE, LARGE_WIDE]);
    const { preset } = world.operator;
    const apart = kindCost(preset, SMALL) + kindCost(preset, WIDE);
    expect(apart).to.be.below(kindCost(preset, LARGE_WIDE));
    requestExits(world, 4);
    requestExits(world, 1, IN_TAIL);
    await world.operator.processBlocks();
    expect(sealed(world)).to.deep.equal(["4 in 4-main-3", "1 in 4-wide-4"]);
    // The same the other way round: what needs less leaves a full wide block alone.
    requestExits(world, 4, IN_TAIL);
    requestExits(world, 1);
    await world.operator.processBlocks();
    expect(sealed(world).slice(2)).to.deep.equal(["4 in 4-wide-4", "1 in 4-main-3"]);
  });

  it("split: a block one operation past a size is two of the smaller kind", async () => {
    const world = await createWorld([SMALL, LARGE, WIDE]);
    requestExits(world, 5);
    await world.operator.processBlocks();
    expect(sealed(world)).to.deep.equal(["4 in 4-main-3", "1 in 4-main-3"]);
    expect(world.operator.requestReceipt(4)).to.include({ blockNumber: 2, slotIndex: 0 });
  });

  it("split: not where a block costs more than a smaller proof saves", async () => {
    const { preset } = await createOperatorWorld({ preset: PRESETS.dev }).then((w) => w.operator);
    const saved = kindCost(preset, LARGE) - 2 * kindCost(preset, SMALL);
    for (const [blockOverhead, blocks] of [
      [saved - 1, ["4 in 4-main-3", "1 in 4-main-3"]],
      [saved + 1, ["5 in 16-main-3"]],
      [DEFAULT_OPTIONS.blockOverhead, ["5 in 16-main-3"]],
    ] as const) {
      const world = await createWorld([SMALL, LARGE, WIDE], { blockOverhead });
      requestExits(world, 5);
      await world.operator.processBlocks();
      expect(sealed(world)).to.deep.equal(blocks);
    }
  });

  it("split: no kind holds both together", async () => {
    const world = await createWorld(PRESETS.dev.blockKinds);
    requestExits(world, 5);
    requestExits(world, 1, 0, 512);
    expect(await world.operator.syncL1()).to.equal(6);
    // The cut that is cheapest is not the last that was possible.
    expect(sealed(world)).to.deep.equal(["4 in 4-main-3"]);
    requestExits(world, 6);
    await world.operator.processBlocks();
    expect(sealed(world).slice(1)).to.deep.equal(["4 in 4-wide-4", "4 in 4-main-3"]);
  });

  it("split: the last part is sealed, too, if it is more than half of the block", async () => {
    const world = await createWorld([SMALL, LARGE, WIDE]);
    requestExits(world, 1, IN_TAIL);
    requestExits(world, 3);
    requestExits(world, 1);
    await world.operator.syncL1();
    expect(sealed(world)).to.deep.equal(["4 in 4-wide-4"]);
  });

  it("prove with the key of the block's kind", async () => {
    const world = await createWorld(PRESETS.dev.blockKinds);
    requestExits(world, 1);
    await world.operator.processBlocks();
    requestExits(world, 1, IN_TAIL);
    await world.operator.processBlocks();
    expect(world.prover.jobs.map(({ keyId }) => keyId)).to.deep.equal(
      [SMALL, WIDE].map(blockKindId),
    );
  });

  for (const name of ["minimal", "dev", "full"] as const) {
    it(`${name}: an exit of the highest account and of every token gets a block`, async () => {
      const preset = PRESETS[name];
      const world = await createOperatorWorld({ preset });
      const accountId = accountCapacity(preset) - 1;
      const last = tokenCapacity(preset) - 1;
      const tokenIds = [0, 7, 8, last];
      for (const tokenId of tokenIds) {
        requestExits(world, 1, tokenId, accountId);
        requestExits(world, 1, tokenId);
        requestExits(world, 1);
      }
      await world.operator.processBlocks();
      for (let id = 0; id < 3 * tokenIds.length; id++) {
        expect(world.operator.requestReceipt(id)?.status).to.equal("executed");
      }
    });
  }

  it("BATCH_LENGTH_INVALID: a batch that no kind for its tokens holds", async () => {
    const world = await createWorld(PRESETS.dev.blockKinds);
    const alice = await createFundedUser(world, random);
    await deposit(world, alice.address, 100n, IN_TAIL);
    await world.operator.processBlocks();
    const batchOf = (...tokenIds: number[]) => {
      const parts = tokenIds.map((tokenId): [User, Draft] => [
        alice,
        { type: "transfer", tokenId, recipient: alice.address, amount: 1n },
      ]);
      const signed = signBatch(world, parts);
      return signed.map((transaction) => ({ transaction, authorization: "0x" }));
    };
    const { root } = world.operator.state;
    const { facts } = expectCode("BATCH_LENGTH_INVALID", () =>
      world.operator.submitBatch(batchOf(0, 0, 0, 0, IN_TAIL)),
    );
    expect(facts).to.deep.include({ length: 5, maximum: 4 });
    expect(world.operator.state.root).to.equal(root);
    expect(world.operator.submitBatch(batchOf(0, 0, 0, 0, 0))).to.have.length(5);
    // Four fit a wide block, but not the open one.
    const receipts = world.operator.submitBatch(batchOf(0, 0, 0, IN_TAIL));
    expect(receipts.map(({ slotIndex }) => slotIndex)).to.deep.equal([0, 1, 2, 3]);
  });

  it("are the same when blocks are rebuilt", async () => {
    const world = await createWorld([SMALL, LARGE, WIDE, LARGE_WIDE]);
    const alice = await createFundedUser(world, random);
    await world.operator.processBlocks();
    const first = world.operator.blocks.length + 1;
    const transfer = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n } as const;
    for (let i = 0; i < 4; i++) submit(world, alice, transfer);
    requestExits(world, 1, IN_TAIL);
    await world.operator.processBlocks("committed");
    const before = sealed(world);
    expect(before.slice(first - 1)).to.deep.equal(["4 in 4-main-3", "1 in 4-wide-4"]);
    await world.operator.revertBlocks(first);
    await world.operator.processBlocks();
    expect(sealed(world)).to.deep.equal(before);
  });

  it("are logged with their reason, once for each block", async () => {
    const world = await createWorld(PRESETS.dev.blockKinds);
    requestExits(world, 3);
    await world.operator.processBlocks();
    requestExits(world, 1, IN_TAIL + 1, 600);
    await world.operator.processBlocks();
    expect(world.lines.filter((line) => line.startsWith("block "))).to.deep.equal([
      "block 1: 4-main-3 for 3 operations",
      "block 2: 4-wide-4 for 1 operation, wide: token 9, 4 levels: account 600",
    ]);
  });

  it("are described by the highest ids, the fee account's included", () => {
    const header = { blockNumber: 7, timestamp: 0n, feeAccountId: 512 };
    const noops = [{ type: "noop" }, { type: "noop" }] as const;
    const described = describeKind(PRESETS.dev, { ...header, kind: WIDE, operations: noops });
    expect(described).to.equal("block 7: 4-wide-4 for 2 operations, 4 levels: account 512");
  });

  it("are counted, also after their blocks have left the memory", async () => {
    const world = await createWorld(PRESETS.dev.blockKinds, { executedBlocksMax: 0 });
    const { operator, l1 } = world;
    expect(operator.kindCounts).to.deep.equal({ "4-main-3": 0, "16-main-3": 0, "4-wide-4": 0 });
    for (let round = 0; round < 80; round++) {
      requestExits(world, 1, round % 4 === 0 ? IN_TAIL : 0);
      await operator.processBlocks();
      l1.increaseTime(12);
    }
    expect(operator.blocks.length).to.be.below(80);
    expect(operator.kindCounts).to.deep.equal({ "4-main-3": 60, "16-main-3": 0, "4-wide-4": 20 });
  });
});
