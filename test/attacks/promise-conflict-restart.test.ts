/** A node that has stopped for a promise is started again. */
import { expect } from "chai";
import { Operator } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { deposit, FEE_ACCOUNT_ADDRESS, submit } from "../helpers/operator-world.ts";
import { createPromiseWorld, PROMISES, type PromiseWorld } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";
import { RecordingStore } from "../helpers/recording-store.ts";

const random = createRandom();
const HALF_DAY = 13 * 3_600;

/** L1 is shorter for a while: Bob's payment spends a deposit that is not there. */
async function dropDeposit(world: PromiseWorld): Promise<void> {
  const { l1, alice, bob } = world;
  const before = l1.snapshot();
  await deposit(world, bob.address, 500n);
  const pay = { type: "transfer" as const, tokenId: 0, recipient: alice.address };
  submit(world, bob, { ...pay, amount: 1_500n });
  l1.revert(before);
}

/** L1 does not answer for longer than promises are due, and a batch waits behind a block. */
async function beLate(world: PromiseWorld): Promise<void> {
  const { operator, l1, alice } = world;
  const pay = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 1n };
  submit(world, alice, pay);
  operator.sealBlock();
  await operator.promiseBlock(2);
  submit(world, alice, pay);
  operator.sealBlock();
  l1.increaseTime(2 * HALF_DAY);
}

describe(`attacks: a start after INCLUSION_CONFLICT (${random.title})`, () => {
  for (const [name, provoke] of Object.entries({ dropDeposit, beLate })) {
    it(`starts to answer readers, and accepts nothing (${name})`, async () => {
      const store = new RecordingStore();
      const world = await createPromiseWorld(random, {}, { store });
      const { operator, l1, prover } = world;
      await provoke(world);
      await operator.syncL1().catch(() => undefined);
      await operator.processBlocks().catch(() => undefined);
      expect(operator.obstacle?.code).to.equal("INCLUSION_CONFLICT");
      await operator.close();
      const next = await Operator.create({
        ...{ preset: PRESETS.dev, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1, prover, store },
        ...{ promises: PROMISES, options: { mode: "manual" } },
      }).catch((error: unknown) => error);
      const failure = isRollupError(next) ? next.code : undefined;
      expect(failure, "nobody can read anything").to.equal(undefined);
      await (next as Operator).processBlocks().catch(() => undefined);
      expect((next as Operator).obstacle?.code).to.equal("INCLUSION_CONFLICT");
      await (next as Operator).close();
    });
  }
});
