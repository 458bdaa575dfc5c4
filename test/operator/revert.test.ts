/** The operator follows reorgs and unexpected states of L1, and loses nothing. */
import { expect } from "chai";
import { Operator } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  setSigningKey,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const FUNDS = 10n ** 18n;
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };

/** Creates a world: Alice has paid 100 in block 2, and block 3 has a deposit of 7. */
async function createHistory() {
  const world = await createOperatorWorld({
    options: { blocksPerTransaction: 1, proofsPerTransaction: 1 },
  });
  const alice = await createFundedUser(world, random);
  const { hash } = submit(world, alice, TRANSFER);
  await world.operator.processBlocks("committed");
  const requestId = await deposit(world, 9n, 7n);
  await world.operator.processBlocks("committed");
  return { ...world, alice, hash, requestId };
}

function balanceOf({ operator }: OperatorWorld, address: bigint): bigint {
  return operator.state.balance(operator.state.accountIdOf(address)!, 0);
}

function statusesOf({ operator }: OperatorWorld): string[] {
  return operator.blocks.map(({ status }) => status);
}

describe(`operator: reverted blocks (${random.title})`, () => {
  it("reverts blocks, and commits them again unchanged", async () => {
    const world = await createHistory();
    const { operator, l1, prover, hash, requestId } = world;
    await operator.proveBlocks();
    const { root } = operator.state;
    await operator.revertBlocks(2);
    expect(l1.statuses).to.deep.equal(["proven"]);
    expect(statusesOf(world)).to.deep.equal(["proven", "sealed", "sealed"]);
    expect(operator.receipt(hash)?.status).to.equal("accepted");
    expect(operator.requestReceipt(requestId)?.status).to.equal("accepted");
    await operator.processBlocks();
    expect(l1.statuses).to.deep.equal(["executed", "executed", "executed"]);
    expect(operator.state.root).to.equal(root);
    expect(prover.jobs, "proofs that still hold are not made again").to.have.length(3);
    expect(balanceOf(world, 9n)).to.equal(7n);
  });

  it("rebuilds reverted blocks that are too old for L1, without expired transactions", async () => {
    const world = await createOperatorWorld();
    const { operator, l1, prover } = world;
    const alice = await createFundedUser(world, random);
    await operator.processBlocks();
    const expiring = submit(world, alice, { ...TRANSFER, validUntil: l1.timestamp + 60n });
    const dependent = submit(world, alice, TRANSFER);
    const requestId = await deposit(world, 9n, 7n);
    await operator.processBlocks("proven");
    l1.increaseTime(TIMESTAMP_LAG_MAX_SECONDS);
    await operator.revertBlocks(2);
    await operator.processBlocks();
    const codes = [expiring, dependent].map(({ hash }) => operator.receipt(hash)?.rejection?.code);
    expect(codes).to.deep.equal(["EXPIRED", "NONCE_MISMATCH"]);
    expect(operator.requestReceipt(requestId)?.status).to.equal("executed");
    expect(balanceOf(world, 9n)).to.equal(7n);
    expect(balanceOf(world, alice.address)).to.equal(FUNDS);
    expect(prover.jobs.length, "another block needs another proof").to.equal(4);
  });

  it("BLOCKS_NOT_REVERTIBLE: executed blocks, and blocks that do not exist", async () => {
    const { operator } = await createHistory();
    await operator.processBlocks();
    await expectRejection("BLOCKS_NOT_REVERTIBLE", operator.revertBlocks(3));
    await expectRejection("BLOCKS_NOT_REVERTIBLE", operator.revertBlocks(4));
  });

  it("notices that another validator has reverted blocks", async () => {
    const world = await createHistory();
    const { operator, l1 } = world;
    const stored = await Promise.all([3, 2].map((number) => l1.readStoredBlock(number)));
    await l1.revertBlocks(stored);
    await operator.processBlocks();
    expect(l1.statuses).to.deep.equal(["executed", "executed", "executed"]);
    expect(l1.calls.filter((call) => call === "commitBlocks")).to.have.length(5);
  });

  it("continues from a proof that somebody else has sent", async () => {
    const world = await createHistory();
    world.l1.proveBySomebodyElse();
    await world.operator.processBlocks();
    expect(statusesOf(world)).to.deep.equal(["executed", "executed", "executed"]);
    expect(world.prover.jobs).to.have.length(0);
  });
});

