/** A node accepts a transfer, and its answer is lost: who does what the error says pays twice. */
import { expect } from "chai";
import { connect } from "../../src/sdk/connect.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFakeNode, createSdkWorld } from "../helpers/sdk-world.ts";

const TO = "0x00000000000000000000000000000000000A11cE";

/** Alice has 1,000 wei and a key, and asks a node once for each call. */
async function createWorld() {
  const world = await createSdkWorld();
  const node = await createFakeNode(world.url);
  const rollup = await connect(node.url, { retries: 0 });
  const signer = RollupSigner.fromSeed(new Uint8Array(32).fill(7));
  const alice = await rollup.wallet(world.user, { signer });
  await alice.deposit({ token: "ETH", amount: 1000n });
  await alice.setSigningKey();
  return { world, node, rollup, alice };
}

describe("attacks: a payment whose answer is lost", () => {
  it("CONNECTION_FAILED: the same transfer again, as the error says, does not pay twice", async () => {
    const { world, node, rollup, alice } = await createWorld();
    let isLost = true;
    node.answer = async ({ method }, response, pass) => {
      const answer = await pass();
      if (method !== "rollup_submitTransaction" || !isLost) return answer;
      response.destroy();
      return undefined;
    };
    const payment = { to: TO, token: "ETH", amount: 100n };
    const { fix } = await expectRejection("CONNECTION_FAILED", alice.transfer(payment));
    expect(fix).to.include("may be sent again");
    isLost = false;
    await alice.transfer(payment);
    const paid = await rollup.getBalance(TO, "ETH");
    await node.close();
    await world.server.close();
    expect(paid).to.equal(100n);
  });

  it("gives a payment up that was not accepted when another one is sent", async () => {
    const { world, node, rollup, alice } = await createWorld();
    let isAway = true;
    node.answer = async ({ method }, response, pass) => {
      if (method !== "rollup_submitTransaction" || !isAway) return pass();
      response.destroy();
      return undefined;
    };
    const payment = { to: TO, token: "ETH", amount: 100n };
    await expectRejection("CONNECTION_FAILED", alice.transfer(payment));
    isAway = false;
    await alice.transfer({ ...payment, amount: 7n });
    const paid = await rollup.getBalance(TO, "ETH");
    await node.close();
    await world.server.close();
    expect(paid).to.equal(7n);
  });
});
