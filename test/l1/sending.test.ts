/** Transactions that L1 does not mine in time. */
import { expect } from "chai";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createTestRollup, type TestRollup } from "../helpers/test-rollup.ts";

const RESEND_AFTER_MS = 300;

describe("RollupClient: stuck transactions", () => {
  let fixture: TestRollup;
  let client: RollupClient;
  beforeEach(async () => {
    fixture = await createTestRollup();
    const patience = { resendAfterMs: RESEND_AFTER_MS, sendsMax: 3 };
    client = await connectRollup(fixture.client, fixture.user, patience);
    await fixture.ethers.provider.send("evm_setAutomine", [false]);
  });

  async function pendingHashes(): Promise<string[]> {
    const { ethers } = fixture;
    const block = (await ethers.provider.send("eth_getBlockByNumber", ["pending", false])) as {
      transactions: string[];
    };
    return block.transactions;
  }

  /** Waits until a transaction other than the known ones is pending. */
  async function nextPending(known: readonly string[]): Promise<string> {
    for (;;) {
      const hash = (await pendingHashes()).find((pending) => !known.includes(pending));
      if (hash !== undefined) return hash;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it("are resent with the same nonce and higher fees", async () => {
    const { ethers, networkHelpers, user, rollup } = fixture;
    const deposit = client.depositEth(user.address, 9n);
    const first = await ethers.provider.getTransaction(await nextPending([]));
    const second = await ethers.provider.getTransaction(await nextPending([first!.hash]));
    expect(second).to.include({ nonce: first!.nonce, data: first!.data, value: first!.value });
    expect(second!.maxFeePerGas! > (first!.maxFeePerGas! * 11n) / 10n).to.equal(true);
    await networkHelpers.mine();
    const { transaction } = await deposit;
    expect(transaction.hash).not.to.equal(first!.hash);
    expect((await ethers.provider.getTransaction(transaction.hash))!.nonce).to.equal(first!.nonce);
    expect((await rollup.priorityQueue()).next).to.equal(1n);
  });

  it("are resent after a node has dropped them", async () => {
    const { ethers, networkHelpers, user } = fixture;
    const deposit = client.depositEth(user.address, 9n);
    const first = await nextPending([]);
    await ethers.provider.send("hardhat_dropTransaction", [first]);
    await nextPending([first]);
    await networkHelpers.mine();
    expect((await deposit).transaction.hash).not.to.equal(first);
  });

  it("are not sent again by a process that does not lead any more", async () => {
    const { ethers, user } = fixture;
    const abort = new AbortController();
    const assertMaySend = () => abort.signal.throwIfAborted();
    const options = { resendAfterMs: RESEND_AFTER_MS, sendsMax: 3, assertMaySend };
    const leader = await connectRollup(fixture.client, user, options);
    const deposit = leader.depositEth(user.address, 9n).catch((error: unknown) => error);
    const first = await nextPending([]);
    abort.abort(new Error("another process leads"));
    expect(await deposit).to.have.property("message", "another process leads");
    expect(await pendingHashes()).to.deep.equal([first]);
    const nonce = await ethers.provider.getTransactionCount(user.address, "pending");
    const next = await leader.depositEth(user.address, 9n).catch((error: unknown) => error);
    expect(next).to.have.property("message", "another process leads");
    expect(await ethers.provider.getTransactionCount(user.address, "pending")).to.equal(nonce);
  });

  it("L1_TRANSACTION_STUCK: are abandoned, and may be mined later", async () => {
    const { networkHelpers, user, rollup } = fixture;
    const error = await expectRejection(
      "L1_TRANSACTION_STUCK",
      client.depositEth(user.address, 9n),
    );
    // A slow machine may have no time for the last one.
    expect(error.facts["sends"]).to.be.oneOf([2, 3]);
    await networkHelpers.mine();
    expect((await rollup.priorityQueue()).next).to.equal(1n);
  });
});