describe(`operator: unknown blocks on L1 (${random.title})`, () => {
  /** As {@link createHistory}, with an operator that has forgotten everything after block 1. */
  async function createForgetful() {
    const world = await createOperatorWorld();
    const alice = await createFundedUser(world, random);
    await world.operator.processBlocks();
    const checkpoint = world.operator.checkpoint();
    submit(world, alice, TRANSFER);
    const requestId = await deposit(world, 9n, 7n);
    await world.operator.processBlocks("proven");
    await world.operator.exclusively(() => world.operator.restore(checkpoint));
    return { ...world, alice, requestId };
  }

  it("BLOCKS_UNKNOWN: commits nothing over them", async () => {
    const world = await createForgetful();
    const error = await expectRejection("BLOCKS_UNKNOWN", world.operator.processBlocks());
    expect(error.facts).to.include({ blockNumber: 2, executed: 1 });
    expect(world.l1.statuses).to.deep.equal(["executed", "proven"]);
  });

  it("BLOCKS_UNKNOWN: does not confuse them with executed blocks that it has seen", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    await deposit(world, 9n, 7n);
    const snapshot = l1.snapshot();
    await operator.processBlocks();
    const checkpoint = operator.checkpoint();
    l1.revert(snapshot);
    l1.increaseTime(1);
    await deposit(world, 9n, 8n);
    l1.increaseTime(2 * TIMESTAMP_LAG_MAX_SECONDS);
    await operator.processBlocks();
    await operator.exclusively(() => operator.restore(checkpoint));
    const error = await expectRejection("BLOCKS_UNKNOWN", operator.processBlocks());
    expect(error.facts).to.include({ blockNumber: 1 });
  });

  it("BLOCKS_UNKNOWN: does not confuse its own block with an executed one", async () => {
    const world = await createOperatorWorld();
    const { operator } = world;
    const alice = await createFundedUser(world, random);
    await operator.processBlocks();
    const checkpoint = operator.checkpoint();
    await deposit(world, 9n, 7n);
    await operator.processBlocks();
    for (const look of [() => operator.syncL1(), () => operator.processBlocks("accepted")]) {
      await operator.exclusively(() => operator.restore(checkpoint));
      submit(world, alice, TRANSFER);
      await look();
      for (let attempt = 0; attempt < 2; attempt++) {
        const error = await expectRejection("BLOCKS_UNKNOWN", operator.processBlocks());
        expect(error.facts).to.include({ blockNumber: 2, executed: 2 });
      }
    }
  });

  it("reverts them on request, and serves their L1 requests again", async () => {
    const world = await createForgetful();
    const { operator, requestId } = world;
    await operator.revertBlocks(2);
    await operator.processBlocks();
    expect(operator.requestReceipt(requestId)?.status).to.equal("executed");
    expect(balanceOf(world, 9n)).to.equal(7n);
    expect(balanceOf(world, world.alice.address)).to.equal(FUNDS);
  });

  it("continues from a restored state", async () => {
    const world = await createHistory();
    const { l1, prover, operator: before } = world;
    await before.processBlocks();
    const { applied } = before.blocks.at(-1)!;
    const storedBlock = await l1.readStoredBlock(3);
    const parts = { preset: PRESETS.minimal, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1, prover };
    const start = { state: applied.state, storedBlock, nextRequestId: 2 };
    const operator = await Operator.create({ ...parts, start });
    expect(operator.state.root).to.equal(before.state.root);
    const next = { ...world, operator };
    submit(next, world.alice, TRANSFER);
    await deposit(next, 9n, 1n);
    const [block] = await operator.processBlocks();
    expect(block!.applied.block.blockNumber).to.equal(4);
    expect(operator.block(4)).to.equal(block);
    expect(operator.block(3)).to.equal(undefined);
    expect(balanceOf(next, 9n)).to.equal(8n);
    const wrong = { ...start, state: before.blocks[0]!.applied.before };
    await expectRejection("START_NOT_ON_L1", Operator.create({ ...parts, start: wrong }));
  });
});

describe(`operator: lost answers (${random.title})`, () => {
  for (const call of ["commitBlocks", "proveBlocks", "executeBlocks"] as const) {
    it(`finds out that ${call} has succeeded`, async () => {
      const world = await createOperatorWorld();
      const alice = await createFundedUser(world, random);
      const { hash } = submit(world, alice, TRANSFER);
      world.l1.loseAnswerOfNext(call);
      await expectRejection("BLOCK_STEP_FAILED", world.operator.processBlocks());
      await world.operator.processBlocks();
      expect(world.l1.statuses).to.deep.equal(["executed", "executed"]);
      expect(world.l1.calls.filter((name) => name === call)).to.have.length(1);
      expect(world.operator.receipt(hash)?.status).to.equal("executed");
    });
  }

  it("keeps a block unchanged while it may still appear on L1", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    await deposit(world, 9n, 7n);
    l1.failNext("commitBlocks");
    await expectRejection("BLOCK_STEP_FAILED", operator.processBlocks());
    const { timestamp } = operator.blocks[0]!.applied.block;
    l1.increaseTime(TIMESTAMP_LAG_MAX_SECONDS - 1);
    await operator.processBlocks("committed");
    expect(operator.blocks[0]!.applied.block.timestamp).to.equal(timestamp);
  });
});

