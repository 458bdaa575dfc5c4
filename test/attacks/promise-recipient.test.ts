/** What a payment rests on at its recipient, though docs/receipts.md says that it is nothing. */
import { expect } from "chai";
import { AMOUNT_MAX } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createFundedUser, createOperatorWorld, deposit, submit } from "../helpers/operator-world.ts";
import { createPromiseWorld, PROMISES, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: recipients of promised payments (${random.title})`, () => {
  it("keeps the promise about a payment whose recipient has not paid out in time", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice, bob } = world;
    const soon = l1.timestamp + 60n;
    const pay = { type: "transfer" as const, tokenId: 0, recipient: 5n };
    await deposit(world, bob.address, AMOUNT_MAX - 1_000n);
    submit(world, bob, { ...pay, amount: 1_000n, validUntil: soon });
    const { hash } = submit(world, alice, { ...pay, recipient: bob.address, amount: 500n });
    const promise = await promiseOf(world, hash);
    l1.increaseTime(100);
    await operator.syncL1().catch(() => undefined);
    expect(operator.obstacle?.code, `promised until ${promise?.inclusion.validUntil}`).to.equal(
      undefined,
    );
  });

  it("keeps the promise about a payment to an account that a transaction has created", async () => {
    const world = await createOperatorWorld({
      preset: PRESETS.minimal,
      options: { mode: "manual" },
      promises: PROMISES,
    });
    const { operator, l1 } = world;
    const alice = await createFundedUser(world, random, 1_000n);
    const mallory = await createFundedUser(world, random, 1_000n);
    // All accounts but one are taken: the fee account's, and those of Alice, Mallory and others.
    for (let owner = 100n; operator.state.nextAccountId < 15; owner++) await deposit(world, owner, 1n);
    await operator.processBlocks();
    const pay = { type: "transfer" as const, tokenId: 0, recipient: 77n, amount: 1n };
    submit(world, mallory, { ...pay, validUntil: l1.timestamp + 60n });
    await deposit(world, 88n, 1n); // has no place, so it is refunded
    const { hash } = submit(world, alice, pay);
    const promise = await promiseOf(world, hash);
    l1.increaseTime(100);
    await operator.syncL1().catch(() => undefined);
    await operator.processBlocks().catch(() => undefined);
    expect(operator.obstacle?.code, `promised until ${promise?.inclusion.validUntil}`).to.equal(
      undefined,
    );
  });
});
