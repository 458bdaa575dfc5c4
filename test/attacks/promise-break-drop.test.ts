/** A promised transaction is dropped where the config lets promises break. */
import { expect } from "chai";
import { deposit, submit } from "../helpers/operator-world.ts";
import { createBreakingWorld, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: a drop with onConflict "break" (${random.title})`, () => {
  it("gives the promise up once, logs it once, and goes on", async () => {
    const world = await createBreakingWorld(random);
    const { operator, l1, alice, bob, errors } = world;
    const before = l1.snapshot();
    await deposit(world, bob.address, 500n);
    const { hash } = submit(world, bob, {
      ...{ type: "transfer", tokenId: 0, recipient: alice.address, amount: 1_500n },
    });
    const promise = (await promiseOf(world, hash))!;
    expect(promise).to.not.equal(undefined);
    // L1 is shorter than the anchor for a moment: what is dropped counts as broken.
    l1.revert(before);
    await operator.syncL1();
    expect(errors.filter((text) => text.includes(hash))).to.have.length(1);
    expect(operator.receipt(hash)?.status).to.equal("rejected");
  });

  for (const [late, broken] of [
    [0, 1],
    [1, 0],
  ] as const) {
    it(`breaks ${broken} promise by a drop ${late} s after its last second`, async () => {
      const world = await createBreakingWorld(random);
      const { operator, l1, alice, bob, errors } = world;
      const before = l1.snapshot();
      for (let count = 0; count < 3; count++) l1.increaseTime(1);
      await deposit(world, bob.address, 500n);
      const validUntil = l1.timestamp + 60n;
      const pay = { type: "transfer" as const, tokenId: 0, recipient: alice.address };
      const { hash } = submit(world, bob, { ...pay, amount: 1_500n, validUntil });
      expect((await promiseOf(world, hash))?.inclusion.validUntil).to.equal(validUntil);
      // L1 is shorter than the anchor, and has no deposit.
      l1.revert(before);
      l1.increaseTime(Number(validUntil - l1.timestamp) + late);
      await operator.syncL1();
      expect(operator.receipt(hash)?.status).to.equal("rejected");
      expect(operator.checkpoint().open.block.header.timestamp).to.equal(l1.timestamp);
      expect(errors.filter((text) => text.includes(hash))).to.have.length(broken);
    });
  }
});