describe(`operator: L1 reorgs (${random.title})`, () => {
  for (const stage of ["committed", "proven", "executed"] as const) {
    it(`sends blocks to L1 again that were ${stage}`, async () => {
      const world = await createOperatorWorld();
      const { l1, operator } = world;
      const alice = await createFundedUser(world, random);
      const snapshot = l1.snapshot();
      const { hash } = submit(world, alice, TRANSFER);
      await operator.processBlocks(stage);
      const { root } = operator.state;
      l1.revert(snapshot);
      await operator.syncL1();
      expect(operator.receipt(hash)?.status).to.equal("accepted");
      await operator.processBlocks();
      expect(l1.statuses).to.deep.equal(["executed", "executed"]);
      expect(operator.state.root).to.equal(root);
      expect(world.prover.jobs).to.have.length(2);
    });
  }

  for (const read of ["syncL1", "processBlocks"] as const) {
    it(`notices a reorg during ${read}`, async () => {
      const world = await createOperatorWorld();
      const { l1, operator } = world;
      await createFundedUser(world, random);
      const snapshot = l1.snapshot();
      await deposit(world, 5n, 1n);
      await operator.syncL1();
      expect(operator.requestReceipt(1)?.status).to.equal("accepted");
      const readNews = l1.readNews.bind(l1);
      l1.readNews = async (fromBlock) => {
        l1.readNews = readNews;
        l1.revert(snapshot);
        for (let block = 0; block < 5; block++) l1.increaseTime(1);
        return readNews(fromBlock);
      };
      await operator[read]();
      expect(operator.requestReceipt(1)).to.equal(undefined);
      await operator.processBlocks();
      expect(new Set(l1.statuses)).to.deep.equal(new Set(["executed"]));
    });
  }

  it("drops a deposit that a reorg drops, and what depends on it", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    const alice = await createFundedUser(world, random);
    const snapshot = l1.snapshot();
    const bob = await createFundedUser(world, random, 50n);
    const byBob = submit(world, bob, { ...TRANSFER, amount: 10n });
    const byAlice = submit(world, alice, TRANSFER);
    await operator.processBlocks("committed");
    l1.revert(snapshot);
    await operator.syncL1();
    expect(operator.requestReceipt(1)).to.equal(undefined);
    expect(operator.state.accountIdOf(bob.address)).to.equal(undefined);
    await operator.processBlocks();
    expect(operator.receipt(byBob.hash)?.status).to.equal("rejected");
    expect(operator.receipt(byAlice.hash)?.status).to.equal("executed");
    expect(balanceOf(world, alice.address)).to.equal(FUNDS - 100n);
  });

  it("follows L1 when it mines deposits in another order", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    const alice = await createFundedUser(world, random);
    const snapshot = l1.snapshot();
    const owners = [7n, 8n, alice.address, 9n];
    for (const [index, owner] of owners.entries()) await deposit(world, owner, BigInt(index + 1));
    const { hash } = submit(world, alice, { ...TRANSFER, amount: FUNDS });
    l1.revert(snapshot);
    const later = owners.toReversed().slice(0, 3);
    for (const owner of later) {
      l1.request({ type: "deposit", owner, tokenId: 0, amount: 20n + (owner % 10n) });
    }
    expect(await operator.syncL1()).to.equal(0);
    await operator.processBlocks();
    expect(operator.requestReceipt(3)?.status).to.equal("executed");
    expect(operator.requestReceipt(4)).to.equal(undefined);
    expect(operator.receipt(hash)?.status).to.equal("executed");
    expect(balanceOf(world, 9n)).to.equal(29n);
    expect(balanceOf(world, alice.address)).to.equal(20n + (alice.address % 10n));
    expect(operator.state.accountIdOf(7n)).to.equal(undefined);
  });

  it("AUTHORIZATION_INVALID: a key whose consent a reorg has dropped", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    const alice = new User(random);
    await deposit(world, alice.address, FUNDS);
    const snapshot = l1.snapshot();
    const change = await setSigningKey(world, alice, "onchain");
    const transfer = submit(world, alice, TRANSFER);
    await operator.processBlocks("committed");
    l1.revert(snapshot);
    await operator.processBlocks();
    const codes = [change, transfer].map(({ hash }) => operator.receipt(hash)?.rejection?.code);
    expect(codes).to.deep.equal(["AUTHORIZATION_INVALID", "NONCE_MISMATCH"]);
    expect(l1.statuses).to.deep.equal(["executed"]);
  });

  it("keeps blocks that are on L1, whatever was authorized since", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    const alice = new User(random);
    await deposit(world, alice.address, FUNDS);
    const { hash, accountId, nonce } = await setSigningKey(world, alice, "onchain");
    await operator.processBlocks("committed");
    l1.authorize({ owner: alice.address, accountId, nonce, pubKeyHash: 1n });
    const snapshot = l1.snapshot();
    await deposit(world, 9n, 1n);
    l1.revert(snapshot);
    await operator.processBlocks();
    expect(operator.receipt(hash)?.status).to.equal("executed");
  });

  it("follows a reorg beyond its window", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev });
    const { l1, operator } = world;
    const snapshot = l1.snapshot();
    for (let i = 0; i < 70; i++) await deposit(world, 9n, 1n);
    await operator.processBlocks();
    l1.revert(snapshot);
    l1.request({ type: "deposit", owner: 9n, tokenId: 0, amount: 5n });
    await operator.processBlocks();
    expect(l1.statuses).to.deep.equal(["executed"]);
    expect(balanceOf(world, 9n)).to.equal(5n);
  });
});
