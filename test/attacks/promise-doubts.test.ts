/** Doubts that add up: no promise holds longer than any of what it rests on. */
import { expect } from "chai";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import {
  createFundedUser,
  setSigningKey,
  signBatch,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createPromiseWorld, type PromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 0n };

describe(`attacks: doubts that add up (${random.title})`, () => {
  let world: PromiseWorld;
  let carol: User;
  let soon: bigint;
  let later: bigint;

  beforeEach(async () => {
    world = await createPromiseWorld(random);
    carol = await createFundedUser(world, random, 1_000n);
    await world.operator.processBlocks();
    soon = world.l1.timestamp + 60n;
    later = soon + 600n;
  });

  const until = async (hash: string) => (await promiseOf(world, hash))?.inclusion.validUntil;

  it("counts what all transactions of a batch spend of doubtful money", async () => {
    const { alice, bob, operator } = world;
    submit(world, alice, { ...TRANSFER, recipient: bob.address, amount: 300n, validUntil: soon });
    const spend = { ...TRANSFER, amount: 600n };
    const batch = signBatch(world, [
      [bob, spend],
      [bob, spend],
    ]);
    const [receipt] = operator.submitBatch(
      batch.map((transaction) => ({ transaction, authorization: "0x" })),
    );
    expect(await until(receipt!.hash)).to.equal(soon);
  });

  it("adds doubtful payments up, and trusts none longer than the first that may lapse", async () => {
    const { alice, bob } = world;
    const pay = { ...TRANSFER, recipient: bob.address, amount: 300n };
    submit(world, alice, { ...pay, validUntil: soon });
    submit(world, carol, { ...pay, validUntil: later });
    const { hash } = submit(world, bob, { ...TRANSFER, amount: 1_200n });
    expect(await until(hash)).to.equal(soon);
  });

  it("doubts the first of several new accounts", async () => {
    const dave = new User(random);
    const pay = { ...TRANSFER, amount: 1n };
    submit(world, world.alice, { ...pay, recipient: dave.address, validUntil: soon });
    submit(world, carol, { ...pay, recipient: 78n, validUntil: later });
    const { hash } = await setSigningKey(world, dave);
    expect(await until(hash)).to.equal(soon);
  });

  it("doubts nothing any more when what might have lapsed has", async () => {
    const { alice, bob, operator, l1 } = world;
    submit(world, alice, { ...TRANSFER, validUntil: soon });
    submit(world, bob, TRANSFER); // by now the node has looked at what lapses
    l1.increaseTime(61);
    await operator.syncL1();
    const { hash } = submit(world, alice, { ...TRANSFER, amount: 1n });
    expect(await until(hash)).to.equal(TIMESTAMP_MAX);
  });
});
