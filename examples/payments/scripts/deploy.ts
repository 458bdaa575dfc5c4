/** Deploys a token and a rollup that lists it, and makes a first payment through a real proof. */
import { network } from "hardhat";

const { ethers, networkName, rollup } = await network.create();
const amount = ethers.parseEther("1");

const dollar = await ethers.deployContract("TestToken", ["Dollar", "USDX"]);
await rollup.deploy({ tokens: [await dollar.getAddress()] });
const { contracts, operator } = rollup;
console.log(`Network   ${networkName}, chain ${operator.chainId}`);
console.log(`Token     ${await dollar.getAddress()}`);
console.log(`Verifier  ${await contracts.verifier.getAddress()}`);
console.log(`Rollup    ${await contracts.rollup.getAddress()}`);

const [, alice, bob] = await rollup.getWallets();
if (alice === undefined || bob === undefined) throw new Error("The network needs three accounts");
await (await alice.deposit({ token: "ETH", amount })).wait();
await (await alice.setSigningKey()).wait();
const payment = await alice.transfer({ to: bob.address, token: "ETH", amount: amount / 2n });
const { blockNumber } = await payment.wait("executed");
console.log(`Paid      ${ethers.formatEther(amount / 2n)} ETH to ${bob.address}`);
console.log(`          in block ${blockNumber}, proven and executed on L1`);
