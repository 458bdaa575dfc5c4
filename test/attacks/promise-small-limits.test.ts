/** L1 takes less than the config says: blocks must become smaller, and a promised batch waits. */
import { expect } from "chai";
import { L1_LIMITS } from "../../src/l1/gas.ts";
import { signBatch, submit } from "../helpers/operator-world.ts";
import {
  createBreakingWorld,
  createPromiseWorld,
  promiseOf,
  type PromiseWorld,
} from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const CONTENT = { tokenId: 0, recipient: 5n, amount: 1n };

/** A batch that creates 15 accounts. @returns The hash of its first transaction. */
function submitBatch(world: PromiseWorld, firstRecipient: bigint): string {
  const drafts = Array.from({ length: 15 }, (_, index) => {
    const recipient = firstRecipient + BigInt(index);
    return [world.bob, { type: "transfer" as const, ...CONTENT, recipient }] as const;
  });
  const batch = signBatch(world, drafts);
  const [receipt] = world.operator.submitBatch(
    batch.map((transaction) => ({ transaction, authorization: "0x" })),
  );
  return receipt!.hash;
}

describe(`attacks: blocks that are too large for L1 (${random.title})`, () => {
  it("splits a block, and leaves the promised batch behind it, which L1 takes", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice } = world;
    l1.limits = { ...l1.limits, bytesMax: 1_400 };
    const taken = submitBatch(world, 1_000n);
    await operator.processBlocks();
    expect(operator.receipt(taken)?.status, "L1 takes such a batch").to.equal("executed");

    for (let count = 0; count < 16; count++) submit(world, alice, { type: "withdraw", ...CONTENT });
    operator.sealBlock();
    const hash = submitBatch(world, 2_000n);
    expect(await promiseOf(world, hash)).to.not.equal(undefined);
    const failures: unknown[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      await operator.processBlocks().catch((error: unknown) => failures.push(error));
    }
    expect(operator.receipt(hash)?.status, String(failures.at(-1))).to.equal("executed");
  });

  it("promises no transaction for a block that is before its own", async () => {
    const l1Limits = { ...L1_LIMITS, gasMax: 1_000 };
    const world = await createBreakingWorld(random, { options: { mode: "manual", l1Limits } });
    const { operator, alice, errors } = world;
    // Each item exceeds the limits alone, so each is a block.
    for (let count = 0; count < 40; count++) {
      const { hash } = submit(world, alice, { type: "transfer", ...CONTENT });
      const { group } = (await promiseOf(world, hash))!;
      const blockNumber = operator.receipt(hash)!.blockNumber!;
      expect(group.dueBlock).to.be.at.least(blockNumber);
      operator.sealBlock();
    }
    expect(errors).to.deep.equal([]);
  });
});
