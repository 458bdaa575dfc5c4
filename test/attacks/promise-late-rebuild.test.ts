/** A stranger withdraws a key on L1, and blocks that wait get the time of now. */
import { expect } from "chai";
import { deposit, setSigningKey, submit, User } from "../helpers/operator-world.ts";
import { breachesOf, createPromiseWorld } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const HOUR = 3_600;

describe(`attacks: blocks that are rebuilt with a later time (${random.title})`, () => {
  it("makes no promise late that was in time before a stranger withdrew a key", async () => {
    const world = await createPromiseWorld(random, { dueSeconds: HOUR });
    const { operator, l1, alice, bob } = world;
    const mallory = new User(random);
    await deposit(world, mallory.address, 10n);
    await operator.processBlocks();
    await setSigningKey(world, mallory, "onchain");
    const pay = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 1n };
    const first = submit(world, alice, pay);
    operator.sealBlock();
    await operator.promiseBlock(2).catch(() => undefined);
    // More than one block, so that one of them is the later one.
    const others = Array.from({ length: 20 }, () => submit(world, bob, pay));
    operator.sealBlock();
    const hashes = [first, ...others].map(({ hash }) => hash);
    const promises = await operator.promiseTransactions(hashes);
    l1.increaseTime(HOUR + 100); // blocks wait, such as for cheaper gas; L1 is read all the time
    await operator.syncL1();
    expect(operator.obstacle?.code).to.equal(undefined);
    const accountId = operator.state.accountIdOf(mallory.address)!;
    l1.authorize({ owner: mallory.address, accountId, nonce: 0, pubKeyHash: 7n });
    await operator.syncL1().catch(() => undefined);
    await operator.processBlocks().catch(() => undefined);
    for (const promise of promises) expect(await breachesOf(world, promise!)).to.deep.equal([]);
    expect(operator.obstacle?.code, "a stranger has stopped the node").to.equal(undefined);
  });
});
