/** Payments between two accounts of L2. Every `wait()` makes real proofs. */
import { expect } from "chai";
import { network } from "hardhat";
import { isRollupError } from "hardhat-zkrollup/sdk";

const { ethers, networkHelpers, rollup } = await network.create();
const ether = ethers.parseEther;

/** Alice has 2 ETH and 100 dollars on L2 and a key to spend them; Bob has nothing yet. */
async function aliceHasMoney() {
  const dollar = await ethers.deployContract("TestToken", ["Dollar", "USDX"]);
  const [, alice, bob, shop] = await ethers.getSigners();
  await rollup.deploy({ tokens: [await dollar.getAddress()], feeAccount: shop.address });
  const wallets = await rollup.getWallets();
  await dollar.mint(alice.address, ether("100"));

  const [aliceOnL2, bobOnL2, shopOnL2] = [wallets[1]!, wallets[2]!, wallets[3]!];
  await aliceOnL2.deposit({ token: "ETH", amount: ether("2") });
  await (await aliceOnL2.deposit({ token: "USDX", amount: ether("100") })).wait();
  await (await aliceOnL2.setSigningKey()).wait();
  return { alice: aliceOnL2, bob: bobOnL2, shop: shopOnL2, bobOnL1: bob, dollar };
}

/** The code of the error that refuses something. */
async function codeOf(refused: Promise<unknown>): Promise<string> {
  try {
    await refused;
  } catch (error) {
    if (isRollupError(error)) return error.code;
    throw error;
  }
  throw new Error("nothing is refused");
}

describe("payments", () => {
  it("arrive at once, and are final when L1 has executed their block", async () => {
    const { alice, bob } = await networkHelpers.loadFixture(aliceHasMoney);
    const payment = await alice.transfer({ to: bob.address, token: "ETH", amount: ether("0.5") });
    expect(payment.receipt.status).to.equal("accepted");
    expect(await bob.getBalance("ETH")).to.equal(ether("0.5"));

    const { status } = await payment.wait("executed");
    expect(status).to.equal("executed");
  });

  it("pay a fee to the fee account", async () => {
    const { alice, bob, shop } = await networkHelpers.loadFixture(aliceHasMoney);
    const payment = { to: bob.address, token: "USDX", amount: ether("10"), fee: ether("0.01") };
    await (await alice.transfer(payment)).wait();
    expect(await alice.getBalance("USDX")).to.equal(ether("89.99"));
    expect(await shop.getBalance("USDX")).to.equal(ether("0.01"));
  });

  it("are refused by code when they break a rule", async () => {
    const { alice, bob } = await networkHelpers.loadFixture(aliceHasMoney);
    const pay = (amount: bigint) => alice.transfer({ to: bob.address, token: "ETH", amount });
    expect(await codeOf(pay(ether("3")))).to.equal("INSUFFICIENT_BALANCE");
    // Amounts are packed into 40 bits on L1: about ten digits and an exponent.
    expect(await codeOf(pay(123_456_789_012_345_678n))).to.equal("AMOUNT_NOT_PACKABLE");
  });

  it("leave L2 by a withdrawal", async () => {
    const { alice, bob, dollar, bobOnL1 } = await networkHelpers.loadFixture(aliceHasMoney);
    const withdrawal = { to: bob.address, token: "USDX", amount: ether("40") };
    await (await alice.withdraw(withdrawal)).wait("executed");
    expect(await dollar.balanceOf(bobOnL1.address)).to.equal(ether("40"));
  });
});
