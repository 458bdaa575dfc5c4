/** A promise that a reorg has voided counts again for the node when its anchor is old enough. */
import { expect } from "chai";
import { deposit, submit } from "../helpers/operator-world.ts";
import { createPromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
/** More views of L1 than are kept. */
const VIEWS = 70;

describe(`attacks: void promises that grow old (${random.title})`, () => {
  it("neither signs them again nor stops for them", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice, bob } = world;
    const pay = { type: "transfer" as const, tokenId: 0, recipient: bob.address };
    const validUntil = l1.timestamp + 1_000n;
    submit(world, alice, { ...pay, amount: 500n, validUntil });
    const before = l1.snapshot();
    await deposit(world, bob.address, 500n);
    const { hash } = submit(world, bob, { ...pay, recipient: 5n, amount: 1_500n });
    const promise = (await promiseOf(world, hash))!;
    // The deposit is gone, so Bob's payment rests on Alice's, and its promise is void.
    l1.revert(before);
    for (let count = 0; count < VIEWS; count++) {
      l1.increaseTime(1);
      await operator.syncL1();
      const now = await promiseOf(world, hash);
      const { anchorNumber, anchorHash } = promise.group;
      const isThere = (await l1.readBlockHash(anchorNumber)) === anchorHash;
      if (count > 2)
        expect([isThere, now], `after ${count} views`).to.deep.equal([false, undefined]);
    }
    l1.increaseTime(2_000);
    await operator.syncL1();
    expect(operator.receipt(hash)?.status).to.equal("rejected");
    expect(operator.obstacle?.code).to.equal(undefined);
  });
});
