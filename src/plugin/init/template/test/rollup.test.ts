import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers, rollup } = await network.create();

async function deployWithDeposit() {
  await rollup.deploy();
  const [alice, bob] = await rollup.getWallets();
  await (await alice.deposit({ token: "ETH", amount: ethers.parseEther("2") })).wait();
  await (await alice.setSigningKey()).wait();
  return { alice, bob };
}

it("pays on L2 and withdraws to L1", async () => {
  const { alice, bob } = await networkHelpers.loadFixture(deployWithDeposit);
  await alice.transfer({ to: bob.address, token: "ETH", amount: ethers.parseEther("0.5") });
  expect(await bob.getBalance("ETH")).to.equal(ethers.parseEther("0.5")); // at once

  const to = ethers.Wallet.createRandom().address;
  const withdrawal = await alice.withdraw({ token: "ETH", amount: ethers.parseEther("1"), to });
  await withdrawal.wait("executed"); // block committed, proven and executed on L1
  expect(await ethers.provider.getBalance(to)).to.equal(ethers.parseEther("1"));
});
