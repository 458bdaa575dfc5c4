/** A stranger pays somebody a single wei, and batches of the victim get no promises. */
import { expect } from "chai";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { signBatch, submit } from "../helpers/operator-world.ts";
import { createPromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: money of strangers (${random.title})`, () => {
  it("does not make the promise about a batch shorter, where the rest covers it", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice: stranger, bob } = world;
    const pay = { type: "transfer" as const, tokenId: 0, recipient: bob.address };
    submit(world, stranger, { ...pay, amount: 1n, validUntil: l1.timestamp + 1n });
    const shop = { ...pay, recipient: 5n, amount: 10n };
    const batch = signBatch(world, [
      [bob, shop],
      [bob, shop],
    ]);
    const receipts = operator.submitBatch(
      batch.map((transaction) => ({ transaction, authorization: "0x" })),
    );
    const promise = await promiseOf(world, receipts[0]!.hash);
    expect(promise?.inclusion.validUntil, "Bob has 1,000 of his own").to.equal(TIMESTAMP_MAX);
  });
});
