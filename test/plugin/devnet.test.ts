/** A devnet, and clients on the other side of its port. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { type Devnet, startDevnet } from "../../src/plugin/devnet/devnet.ts";
import { locateRollup } from "../../src/plugin/rollup/locate-rollup.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";

describe("plugin/devnet", () => {
  let devnet: Devnet;
  let connection: NetworkConnection;

  before(async () => {
    devnet = await startDevnet(hre, { port: 0, hostname: "127.0.0.1", prover: "mock" });
    connection = await hre.network.create({
      network: "localhost",
      override: { url: devnet.description.url },
    });
  });

  after(async () => {
    await connection.close();
    await devnet.close();
  });

  it("funds every account with tokens, and lists the tokens", async () => {
    expect(devnet.description.tokens.map(({ symbol }) => symbol)).to.deep.equal([
      "ETH",
      "TUSD",
      "TEUR",
    ]);
    expect(devnet.description.accounts).to.have.length(10);
    const [signer] = await connection.ethers.getSigners();
    expect(devnet.description.accounts[0]!.address).to.equal(signer!.address);
  });

  it("serves wallets on the other side of the port", async () => {
    const [, alice, bob] = await connection.rollup.getWallets();
    const deposit = await alice!.deposit({ token: "TUSD", amount: 1000n });
    await deposit.wait();
    await alice!.setSigningKey();
    const transfer = await alice!.transfer({ to: bob!.address, token: "TUSD", amount: 10n });
    expect((await transfer.wait()).status).to.equal("executed");
    expect(await bob!.getBalance("TUSD")).to.equal(10n);
  });

  it("promises what it accepts, for the bond that it prints", async () => {
    const [, alice, bob] = await connection.rollup.getWallets();
    await (await alice!.deposit({ token: "ETH", amount: 1000n })).wait();
    if (!(await alice!.isSigningKeySet())) await alice!.setSigningKey();
    await (await alice!.deposit({ token: "ETH", amount: 1n })).wait(); // its key is executed
    const paid = await alice!.transfer({ to: bob!.address, token: "ETH", amount: 10n });
    const { bond } = devnet.description;
    const accepted = await paid.inclusion({ bond, l1: connection.ethers.provider });
    expect(accepted.bond.bondAddress).to.equal(bond);
    expect(accepted.bond.balanceWei).to.equal(100n * 10n ** 18n);
    expect((await paid.wait()).status).to.equal("executed");
  });

  it("passes coded errors with their facts through the port", async () => {
    const [, , , carol] = await connection.rollup.getWallets();
    await (await carol!.deposit({ token: "ETH", amount: 5n })).wait();
    const transfer = carol!.transfer({ to: carol!.address, token: "ETH", amount: 1n });
    const error = await expectRejection("SIGNING_KEY_NOT_SET", transfer);
    expect(error.facts).to.have.property("accountId", await carol!.accountId());
  });

  it("locates its own rollup, not the one in the file of another chain", async () => {
    const root = await mkdtemp(join(tmpdir(), "devnet-deployments-"));
    const config = { ...hre.config, paths: { ...hre.config.paths, root } };
    await mkdir(join(root, "deployments"));
    const stale = JSON.stringify({ rollup: `0x${"ab".repeat(20)}`, deploymentBlock: 7 });
    await writeFile(join(root, "deployments", "rollup-31337.json"), stale);
    const client = await hre.network.create({
      network: "localhost",
      override: { url: devnet.description.url },
    });
    expect(await locateRollup(config, client, {})).to.deep.equal({
      rollupAddress: devnet.description.rollup,
      deploymentBlock: 0,
    });
    await client.close();
    await rm(root, { recursive: true });
  });

  it("keeps its operator to itself", () => {
    expectCode("OPERATOR_ELSEWHERE", () => connection.rollup.operator);
  });

  it("refuses a port that is taken", async () => {
    const port = Number(new URL(devnet.description.url).port);
    const second = startDevnet(hre, { port, hostname: "127.0.0.1", prover: "mock" });
    await expectRejection("PORT_IN_USE", second);
  });
});
