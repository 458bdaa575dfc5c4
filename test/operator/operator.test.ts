import { expect } from "chai";
import { blockKindId } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  FEE_ACCOUNT_ADDRESS,
  setSigningKey,
  signFor,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`operator: the life of operations (${random.title})`, () => {
  it("processes a deposit, a key, transfers and a withdrawal from L1 to L1", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    const [alice, bob] = [new User(random), new User(random)];
    const requestId = await deposit(world, alice.address, 1000n);
    expect(operator.requestReceipt(requestId)).to.include({ status: "accepted", blockNumber: 1 });
    await setSigningKey(world, alice);
    submit(world, alice, {
      type: "transfer",
      tokenId: 0,
      recipient: bob.address,
      amount: 300n,
      fee: 2n,
    });
    const withdrawal = submit(world, alice, {
      type: "withdraw",
      tokenId: 0,
      recipient: bob.address,
      amount: 100n,
    });
    expect(withdrawal).to.include({ status: "accepted", blockNumber: 2, slotIndex: 1, nonce: 2 });

    const blocks = await operator.processBlocks();
    expect(blocks.map(({ status }) => status)).to.deep.equal(["executed", "executed"]);
    expect(operator.receipt(withdrawal.hash)).to.deep.equal({ ...withdrawal, status: "executed" });
    expect(operator.requestReceipt(requestId)?.status).to.equal("executed");
    expect(l1.paid).to.deep.equal([{ recipient: bob.address, tokenId: 0, amount: 100n }]);
    const balances = [alice.address, bob.address, FEE_ACCOUNT_ADDRESS].map((address) =>
      operator.state.balance(operator.state.accountIdOf(address)!, 0),
    );
    expect(balances).to.deep.equal([598n, 300n, 2n]);
  });

  it("sets a key by consent on L1, and serves full and forced exits", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    const [alice, bob] = [new User(random), new User(random)];
    await deposit(world, alice.address, 50n);
    await deposit(world, bob.address, 7n);
    await setSigningKey(world, alice, "onchain");
    submit(world, alice, { type: "forcedExit", tokenId: 0, recipient: bob.address });
    const accountId = operator.state.accountIdOf(alice.address)!;
    l1.request({ type: "fullExit", accountId, tokenId: 0, owner: alice.address });
    l1.request({ type: "fullExit", accountId, tokenId: 0, owner: bob.address });
    await operator.processBlocks();
    expect(l1.paid).to.deep.equal([
      { recipient: bob.address, tokenId: 0, amount: 7n },
      { recipient: alice.address, tokenId: 0, amount: 50n },
    ]);
  });

  it("returns the same receipt for the same transaction", async () => {
    const world = await createOperatorWorld();
    const alice = await createFundedUser(world, random);
    const signed = signFor(world, alice, {
      type: "transfer",
      tokenId: 0,
      recipient: 5n,
      amount: 1n,
    });
    const receipt = world.operator.submit(signed);
    expect(world.operator.submit(signed)).to.deep.equal(receipt);
    expect(world.operator.state.balance(1, 0)).to.equal(10n ** 18n - 1n);
  });

  it("keeps the order in which operations were answered", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev });
    const alice = await createFundedUser(world, random);
    submit(world, alice, { type: "transfer", tokenId: 0, recipient: 77n, amount: 1n });
    world.l1.request({ type: "deposit", owner: 88n, tokenId: 0, amount: 1n });
    world.l1.request({ type: "deposit", owner: 99n, tokenId: 0, amount: 1n });
    await world.operator.syncL1();
    submit(world, alice, { type: "transfer", tokenId: 0, recipient: 66n, amount: 1n });
    const [block] = await world.operator.processBlocks();
    const types = block!.applied.block.operations.map(({ type }) => type);
    expect(types).to.deep.equal([
      ...["deposit", "changePubKey", "transferToNew"],
      ...["deposit", "deposit", "transferToNew"],
    ]);
    const ids = [77n, 88n, 99n, 66n].map((address) => world.operator.state.accountIdOf(address));
    expect(ids).to.deep.equal([2, 3, 4, 5]);
  });
});

