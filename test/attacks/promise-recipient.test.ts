/** What a payment rests on at its recipient, though docs/receipts.md says that it is nothing. */
import { expect } from "chai";
import { PRESETS } from "../../src/protocol/presets.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  submit,
} from "../helpers/operator-world.ts";
import { PROMISES, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: recipients of promised payments (${random.title})`, () => {
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
    for (let owner = 100n; operator.state.nextAccountId < 63; owner++)
      await deposit(world, owner, 1n);
    await operator.processBlocks();
    const pay = { type: "transfer" as const, tokenId: 0, recipient: 77n, amount: 1n };
    submit(world, mallory, { ...pay, validUntil: l1.timestamp + 60n });
    await deposit(world, 88n, 1n); // has no place, so it is refunded
    const { hash } = submit(world, alice, pay);
    const promise = await promiseOf(world, hash);
    l1.increaseTime(13 * 3600); // an outage after which blocks are rebuilt
    await operator.syncL1().catch(() => undefined);
    await operator.processBlocks().catch(() => undefined);
    expect(operator.obstacle?.code, `promised until ${promise?.inclusion.validUntil}`).to.equal(
      undefined,
    );
  });
});
