/** What a void promise says of its transaction is not true any more. */
import { expect } from "chai";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { createRandom } from "../helpers/random.ts";
import { createPromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { deposit, submit } from "../helpers/operator-world.ts";

const random = createRandom();

describe(`attacks: what rests on a void promise (${random.title})`, () => {
  it("doubts again what a reorg has made to rest on money that lapses", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice, bob } = world;
    const soon = l1.timestamp + 1_000n;
    const pay = { type: "transfer" as const, tokenId: 0, recipient: bob.address };
    submit(world, alice, { ...pay, amount: 500n, validUntil: soon });
    const before = l1.snapshot();
    await deposit(world, bob.address, 500n);
    const covered = submit(world, bob, { ...pay, recipient: 5n, amount: 1_500n });
    expect((await promiseOf(world, covered.hash))?.inclusion.validUntil).to.equal(TIMESTAMP_MAX);
    // The deposit goes away, so Bob's payment rests on Alice's. Its promise is void.
    l1.revert(before);
    for (let count = 0; count < 3; count++) l1.increaseTime(1);
    await operator.syncL1();
    expect(await promiseOf(world, covered.hash)).to.equal(undefined);
    expect(operator.receipt(covered.hash)?.status).to.equal("accepted");
    await deposit(world, bob.address, 900n);
    const later = submit(world, bob, { type: "transfer", tokenId: 0, recipient: 6n, amount: 1n });
    const promise = await promiseOf(world, later.hash);
    expect(promise?.inclusion.validUntil ?? 0n).to.be.at.most(soon);
    l1.increaseTime(2_000);
    await operator.syncL1().catch(() => undefined);
    expect(operator.obstacle?.code).to.equal(undefined);
  });
});