describe(`operator: blocks (${random.title})`, () => {
  it("seals a block with the smallest kind that holds it", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev });
    for (const count of [1, 4, 5, 16]) {
      for (let i = 0; i < count; i++) {
        world.l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
      }
      await world.operator.processBlocks();
    }
    const kinds = world.operator.blocks.map(({ applied }) => applied.block.kind);
    expect(kinds.map(({ slots }) => slots)).to.deep.equal([4, 4, 16, 16]);
    expect(world.prover.jobs.map(({ keyId }) => keyId)).to.deep.equal(kinds.map(blockKindId));
  });

  it("starts another block when one cannot collect a further fee token", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev });
    const tokens = [0, world.l1.listToken("A").id, world.l1.listToken("B").id];
    const alice = new User(random);
    for (const tokenId of tokens) await deposit(world, alice.address, 100n, tokenId);
    await setSigningKey(world, alice);
    for (const tokenId of tokens) {
      submit(world, alice, { type: "withdraw", tokenId, recipient: 1n, amount: 0n, fee: 1n });
    }
    await world.operator.processBlocks();
    const lengths = world.operator.blocks.map(({ applied }) => applied.block.operations.length);
    expect(lengths).to.deep.equal([6, 1]);
    for (const tokenId of tokens) expect(world.operator.state.balance(0, tokenId)).to.equal(1n);
  });

  it("seals nothing when nothing is pending", async () => {
    const { operator, l1 } = await createOperatorWorld();
    operator.sealBlock();
    expect(await operator.processBlocks()).to.deep.equal([]);
    expect(l1.calls).to.deep.equal(["readNews", "readNews"]);
  });

  it("can stop between the steps, and groups several blocks in one L1 transaction", async () => {
    const options = { blocksPerTransaction: 2, proofsPerTransaction: 3 };
    const world = await createOperatorWorld({ options });
    const { l1, operator, prover } = world;
    for (let i = 0; i < 7; i++) await deposit(world, 5n, 1n);
    l1.calls.length = 0;
    operator.sealBlock();
    await operator.commitBlocks();
    expect(l1.statuses).to.deep.equal(new Array<string>(4).fill("committed"));
    expect(operator.requestReceipt(6)?.status).to.equal("committed");
    expect(prover.jobs).to.have.length(0);
    await operator.proveBlocks();
    expect(operator.requestReceipt(6)?.status).to.equal("proven");
    await operator.executeBlocks();
    expect(operator.requestReceipt(6)?.status).to.equal("executed");
    expect(l1.calls).to.deep.equal(
      ["commitBlocks", "proveBlocks", "executeBlocks"].flatMap((call) => [call, call]),
    );
  });

  it("sends proofs as soon as an L1 transaction is full of them", async () => {
    const world = await createOperatorWorld({ options: { proofsPerTransaction: 2 } });
    const { l1, operator, prover } = world;
    for (let i = 0; i < 6; i++) await deposit(world, 5n, 1n);
    await operator.processBlocks("committed");
    prover.failAfter(2);
    await expectRejection("BLOCK_STEP_FAILED", operator.proveBlocks());
    expect(l1.statuses).to.deep.equal(["proven", "proven", "committed"]);
    await operator.proveBlocks();
    expect(l1.statuses).to.deep.equal(["proven", "proven", "proven"]);
    expect(prover.jobs).to.have.length(3);
  });

  it("ends a wait at the requested stage", async () => {
    const world = await createOperatorWorld();
    const alice = await createFundedUser(world, random);
    const { hash } = submit(world, alice, {
      type: "transfer",
      tokenId: 0,
      recipient: 5n,
      amount: 1n,
    });
    expect((await world.operator.waitFor(hash, "accepted")).status).to.equal("accepted");
    expect((await world.operator.waitFor(hash, "committed")).status).to.equal("committed");
    expect((await world.operator.waitFor(hash, "proven")).status).to.equal("proven");
    const [first, second] = await Promise.all([
      world.operator.waitFor(hash, "executed"),
      world.operator.waitForRequest(0, "executed"),
    ]);
    expect([first.status, second?.status]).to.deep.equal(["executed", "executed"]);
  });
});
