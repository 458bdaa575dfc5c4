/** A node accepts a transfer, and its answer is lost: who does what the error says pays twice. */
import { expect } from "chai";
import { rpcError } from "../../src/api/errors.ts";
import { toJsonRpcError } from "../../src/api/error-transport.ts";
import { connect } from "../../src/sdk/connect.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFakeNode, createSdkWorld, type FakeNode } from "../helpers/sdk-world.ts";

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

  /** Lets submissions be accepted, and their answers be lost. */
  function loseAnswers(node: FakeNode): void {
    node.answer = async ({ method }, response, pass) => {
      const answer = await pass();
      if (!method.startsWith("rollup_submit")) return answer;
      response.destroy();
      return undefined;
    };
  }

  const NOT_ACCEPTED = (method: string, code: "RPC_RATE_LIMITED" | "RPC_METHOD_RESTRICTED") => ({
    jsonrpc: "2.0",
    id: 1,
    error: toJsonRpcError(
      method,
      code === "RPC_RATE_LIMITED"
        ? rpcError({ code, retryAfterSeconds: 0.1 })
        : rpcError({ code, method }),
    ),
  });

  it("the same batch again does not pay twice", async () => {
    const { world, node, rollup, alice } = await createWorld();
    const send = () =>
      alice
        .batch()
        .transfer({ to: TO, token: "ETH", amount: 100n })
        .transfer({ to: TO, token: "ETH", amount: 10n })
        .send();
    loseAnswers(node);
    await expectRejection("CONNECTION_FAILED", send());
    node.answer = (_call, _response, pass) => pass();
    const handle = await send();
    const paid = await rollup.getBalance(TO, "ETH");
    const again = await send();
    const paidAgain = await rollup.getBalance(TO, "ETH");
    await node.close();
    await world.server.close();
    expect(handle.receipts.map(({ nonce }) => nonce)).to.deep.equal([1, 2]);
    expect(again.receipts.map(({ nonce }) => nonce)).to.deep.equal([3, 4]);
    expect([paid, paidAgain]).to.deep.equal([110n, 220n]);
  });

  it("the same key again is not set twice, and not consented to twice", async () => {
    const { world, node, alice } = await createWorld();
    loseAnswers(node);
    await expectRejection("CONNECTION_FAILED", alice.setSigningKey({ auth: "onchain" }));
    node.answer = (_call, _response, pass) => pass();
    const sent = await world.ethers.provider.getTransactionCount(alice.address);
    const { receipt } = await alice.setSigningKey({ auth: "onchain" });
    const sentAgain = await world.ethers.provider.getTransactionCount(alice.address);
    const nonce = await alice.getNonce();
    await node.close();
    await world.server.close();
    expect(receipt.nonce).to.equal(1);
    expect(nonce).to.equal(2);
    expect(sentAgain).to.equal(sent);
  });

  it("is not paid twice if the node is busy, or has forgotten it, when it comes again", async () => {
    const { world, node, rollup, alice } = await createWorld();
    const payment = { to: TO, token: "ETH", amount: 100n };
    loseAnswers(node);
    await expectRejection("CONNECTION_FAILED", alice.transfer(payment));
    let refusal: Parameters<typeof NOT_ACCEPTED>[1] = "RPC_RATE_LIMITED";
    let refusals = 1;
    node.answer = ({ method }, _response, pass) =>
      method === "rollup_submitTransaction" && refusals-- > 0
        ? NOT_ACCEPTED(method, refusal)
        : pass();
    await expectRejection("RPC_RATE_LIMITED", alice.transfer(payment));
    [refusal, refusals] = ["RPC_METHOD_RESTRICTED", 1];
    const { receipt } = await alice.transfer(payment);
    const paid = await rollup.getBalance(TO, "ETH");
    await node.close();
    await world.server.close();
    expect(receipt.nonce).to.equal(1);
    expect(paid).to.equal(100n);
  });

  it("RPC_RESULT_INVALID: the node names another transaction, and the same one again is one", async () => {
    const { world, node, rollup, alice } = await createWorld();
    node.answer = async ({ method }, _response, pass) => {
      const answer = (await pass()) as { result: object };
      if (method !== "rollup_submitTransaction") return answer;
      return { ...answer, result: { ...answer.result, hash: `0x${"1".repeat(64)}` } };
    };
    const payment = { to: TO, token: "ETH", amount: 100n };
    await expectRejection("RPC_RESULT_INVALID", alice.transfer(payment));
    node.answer = (_call, _response, pass) => pass();
    await alice.transfer(payment);
    const paid = await rollup.getBalance(TO, "ETH");
    await node.close();
    await world.server.close();
    expect(paid).to.equal(100n);
  });
});
