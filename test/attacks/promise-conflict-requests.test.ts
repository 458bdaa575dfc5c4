/** A node that has stopped for a promise still owes L1 its requests: else the exodus begins. */
import { expect } from "chai";
import { deposit, setSigningKey, submit, User } from "../helpers/operator-world.ts";
import { createPromiseWorld } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: requests behind INCLUSION_CONFLICT (${random.title})`, () => {
  it("reads what L1 has, though a key has gone that a promise rests on", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice } = world;
    const carol = new User(random);
    await deposit(world, carol.address, 1_000n);
    await setSigningKey(world, carol, "onchain");
    const before = l1.snapshot();
    await operator.processBlocks("committed");
    submit(world, carol, { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n });
    l1.revert(before);
    const accountId = operator.state.accountIdOf(carol.address)!;
    l1.authorize({ owner: carol.address, accountId, nonce: 0, pubKeyHash: 7n });
    await operator.syncL1().catch(() => undefined);
    const request = { type: "deposit" as const, owner: alice.address, tokenId: 0, amount: 5n };
    const requestId = l1.request(request);
    for (let attempt = 0; attempt < 3; attempt++) {
      l1.increaseTime(3_600);
      await operator.syncL1().catch(() => undefined);
      await operator.processBlocks().catch(() => undefined);
    }
    expect(operator.requestReceipt(requestId)?.status).to.equal("executed");
  });
});
