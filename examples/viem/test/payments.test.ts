/** Payments on L2 with clients and accounts of viem. Every wait makes a real proof. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { network } from "hardhat";
import { rollupAssert } from "hardhat-zkrollup/assert";
import { rollupActions, type RollupWallet } from "hardhat-zkrollup/sdk";
import { parseEther } from "viem";

const { rollup, viem } = await network.create();

/** A client with the actions of the rollup on this network. */
const client = (await viem.getPublicClient()).extend(rollupActions());

describe("payments with viem", () => {
  let alice: RollupWallet;
  let bobAddress: string;

  before(async () => {
    await rollup.deploy();
    const [, first, second] = await viem.getWalletClients();
    // A client gets the actions of the rollup; its account signs once for the key on L2.
    alice = await first!.extend(rollupActions()).getRollupWallet();
    bobAddress = second!.account.address;
    await (await alice.deposit({ token: "ETH", amount: parseEther("2") })).wait();
    await (await alice.setSigningKey()).wait();
  });

  it("arrive at once, and are final when L1 has executed their block", async () => {
    const to = bobAddress;
    const payment = await alice.transfer({ to, token: "ETH", amount: parseEther("0.5") });
    const before = await client.getRollupBalance({ address: to });
    assert.deepEqual(before, { accepted: parseEther("0.5"), committed: 0n, finalized: 0n });

    const { hash } = payment;
    const receipt = await client.waitForRollupReceipt({ hash, stage: "executed" });
    assert.equal(receipt.status, "executed");
    const { finalized } = await client.getRollupBalance({ address: to });
    assert.equal(finalized, parseEther("0.5"));
  });

  it("change balances, or are refused by code", async () => {
    const pay = (ether: string) =>
      alice.transfer({ to: bobAddress, token: "ETH", amount: parseEther(ether) });
    const bob = (await client.getRollup()).watchOnly(bobAddress);
    await rollupAssert.changesL2Balance(() => pay("0.25"), bob, "ETH", parseEther("0.25"));
    await rollupAssert.rejectedWithCode(pay("3"), "INSUFFICIENT_BALANCE");
  });
});
