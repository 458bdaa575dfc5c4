/** The fee account spends the fees of a block that is merged with the next one when rebuilt. */
import { expect } from "chai";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { Operator } from "../../src/operator/operator.ts";
import { FakeL1 } from "../helpers/fake-l1.ts";
import {
  createFundedUser,
  deposit,
  type OperatorWorld,
  setSigningKey,
  submit,
  TestProver,
  User,
} from "../helpers/operator-world.ts";
import { PROMISES, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

async function createWorld(): Promise<OperatorWorld & { fees: User }> {
  const fees = new User(random);
  const preset = PRESETS.dev;
  const feeAccountAddress = fees.address;
  const l1 = new FakeL1(preset, createGenesisState(preset, { feeAccountAddress }).root);
  const prover = new TestProver();
  const operator = await Operator.create({
    ...{ preset, feeAccountAddress, l1, prover, promises: PROMISES },
    options: { mode: "manual" },
  });
  return { l1, prover, operator, fees };
}

describe(`attacks: fees of blocks that are merged (${random.title})`, () => {
  it("promises what the fee account had before, whatever it earns since", async () => {
    const world = await createWorld();
    const { operator, fees } = world;
    await setSigningKey(world, fees);
    await deposit(world, fees.address, 100n);
    const alice = await createFundedUser(world, random, 1_000n);
    await operator.processBlocks();
    const pay = { type: "transfer" as const, tokenId: 0, recipient: 5n };
    submit(world, alice, { ...pay, amount: 1n, fee: 100n });
    const own = submit(world, fees, { ...pay, amount: 60n });
    expect(await promiseOf(world, own.hash), "open block").to.not.equal(undefined);
    operator.sealBlock();
    const rest = submit(world, fees, { ...pay, amount: 40n });
    expect(await promiseOf(world, rest.hash), "sealed block").to.not.equal(undefined);
    const earned = submit(world, fees, { ...pay, amount: 1n });
    expect(await promiseOf(world, earned.hash), "of the fee").to.equal(undefined);
  });

  for (const cause of ["an outage of half a day", "a key that a stranger withdraws on L1"]) {
    it(`promises no payment of fees that L1 has not executed, which lapses after ${cause}`, async () => {
      const world = await createWorld();
      const { operator, l1, fees } = world;
      await setSigningKey(world, fees);
      const alice = await createFundedUser(world, random, 1_000n);
      const mallory = new User(random);
      await deposit(world, mallory.address, 10n);
      await operator.processBlocks();
      if (cause.startsWith("a key")) await setSigningKey(world, mallory, "onchain");
      const pay = { type: "transfer" as const, tokenId: 0, recipient: 5n };
      submit(world, alice, { ...pay, amount: 1n, fee: 100n });
      operator.sealBlock();
      const { hash } = submit(world, fees, { ...pay, amount: 100n });
      expect(await promiseOf(world, hash), "blocks may be merged").to.equal(undefined);
      if (cause.startsWith("a key")) {
        const accountId = operator.state.accountIdOf(mallory.address)!;
        l1.authorize({ owner: mallory.address, accountId, nonce: 0, pubKeyHash: 7n });
      } else {
        l1.increaseTime(13 * 3600);
      }
      await operator.syncL1().catch(() => undefined);
      await operator.processBlocks().catch(() => undefined);
      expect(operator.obstacle?.code).to.equal(undefined);
    });
  }
});
