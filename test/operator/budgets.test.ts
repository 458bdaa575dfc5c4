/** Limits of one L1 transaction: blocks are sealed, grouped and paid out within them. */
import { expect } from "chai";
import {
  commitCost,
  executeCost,
  L1_LIMITS,
  type L1Limits,
  payOutCost,
  revertCost,
} from "../../src/l1/gas.ts";
import { Operator } from "../../src/operator/operator.ts";
import { isPrepared, toCommitBlock } from "../../src/operator/ledger/blocks.ts";
import { type Preset, PRESETS } from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import {
  authorize,
  createFundedUser,
  createOperatorWorld,
  deposit,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  signBatch,
  signFor,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const ROOMY: Preset = {
  ...PRESETS.dev,
  blockKinds: [...PRESETS.dev.blockKinds, { slots: 64, levels: 3, tokens: "main" }],
};

async function createWorld(l1Limits: L1Limits = L1_LIMITS) {
  const world = await createOperatorWorld({
    preset: ROOMY,
    options: { l1Limits, blockOverhead: 1e9 },
  });
  world.l1.limits = l1Limits;
  return world;
}

/** Creates accounts without a signing key, and a block with the first key of each. */
async function submitKeys(world: OperatorWorld, count: number): Promise<void> {
  const users = Array.from({ length: count }, () => new User(random));
  for (const { address } of users) {
    world.l1.request({ type: "deposit", owner: address, tokenId: 0, amount: 1n });
  }
  await world.operator.processBlocks();
  for (const user of users) {
    const signed = signFor(world, user, { type: "changePubKey", tokenId: 0 });
    world.operator.submit(signed, await authorize(world, user, signed));
  }
}

function withdraw(world: OperatorWorld, user: User, count: number): void {
  for (let i = 0; i < count; i++) {
    submit(world, user, { type: "withdraw", tokenId: 0, recipient: 77n, amount: BigInt(i + 1) });
  }
}

/** Gas with which a block is executed with at most `made` of its payouts. */
function gasForPayouts(payouts: number, made: number): number {
  return Math.max(executeCost([payouts], made).gas, payOutCost(payouts, made).gas);
}

function sum(count: number): bigint {
  return BigInt((count * (count + 1)) / 2);
}

describe(`operator: L1 transactions within their limits (${random.title})`, () => {
  it("seals a block before it exceeds the bytes of a commit", async () => {
    const world = await createWorld({ ...L1_LIMITS, bytesMax: 4_000 });
    await submitKeys(world, 40);
    await world.operator.processBlocks();
    const blocks = world.operator.blocks.filter(({ applied }) =>
      applied.block.operations.some(({ type }) => type === "changePubKey"),
    );
    expect(blocks.length).to.be.greaterThan(2);
    for (const block of blocks) {
      expect(isPrepared(block)).to.equal(true);
      if (isPrepared(block)) expect(commitCost([toCommitBlock(block)]).bytes).to.be.at.most(4_000);
    }
    expect(new Set(world.l1.statuses)).to.deep.equal(new Set(["executed"]));
  });

  it("seals no empty block before an item that exceeds the limits alone", async () => {
    const world = await createWorld({ ...L1_LIMITS, gasMax: 1_000 });
    const { operator, l1 } = world;
    for (let count = 0; count < 3; count++) await deposit(world, 5n, 1n);
    operator.sealBlock();
    expect(operator.blocks.map(({ items }) => items.length)).to.deep.equal([1, 1, 1]);
    l1.limits = L1_LIMITS;
    await operator.processBlocks();
    expect(l1.statuses).to.deep.equal(["executed", "executed", "executed"]);
  });

  it("seals a block before it exceeds the gas of a commit", async () => {
    const world = await createWorld({ ...L1_LIMITS, gasMax: 600_000 });
    await submitKeys(world, 40);
    await world.operator.processBlocks();
    expect(world.operator.blocks.length).to.be.greaterThan(2);
    expect(new Set(world.l1.statuses)).to.deep.equal(new Set(["executed"]));
  });

  it("commits the maximum of blocks that fit together", async () => {
    const world = await createWorld({ ...L1_LIMITS, bytesMax: 4_000 });
    for (let i = 0; i < 12; i++) {
      await deposit(world, 5n, 1n);
      world.operator.sealBlock();
    }
    await world.operator.commitBlocks();
    const commits = world.l1.calls.filter((call) => call === "commitBlocks").length;
    expect(world.l1.statuses).to.have.length(12);
    expect(commits).to.be.greaterThan(1).and.lessThan(12);
  });

  it("BATCH_TOO_LARGE: a batch that fits no block", async () => {
    const world = await createWorld({ ...L1_LIMITS, bytesMax: 1_700 });
    const alice = await createFundedUser(world, random);
    const draft = { type: "withdraw", tokenId: 0, recipient: 5n, amount: 1n } as const;
    const batch = signBatch(world, new Array(20).fill([alice, draft]) as [User, typeof draft][]);
    const submissions = batch.map((transaction) => ({ transaction, authorization: "0x" }));
    expectCode("BATCH_TOO_LARGE", () => world.operator.submitBatch(submissions));
    expect(submit(world, alice, draft).status).to.equal("accepted");
  });

  it("halves a group that L1 finds too large despite the estimate, down to smaller blocks", async () => {
    const world = await createWorld();
    world.l1.limits = { ...L1_LIMITS, bytesMax: 3_000 };
    await submitKeys(world, 30);
    await world.operator.processBlocks();
    expect(world.operator.blocks.length).to.be.greaterThan(4);
    expect(new Set(world.l1.statuses)).to.deep.equal(new Set(["executed"]));
  });

  it("seals larger blocks again after L1 has refused a small one for no reason", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const alice = await createFundedUser(world, random);
    await operator.processBlocks();
    withdraw(world, alice, 2);
    l1.refuseNext("commitBlocks", "NoReason");
    await operator.processBlocks();
    expect(new Set(l1.statuses)).to.deep.equal(new Set(["executed"]));
    for (let round = 0; round < 60; round++) {
      withdraw(world, alice, 1);
      await operator.processBlocks();
    }
    withdraw(world, alice, 10);
    operator.sealBlock();
    expect(operator.blocks.at(-1)?.items).to.have.length(10);
  });

  it("reverts at most as many blocks at once as fit one L1 transaction", async () => {
    const blocks = 20;
    const gasMax = 300_000; // a proof needs nearly as much
    expect(revertCost(blocks).gas).to.be.greaterThan(gasMax);
    const world = await createWorld({ ...L1_LIMITS, gasMax });
    for (let i = 0; i < blocks; i++) {
      world.l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
      await world.operator.syncL1();
      world.operator.sealBlock();
    }
    await world.operator.processBlocks("committed");
    expect(world.l1.statuses).to.have.length(blocks);
    await world.operator.revertBlocks(1);
    expect(world.l1.statuses).to.deep.equal([]);
  });

  it("halves a group that L1 has mined without enough gas", async () => {
    const world = await createWorld();
    for (let i = 0; i < 4; i++) {
      await deposit(world, 5n, 1n);
      world.operator.sealBlock();
    }
    world.l1.refuseNext("commitBlocks", "NoReason");
    world.l1.refuseNext("executeBlocks", "NoReason");
    await world.operator.processBlocks();
    expect(world.l1.statuses).to.deep.equal(new Array<string>(4).fill("executed"));
  });
});

