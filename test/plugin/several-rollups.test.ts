/** Rollups beside each other in one run, and on a fork of another L1. */
import { expect } from "chai";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { type Devnet, startDevnet } from "../../src/plugin/devnet/devnet.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";

const MOCK = { prover: "mock" } as const;

/** Deposits a token to the second account, and pays 5 of it to the third. */
async function pay({ rollup }: NetworkConnection, token: string): Promise<RollupWallet> {
  const [, alice, bob] = (await rollup.getWallets()) as [never, RollupWallet, RollupWallet];
  await (await alice.deposit({ token, amount: 1000n })).wait();
  await alice.setSigningKey();
  await (await alice.transfer({ to: bob.address, token, amount: 5n })).wait("executed");
  return bob;
}

describe("plugin: several rollups", () => {
  let devnet: Devnet;
  before(async () => {
    devnet = await startDevnet(hre, { port: 0, hostname: "127.0.0.1", prover: "mock" });
  });
  after(() => devnet.close());

  it("run beside each other, each on a chain of its own", async () => {
    const connections = await Promise.all([hre.network.create(), hre.network.create()]);
    await Promise.all(connections.map(({ rollup }) => rollup.deploy(MOCK)));
    const [first, second] = connections;
    const bob = await pay(first, "ETH");
    expect(await bob.getBalance("ETH")).to.equal(5n);
    const [, , other] = await second.rollup.getWallets();
    expect(await other!.getBalance("ETH")).to.equal(0n);
    await first.close();
    await pay(second, "ETH");
    expect(await other!.getBalance("ETH")).to.equal(5n);
    await second.close();
  });

  it("use the tokens of a forked L1, which stays as it is", async () => {
    const { url, tokens, rollup: theirs } = devnet.description;
    const override = { forking: { enabled: true, url } } as const;
    const fork = await hre.network.create({ override });
    await fork.rollup.deploy({ ...MOCK, tokens: [tokens[1]!.address] });
    const bob = await pay(fork, tokens[1]!.symbol);
    expect(await bob.getBalance(tokens[1]!.symbol)).to.equal(5n);
    const l1 = await hre.network.create({ network: "localhost", override: { url } });
    const { ethers } = l1;
    expect(await ethers.provider.getCode(await fork.rollup.contracts.rollup.getAddress())).to.equal(
      "0x",
    );
    expect(await ethers.provider.getCode(theirs)).to.not.equal("0x");
    await l1.close();
    await fork.close();
  });
});
