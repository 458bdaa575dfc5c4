/** Two different blocks of one number have one hash for Ethereum tools. */
import { expect } from "chai";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createEthereumHandler } from "../../src/server/ethereum/handler.ts";
import { createFundedUser, createOperatorWorld, submit } from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: hashes of L2's blocks (${random.title})`, () => {
  it("gives a block that is rebuilt with another time another hash", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev, options: { mode: "manual" } });
    const { operator, l1 } = world;
    const alice = await createFundedUser(world, random);
    await operator.processBlocks();
    submit(world, alice, { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n });
    operator.sealBlock();
    const handle = createEthereumHandler(operator, 9);
    const read = async () =>
      (await handle("eth_getBlockByNumber", ["0x2"])) as { hash: string; timestamp: string };
    const before = await read();
    l1.increaseTime(13 * 3600);
    await operator.processBlocks();
    const after = await read();
    expect(after.timestamp).to.not.equal(before.timestamp);
    expect(after.hash, "docs/ethereum.md: then its hash changes").to.not.equal(before.hash);
  });
});
