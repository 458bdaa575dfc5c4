/** A void promise counts again after 256 L1 blocks, unless somebody has its anchor kept in time. */
import { expect } from "chai";
import { submit } from "../helpers/operator-world.ts";
import { createPromiseWorld, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: anchors that nobody keeps (${random.title})`, () => {
  it("informs the operator of a promise that a reorg has voided", async () => {
    const lines: string[] = [];
    const note = (text: string) => void lines.push(text);
    const logger = { debug: note, info: note, error: note };
    const world = await createPromiseWorld(random, {}, { logger });
    const { operator, l1, alice } = world;
    const before = l1.snapshot();
    l1.increaseTime(1);
    await operator.syncL1();
    const pay = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 1n };
    const { hash } = submit(world, alice, pay);
    expect(await promiseOf(world, hash)).to.not.equal(undefined);
    l1.revert(before);
    for (let count = 0; count < 3; count++) l1.increaseTime(1);
    await operator.syncL1();
    expect(await promiseOf(world, hash), "the node has forgotten it").to.equal(undefined);
    const isTold = lines.some((line) => /anchor/i.test(line));
    expect(isTold, "51 minutes are left for `keepAnchor`, and nobody knows").to.equal(true);
  });
});
