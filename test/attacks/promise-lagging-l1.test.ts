/** An L1 node that lags for a moment, and comes back with the same blocks. */
import { expect } from "chai";
import { createRandom } from "../helpers/random.ts";
import { breachesOf, createPromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { type OperatorWorld, submit } from "../helpers/operator-world.ts";

const random = createRandom();
const DAY = 86_400n;

/** One of several L1 nodes behind an address answers from an older block of the same chain. */
async function lag(
  { l1, operator }: OperatorWorld,
  older: ReturnType<OperatorWorld["l1"]["snapshot"]>,
) {
  const now = l1.snapshot();
  l1.rewind(older);
  await operator.syncL1();
  l1.rewind(now);
  l1.increaseTime(1);
  await operator.syncL1();
}

describe(`attacks: an L1 node that lags (${random.title})`, () => {
  it("keeps promises whose L1 block is still there", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice } = world;
    l1.increaseTime(1);
    const older = l1.snapshot();
    l1.increaseTime(1);
    await operator.syncL1();
    const { hash } = submit(world, alice, {
      type: "transfer",
      tokenId: 0,
      recipient: 5n,
      amount: 1n,
    });
    const promise = (await promiseOf(world, hash))!;
    await lag(world, older);
    const { anchorNumber, anchorHash } = promise.group;
    expect(await l1.readBlockHash(anchorNumber)).to.equal(anchorHash);
    expect(await promiseOf(world, hash)).to.deep.equal(promise);
  });

  it("stops rather than be late with them", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice } = world;
    const pay = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 1n };
    submit(world, alice, pay);
    operator.sealBlock();
    await operator.promiseBlock(2);
    l1.increaseTime(1);
    const older = l1.snapshot();
    l1.increaseTime(1);
    await operator.syncL1();
    const { hash } = submit(world, alice, pay);
    const promise = (await promiseOf(world, hash))!;
    operator.sealBlock();
    await lag(world, older);
    l1.increaseTime(DAY);
    await operator.processBlocks().catch(() => undefined);
    expect(await breachesOf(world, promise), "the bond pays").to.deep.equal([]);
    expect(operator.obstacle?.code).to.equal("INCLUSION_CONFLICT");
  });
});
