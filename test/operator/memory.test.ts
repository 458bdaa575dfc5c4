/** Executed blocks leave the memory, and later questions still get right answers. */
import { expect } from "chai";
import type { OperatorOptions } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import { wholeKind } from "../helpers/kinds.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  type OperatorWorld,
  setSigningKey,
  signFor,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };
const KEPT = 8;
const RECEIPTS = 20;
/** Views of L1 that are kept for reorgs. */
const VIEWS = 64;
const SLOTS = 2;

async function createWorld(options: Partial<OperatorOptions> = {}) {
  const world = await createOperatorWorld({
    preset: { ...PRESETS.minimal, blockKinds: [wholeKind(PRESETS.minimal)] },
    options: { executedBlocksMax: KEPT, finalReceiptsMax: RECEIPTS, ...options },
  });
  const alice = await createFundedUser(world, random);
  await world.operator.processBlocks();
  return { ...world, alice };
}

/** Executes blocks of two transfers, each at its own time of L1. */
async function executeBlocks(world: OperatorWorld & { alice: User }, count: number) {
  const receipts = [];
  for (let i = 0; i < count; i++) {
    world.l1.increaseTime(12);
    for (let slot = 0; slot < SLOTS; slot++) {
      receipts.push(submit(world, world.alice, TRANSFER));
      if (slot === 0) await world.operator.syncL1();
    }
    await world.operator.processBlocks();
  }
  return receipts;
}

describe(`operator: memory (${random.title})`, () => {
  it("keeps a window of executed blocks for reorgs of L1, and no more", async () => {
    const world = await createWorld();
    const { operator } = world;
    await executeBlocks(world, VIEWS + KEPT + 10);
    const settled = operator.sizes;
    expect(settled.blocks).to.be.at.most(VIEWS + KEPT);
    expect(settled.receipts.final).to.equal(RECEIPTS);
    expect(settled.receipts.open).to.equal(SLOTS * settled.blocks);
    await executeBlocks(world, 40);
    expect(operator.sizes).to.deep.equal(settled);
    expect(operator.checkpoint().l1History).to.have.length(VIEWS);
  });

  it("keeps only the window when L1 has advanced far enough", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    await executeBlocks(world, 20);
    for (let i = 0; i < VIEWS + 1; i++) {
      l1.increaseTime(12);
      await operator.processBlocks();
    }
    expect(operator.sizes.blocks).to.equal(KEPT);
    expect(operator.sizes.receipts.open).to.equal(SLOTS * KEPT);
  });

  it("returns a receipt, then null after forgetting it, and never accepts a second time", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const first = signFor(world, alice, TRANSFER);
    const { hash } = operator.submit(first);
    const receipts = await executeBlocks(world, 12);
    for (let i = 0; i < VIEWS + 1; i++) {
      l1.increaseTime(12);
      await operator.processBlocks();
    }
    const kept = receipts.at(-SLOTS * KEPT - 2)!;
    expect(operator.block(kept.blockNumber!)).to.equal(undefined);
    expect(operator.receipt(kept.hash)).to.deep.equal({
      ...kept,
      blockNumber: operator.receipt(kept.hash)!.blockNumber,
      slotIndex: operator.receipt(kept.hash)!.slotIndex,
      status: "executed",
    });
    await executeBlocks(world, VIEWS + KEPT + RECEIPTS);
    expect(operator.receipt(hash)).to.equal(undefined);
    await expectRejection("TRANSACTION_NOT_FOUND", operator.waitFor(hash, "executed"));
    expectCode("NONCE_MISMATCH", () => operator.submit(first));
    expect(operator.requestReceipt(0)).to.equal(undefined);
  });

  it("follows a reorg that drops executed blocks in the window", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    await executeBlocks(world, VIEWS + KEPT);
    const snapshot = l1.snapshot();
    const { root } = operator.state;
    await executeBlocks(world, 10);
    const after = operator.state.root;
    expect(after).not.to.equal(root);
    l1.revert(snapshot);
    l1.increaseTime(1);
    await operator.processBlocks();
    expect(operator.state.root).to.equal(after);
    expect(new Set(l1.statuses)).to.deep.equal(new Set(["executed"]));
  });

  it("START_NOT_ON_L1: a reorg beyond the window, until L1 returns", async () => {
    const world = await createWorld({ executedBlocksMax: 0 });
    const { l1, operator, alice } = world;
    const early = l1.snapshot();
    await executeBlocks(world, VIEWS + KEPT);
    const late = l1.snapshot();
    l1.revert(early);
    l1.increaseTime(1);
    await expectRejection("START_NOT_ON_L1", operator.processBlocks());
    expectCode("START_NOT_ON_L1", () => submit(world, alice, TRANSFER));
    l1.revert(late);
    l1.increaseTime(1);
    await operator.processBlocks();
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
  });

  it("restores a checkpoint from before blocks were forgotten", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const snapshot = l1.snapshot();
    const checkpoint = operator.checkpoint();
    const { root } = operator.state;
    await executeBlocks(world, VIEWS + KEPT + 5);
    await operator.exclusively(() => operator.restore(checkpoint));
    l1.revert(snapshot);
    expect(operator.state.root).to.equal(root);
    await executeBlocks(world, 2);
    expect(operator.block(1)?.status).to.equal("executed");
  });

  it("forgets facts that can no longer set a key, and facts of no account", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const bob = new User(random);
    await deposit(world, bob.address, 10n);
    const { accountId, nonce } = await setSigningKey(world, bob, "onchain");
    const later = { owner: bob.address, accountId, nonce: nonce + 5, pubKeyHash: 1n };
    l1.authorize(later);
    l1.authorize({ ...later, accountId: 2 ** 31 });
    await operator.processBlocks();
    expect(operator.sizes.keyFacts).to.equal(2);
    await executeBlocks(world, VIEWS + KEPT);
    expect(operator.sizes.keyFacts).to.equal(1);
  });
});
