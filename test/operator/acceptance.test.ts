/** An operator that cannot reach L1 accepts nothing, reports the reason, and continues later. */
import { expect } from "chai";
import { Operator, type OperatorParts } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };

/** Creates a world with an executed block, from which other operators start. */
async function createWorld() {
  const world = await createOperatorWorld({ preset: PRESETS.dev });
  const alice = await createFundedUser(world, random);
  await world.operator.processBlocks();
  return { ...world, alice };
}

/** Creates another operator from the executed blocks of the first one. */
async function createSuccessor(
  { l1, prover, operator }: OperatorWorld,
  parts: Partial<OperatorParts> = {},
): Promise<Operator> {
  const last = operator.blocks.findLast(({ status }) => status === "executed")!;
  const storedBlock = await l1.readStoredBlock(last.applied.block.blockNumber);
  return Operator.create({
    preset: PRESETS.dev,
    feeAccountAddress: FEE_ACCOUNT_ADDRESS,
    l1,
    prover,
    start: { state: last.applied.state, storedBlock, nextRequestId: 1 },
    ...parts,
  });
}

describe(`operator: after a predecessor, and beside a rival (${random.title})`, () => {
  it("reverts what a predecessor with its key has committed, when that is mined late", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const requestId = await deposit(world, 9n, 7n);
    const successor = await createSuccessor(world);
    await operator.processBlocks("committed"); // sent before it was killed, mined only now
    const next = { ...world, operator: successor };
    await successor.syncL1();
    expectCode("BLOCKS_UNKNOWN", () => submit(next, alice, TRANSFER));
    await successor.processBlocks();
    expect(successor.requestReceipt(requestId)?.status).to.equal("executed");
    const { hash } = submit(next, alice, TRANSFER);
    await successor.processBlocks();
    expect(successor.receipt(hash)?.status).to.equal("executed");
    expect(new Set(l1.statuses)).to.deep.equal(new Set(["executed"]));
  });

  it("reverts it at intervals without a call, also when nothing waits", async () => {
    const world = await createWorld();
    const clock = new FakeClock();
    const successor = await createSuccessor(world, { clock, options: { mode: "interval" } });
    successor.start();
    submit(world, world.alice, TRANSFER);
    await world.operator.processBlocks("committed");
    expect(world.l1.statuses).to.deep.equal(["executed", "committed"]);
    await clock.advance(3000);
    expect(world.l1.statuses).to.deep.equal(["executed"]);
    expect(successor.obstacle).to.equal(undefined);
    await successor.close();
  });

  it("BLOCKS_UNKNOWN: does not fight a running operator with its key", async () => {
    const world = await createWorld();
    const successor = await createSuccessor(world);
    for (let round = 0; round < 8; round++) {
      submit(world, world.alice, TRANSFER);
      await world.operator.processBlocks("committed").catch(() => undefined);
      await successor.processBlocks("committed").catch(() => undefined);
    }
    const reverts = world.l1.calls.filter((call) => call === "revertBlocks").length;
    expect(reverts).to.be.at.most(6);
    await expectRejection("BLOCKS_UNKNOWN", successor.processBlocks());
  });

  it("BLOCKS_UNKNOWN: keeps blocks of another key, and continues when they are reverted", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    l1.setValidator("another", true);
    const another = await createSuccessor(world, { l1: l1.as("another") });
    await deposit(world, 9n, 7n);
    submit({ ...world, operator: another }, alice, TRANSFER);
    await another.processBlocks("committed");
    const clock = new FakeClock();
    const loser = await createSuccessor(world, { clock, options: { mode: "interval" } });
    const next = { ...world, operator: loser };
    loser.start();
    await clock.advance(5000);
    expectCode("BLOCKS_UNKNOWN", () => submit(next, alice, TRANSFER));
    expect(l1.statuses).to.deep.equal(["executed", "committed"]);
    expect(l1.calls).not.to.include("revertBlocks");
    await l1.revertBlocks([await l1.readStoredBlock(2)]);
    await clock.advance(5000);
    expect(submit(next, alice, TRANSFER).status).to.equal("accepted");
    await clock.advance(5000);
    expect(loser.requestReceipt(1)?.status).to.equal("executed");
    await loser.close();
    await operator.close();
  });

  it("BLOCKS_UNKNOWN: another operator has taken over permanently", async () => {
    const world = await createWorld();
    const { l1, alice } = world;
    const clock = new FakeClock();
    const errors: string[] = [];
    const loser = await createSuccessor(world, {
      clock,
      options: { mode: "interval" },
      logger: { debug: () => {}, info: () => {}, error: (text) => errors.push(text) },
    });
    loser.start();
    l1.setValidator("another", true);
    const another = await createSuccessor(world, { l1: l1.as("another") });
    submit({ ...world, operator: another }, alice, TRANSFER);
    await another.processBlocks();
    await clock.advance(3000);
    expectCode("BLOCKS_UNKNOWN", () => submit({ ...world, operator: loser }, alice, TRANSFER));
    await clock.advance(60_000);
    expect(errors).to.have.length(1);
    expect(errors[0]).to.contain("BLOCKS_UNKNOWN");
    await loser.close();
  });
});

describe(`operator: without progress on L1 (${random.title})`, () => {
  async function createStalled(stallLimitMs: number) {
    const clock = new FakeClock();
    const options = { mode: "interval" as const, blockTimeMs: 1000, stallLimitMs };
    const world = await createOperatorWorld({ preset: PRESETS.dev, clock, options });
    const alice = await createFundedUser(world, random);
    world.operator.start();
    await clock.advance(2000);
    return { ...world, clock, alice };
  }

  it("OPERATOR_NOT_ACCEPTING: blocks make no progress within the limit, until they do", async () => {
    const world = await createStalled(60_000);
    const { clock, prover, operator, alice } = world;
    prover.failures = Infinity;
    const { hash } = submit(world, alice, TRANSFER);
    await clock.advance(59_000);
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
    await clock.advance(10_000);
    const error = expectCode("OPERATOR_NOT_ACCEPTING", () => submit(world, alice, TRANSFER));
    expect(error.message).to.contain("moved");
    prover.failures = 0;
    await clock.advance(5_000);
    expect(operator.receipt(hash)?.status).to.equal("executed");
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
    await operator.close();
  });

  it("OPERATOR_NOT_ACCEPTING: L1 is unreadable, until it is readable", async () => {
    const world = await createStalled(60_000);
    const { clock, l1, operator, alice } = world;
    for (let i = 0; i < 70; i++) l1.failNext("readNews");
    await clock.advance(65_000);
    expectCode("OPERATOR_NOT_ACCEPTING", () => submit(world, alice, TRANSFER));
    await clock.advance(10_000);
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
    await operator.close();
  });

  it("accepts while no block is pending", async () => {
    const world = await createStalled(60_000);
    await world.clock.advance(600_000);
    expect(submit(world, world.alice, TRANSFER).status).to.equal("accepted");
    await world.operator.close();
  });
});
