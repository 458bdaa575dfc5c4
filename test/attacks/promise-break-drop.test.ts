/** A promised transaction is dropped where the config lets promises break. */
import { expect } from "chai";
import { deposit, submit } from "../helpers/operator-world.ts";
import { createPromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: a drop with onConflict "break" (${random.title})`, () => {
  it("gives the promise up once, logs it once, and goes on", async () => {
    const errors: string[] = [];
    const logger = {
      debug: () => {},
      info: () => {},
      error: (text: string) => void errors.push(text),
    };
    const world = await createPromiseWorld(random, { onConflict: "break" }, { logger });
    const { operator, l1, alice, bob } = world;
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
});