describe(`operator: payouts (${random.title})`, () => {
  async function createPayingWorld(payouts: number, made: number) {
    const world = await createWorld();
    const alice = await createFundedUser(world, random);
    await world.operator.processBlocks();
    withdraw(world, alice, payouts);
    world.operator.sealBlock();
    // The worst case needs gas for all payouts, but L1 has gas for only a few at a time.
    world.l1.limits = { ...L1_LIMITS, gasMax: gasForPayouts(payouts, made) };
    return { ...world, alice };
  }
  const paidSum = ({ l1 }: OperatorWorld) =>
    l1.paid.reduce((total, { amount }) => total + amount, 0n);

  it("executes a block whose payouts exceed one transaction, and makes each payout once", async () => {
    const world = await createPayingWorld(20, 6);
    await world.operator.processBlocks();
    expect(world.l1.statuses.at(-1)).to.equal("executed");
    expect(world.l1.paid).to.have.length(20);
    expect(paidSum(world)).to.equal(sum(20));
    expect(world.operator.sizes.unpaid, "until L1 is read again").to.equal(1);
    await world.operator.processBlocks();
    expect(world.operator.sizes.unpaid).to.equal(0);
  });

  it("delays no later block by open payouts", async () => {
    const world = await createPayingWorld(20, 6);
    const { l1, operator, alice } = world;
    const transfer = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n } as const;
    const { hash } = submit(world, alice, transfer);
    for (let i = 0; i < 9; i++) l1.failNext("payOut");
    await operator.processBlocks().catch(() => undefined);
    await operator.processBlocks().catch(() => undefined);
    expect(operator.receipt(hash)?.status).to.equal("executed");
    expect(l1.paid.length).to.be.greaterThan(0).and.lessThan(20);
  });

  it("makes the open payouts of a predecessor", async () => {
    const world = await createPayingWorld(20, 6);
    const { l1, operator, prover } = world;
    l1.failNext("payOut");
    await operator.processBlocks().catch(() => undefined);
    const last = operator.blocks.at(-1)!;
    const storedBlock = await l1.readStoredBlock(last.applied.block.blockNumber);
    const successor = await Operator.create({
      preset: ROOMY,
      feeAccountAddress: FEE_ACCOUNT_ADDRESS,
      l1,
      prover,
      start: { state: last.applied.state, storedBlock, nextRequestId: 1 },
      unpaid: [{ storedBlock, payouts: last.applied.payouts }],
    });
    await successor.processBlocks();
    expect(l1.paid).to.have.length(20);
    expect(paidSum(world)).to.equal(sum(20));
  });

  it("makes payouts again that a reorg has dropped", async () => {
    const world = await createPayingWorld(20, 6);
    const { l1, operator } = world;
    l1.failNext("payOut");
    await operator.processBlocks().catch(() => undefined);
    const snapshot = l1.snapshot();
    await operator.processBlocks();
    expect(l1.paid).to.have.length(20);
    l1.revert(snapshot);
    l1.increaseTime(1);
    expect(l1.paid).to.have.length(6);
    await operator.processBlocks();
    expect(l1.paid).to.have.length(20);
  });

  it("makes payouts again that a reorg has dropped after the last one", async () => {
    const world = await createPayingWorld(10, 6);
    const { l1, operator } = world;
    l1.failNext("payOut");
    await operator.processBlocks().catch(() => undefined);
    const snapshot = l1.snapshot();
    await operator.processBlocks();
    // Reads L1 again, where no payout is open, but has not finalized the block yet.
    await operator.executeBlocks();
    l1.revert(snapshot);
    l1.increaseTime(1);
    await operator.executeBlocks();
    expect(l1.paid).to.have.length(10);
  });

  it("makes the payouts of the block that takes the place of another after a reorg", async () => {
    const world = await createPayingWorld(20, 6);
    const { l1, operator } = world;
    const snapshot = l1.snapshot();
    l1.failNext("payOut");
    await operator.processBlocks().catch(() => undefined);
    expect(l1.paid).to.have.length(6);
    const before = operator.blocks.at(-1)!.applied.block;
    l1.revert(snapshot);
    l1.increaseTime(3 * 24 * 60 * 60); // so that the block has to be built again
    await operator.processBlocks();
    const { blockNumber, timestamp } = operator.blocks.at(-1)!.applied.block;
    expect(blockNumber).to.equal(before.blockNumber);
    expect(timestamp).to.not.equal(before.timestamp);
    expect(l1.paid).to.have.length(20);
    expect(paidSum(world)).to.equal(sum(20));
  });

  it("makes payouts in exodus, too", async () => {
    const world = await createPayingWorld(20, 6);
    const { l1, operator } = world;
    l1.failNext("payOut");
    await operator.processBlocks().catch(() => undefined);
    l1.beginExodus();
    await operator.executeBlocks();
    expect(l1.paid).to.have.length(20);
  });
});
