/** A commit that L1 gets after the anchor of a promise goes away, and the anchor stays. */
import { expect } from "chai";
import { createRandom } from "../helpers/random.ts";
import { createPromiseWorld, type PromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { deposit, setSigningKey, submit, User } from "../helpers/operator-world.ts";

const random = createRandom();
const DAY = 86_400n;
const TRANSFER = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 1n };

/** Carol's key rests on a fact of L1 which she can replace; L1 has its commit. */
async function commitRevocableKey(world: PromiseWorld) {
  const carol = new User(random);
  await deposit(world, carol.address, 1_000n);
  await setSigningKey(world, carol, "onchain");
  const before = world.l1.snapshot();
  await world.operator.processBlocks("committed");
  return { carol, before };
}

describe(`attacks: commits that are newer than the anchor (${random.title})`, () => {
  it("promises what rests on a key only on an L1 block that has its commit", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1 } = world;
    const { carol, before } = await commitRevocableKey(world);
    // The operator knows of its commit at once, and of the L1 block only after the next read.
    const { hash } = submit(world, carol, TRANSFER);
    const promise = await promiseOf(world, hash);
    l1.revert(before);
    const accountId = operator.state.accountIdOf(carol.address)!;
    l1.authorize({ owner: carol.address, accountId, nonce: 0, pubKeyHash: 7n });
    await operator.syncL1().catch(() => undefined);
    await operator.processBlocks().catch(() => undefined);
    if (promise !== undefined) {
      const { anchorNumber, anchorHash } = promise.group;
      expect(await l1.readBlockHash(anchorNumber), "the anchor stays").to.equal(anchorHash);
    }
    expect(operator.obstacle?.code, "a stranger has stopped the node").to.equal(undefined);
  });

  it("survives that another validator reverts the commit of a key", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1 } = world;
    const { carol } = await commitRevocableKey(world);
    await operator.syncL1();
    submit(world, carol, TRANSFER);
    const stored = operator.blocks.at(-1)!;
    if (!("storedBlock" in stored)) throw new Error("the block is committed");
    l1.setValidator("other", true);
    await l1.as("other").revertBlocks([stored.storedBlock]);
    const accountId = operator.state.accountIdOf(carol.address)!;
    l1.authorize({ owner: carol.address, accountId, nonce: 0, pubKeyHash: 7n });
    await operator.syncL1().catch(() => undefined);
    await operator.processBlocks().catch(() => undefined);
    expect(operator.obstacle?.code).to.equal(undefined);
  });

  it("promises a payment with money that lapses only where L1 keeps the commit", async () => {
    const world = await createPromiseWorld(random, { dueSeconds: 30 * 86_400 });
    const { operator, l1, alice, bob } = world;
    const validUntil = l1.timestamp + 60n;
    submit(world, alice, { ...TRANSFER, recipient: bob.address, amount: 1_000n, validUntil });
    const before = l1.snapshot();
    await operator.processBlocks("committed");
    const { hash } = submit(world, bob, { ...TRANSFER, amount: 2_000n });
    const promise = await promiseOf(world, hash);
    l1.revert(before);
    // An outage of two days, which `dueSeconds` covers.
    l1.increaseTime(2n * DAY);
    await operator.syncL1().catch(() => undefined);
    await operator.processBlocks().catch(() => undefined);
    if (promise !== undefined) {
      const { anchorNumber, anchorHash } = promise.group;
      expect(await l1.readBlockHash(anchorNumber), "the anchor stays").to.equal(anchorHash);
    }
    expect(operator.obstacle?.code).to.equal(undefined);
  });
});
