/** A promised batch whose recipient gets an id that only small kinds of blocks hold. */
import { expect } from "chai";
import { createPromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { deposit, signBatch, submit } from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: kinds of blocks that hold a batch (${random.title})`, () => {
  it("keeps the promise about a batch whose recipient is created later than promised", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice: mallory, bob } = world;
    // Blocks of 16 slots hold ids below 512, those of 4 slots all.
    for (let owner = 100n; operator.state.nextAccountId < 511; owner++) {
      await deposit(world, owner, 1n);
    }
    await operator.processBlocks();
    const pay = { type: "transfer" as const, tokenId: 0, recipient: 77n, amount: 1n };
    submit(world, mallory, { ...pay, validUntil: l1.timestamp + 60n });
    await deposit(world, 88n, 1n);
    operator.sealBlock();
    const six = new Array<readonly [typeof bob, typeof pay]>(6).fill([bob, pay]);
    const receipts = operator.submitBatch(
      signBatch(world, six).map((transaction) => ({ transaction, authorization: "0x" })),
    );
    const { hash } = receipts[0]!;
    const promise = await promiseOf(world, hash);
    l1.increaseTime(13 * 3600); // an outage after which blocks are rebuilt
    await operator.syncL1().catch(() => undefined);
    await operator.processBlocks().catch(() => undefined);
    const until = promise?.inclusion.validUntil;
    expect(operator.obstacle?.code, `promised until ${until}`).to.equal(undefined);
  });
});
