/** An exchange that works as one, and cheaters who fail. */
import { expect } from "chai";
import { network } from "hardhat";
import { isRollupError } from "hardhat-zkrollup/sdk";
import { exchange, prepareExchange, type Side } from "../src/exchange.ts";

const { ethers, networkHelpers, rollup } = await network.create();
const ether = ethers.parseEther;

/** Alice has 1 ETH and Bob 3,000 dollars, both on L2. */
async function twoTraders() {
  const dollar = await ethers.deployContract("TestToken", ["Dollar", "USDX"]);
  await rollup.deploy({ tokens: [await dollar.getAddress()] });
  const [, alice, bob] = await rollup.getWallets();
  await dollar.mint(bob!.address, ether("3000"));
  await alice!.deposit({ token: "ETH", amount: ether("1") });
  await (await bob!.deposit({ token: "USDX", amount: ether("3000") })).wait();
  await alice!.setSigningKey();
  await (await bob!.setSigningKey()).wait();
  const ethSide: Side = { wallet: alice!, token: "ETH", amount: ether("0.5") };
  const dollarSide: Side = { wallet: bob!, token: "USDX", amount: ether("1500") };
  return { alice: alice!, bob: bob!, ethSide, dollarSide };
}

async function codeOf(refused: Promise<unknown>): Promise<string> {
  try {
    await refused;
  } catch (error) {
    if (isRollupError(error)) return error.code;
    throw error;
  }
  throw new Error("nothing is refused");
}

describe("exchange", () => {
  it("moves both payments in one block, neighbors in their slots", async () => {
    const { alice, bob, ethSide, dollarSide } = await networkHelpers.loadFixture(twoTraders);
    const [first, second] = await exchange(ethSide, dollarSide);
    expect(await alice.getBalance("USDX")).to.equal(ether("1500"));
    expect(await bob.getBalance("ETH")).to.equal(ether("0.5"));

    const paid = await alice.provider.waitForReceipt(first!.hash, "executed");
    const received = await alice.provider.waitForReceipt(second!.hash, "executed");
    expect(paid.blockNumber).to.equal(received.blockNumber);
    expect(received.slotIndex).to.equal(paid.slotIndex! + 1);
  });

  it("moves neither payment if one of them breaks a rule", async () => {
    const { alice, ethSide, dollarSide } = await networkHelpers.loadFixture(twoTraders);
    const tooMuch = { ...dollarSide, amount: ether("9000") };
    expect(await codeOf(exchange(ethSide, tooMuch))).to.equal("INSUFFICIENT_BALANCE");
    expect(await alice.getBalance("ETH")).to.equal(ether("1"));
  });

  it("gives nobody a signature that is of use alone", async () => {
    const { alice, bob, ethSide, dollarSide } = await networkHelpers.loadFixture(twoTraders);
    const list = await prepareExchange(ethSide, dollarSide);
    const signed = await alice.signBatch(list);
    // Bob leaves his payment out, and submits Alice's.
    const alone = codeOf(bob.provider.submitBatch(signed.slice(0, 1)));
    expect(await alone).to.equal("SIGNATURE_INVALID");
    // Bob lowers the price after Alice has signed.
    const lower = { ...dollarSide, amount: ether("1") };
    const [, cheap] = await prepareExchange(ethSide, lower);
    const changed = await bob.signBatch([signed[0]!, cheap!]);
    expect(await codeOf(bob.provider.submitBatch(changed))).to.equal("SIGNATURE_INVALID");
  });
});
