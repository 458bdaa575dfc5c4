/** See also test/contracts/payouts.test.ts, which tests each misbehavior alone. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { executedBlock, provenBlock, startExodus } from "../helpers/attacks.ts";
import {
  createTestRollup,
  PAYING,
  type TestRollup,
  withdrawOperation,
  ZERO_PROOF,
} from "../helpers/test-rollup.ts";

/** Order of `OddRecipient.Behavior`. */
const BEHAVIOR = { accept: 0, revert: 1, burnGas: 2, returnBomb: 3, reenter: 4 };
const FUNDS = 1000n;

describe("Attacks on payouts", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup("MockVerifier", { priorityExpirationSeconds: 1000 });
    await fixture.client.depositEth(fixture.user.address, FUNDS);
  });

  async function oddRecipient(behavior: number) {
    const recipient = await fixture.ethers.deployContract("OddRecipient");
    await recipient.setBehavior(behavior);
    return { recipient, address: await recipient.getAddress() };
  }

  const balanceOf = (address: string) => fixture.ethers.provider.getBalance(address);

  it("reentrancy at payout: nothing is paid twice while blocks are executed", async () => {
    const { rollup, governor, genesis } = fixture;
    const { recipient, address } = await oddRecipient(BEHAVIOR.reenter);
    await rollup.connect(governor).setValidator(address, true);
    const operations = [withdrawOperation(address, 5n), withdrawOperation(address, 5n)];
    const block = await provenBlock(fixture, genesis, operations);
    const { storedBlock } = block;
    const payouts = [5n, 5n].map((amount) => ({ recipient: address, tokenId: 0, amount }));
    const blocks = [{ storedBlock, payouts }];
    const again = rollup.interface.encodeFunctionData("executeBlocks", [blocks]);
    await recipient.setReentrantCall(rollup, again);
    await rollup.executeBlocks(blocks, PAYING);
    expect(await recipient.reentered()).to.equal(false);
    expect(await balanceOf(address)).to.equal(10n);
    expect(await balanceOf(fixture.client.rollupAddress)).to.equal(FUNDS - 10n);
    await expect(rollup.executeBlocks(blocks)).to.be.revertedWithCustomError(
      rollup,
      "BlockOutOfOrder",
    );
  });

  it("reentrancy at payout: no exit can be claimed while another is paid", async () => {
    const { rollup, genesis } = fixture;
    const { recipient, address } = await oddRecipient(BEHAVIOR.reenter);
    await startExodus(fixture);
    const claim = (accountId: number) => {
      return { accountId, tokenId: 0, owner: address, amount: 300n };
    };
    for (const [accountId, again] of [
      [1, 1],
      [2, 3],
    ] as const) {
      const call = [genesis, claim(again), ZERO_PROOF] as const;
      const data = rollup.interface.encodeFunctionData("performExit", call as never);
      await recipient.setReentrantCall(rollup, data);
      await rollup.performExit(genesis, claim(accountId), ZERO_PROOF);
      expect(await recipient.reentered()).to.equal(false);
      expect(await rollup.hasExited(3, 0)).to.equal(false);
    }
    expect(await balanceOf(address)).to.equal(600n);
  });

  it("reentrancy at payout: a deposit cancelled meanwhile counts once", async () => {
    const { rollup, client, genesis } = fixture;
    const { recipient, address } = await oddRecipient(BEHAVIOR.reenter);
    const { requestId } = await client.depositEth(address, 7n);
    await startExodus(fixture);
    const deposit = { requestId, owner: address, tokenId: 0, amount: 7n };
    const cancel = rollup.interface.encodeFunctionData("cancelDeposits", [[deposit]]);
    await recipient.setReentrantCall(rollup, cancel);
    const claim = { accountId: 1, tokenId: 0, owner: address, amount: 300n };
    await rollup.performExit(genesis, claim, ZERO_PROOF);
    expect(await recipient.reentered()).to.equal(true);
    expect(await rollup.pendingBalance(address, ZeroAddress)).to.equal(7n);
    await expect(rollup.cancelDeposits([deposit])).to.be.revertedWithCustomError(
      rollup,
      "DepositUnknown",
    );
    await rollup.withdrawPendingBalance(address, ZeroAddress);
    expect(await balanceOf(address)).to.equal(307n);
  });

  it("griefing by gas at payout: a block full of burners has a price", async () => {
    const { rollup, client, genesis } = fixture;
    const burner = (await oddRecipient(BEHAVIOR.burnGas)).address;
    const bomber = (await oddRecipient(BEHAVIOR.returnBomb)).address;
    const honest = fixture.ethers.Wallet.createRandom().address;
    const recipients = [burner, bomber, burner, honest];
    const operations = recipients.map((recipient) => withdrawOperation(recipient, 5n));
    const { storedBlock, payouts } = await provenBlock(fixture, genesis, operations);
    const { gasUsed } = await client.executeBlocks([{ storedBlock, payouts }]);
    const limit = (await rollup.payoutGasLimit()) + 70_000n;
    expect(gasUsed < limit * BigInt(recipients.length) + 100_000n).to.equal(true);
    expect(await balanceOf(honest)).to.equal(5n);
    expect(await rollup.pendingBalance(burner, ZeroAddress)).to.equal(10n);
  });

  it("griefing by gas at payout: anyone can make payouts that an executor leaves open", async () => {
    const { rollup, genesis, user, other } = fixture;
    const { storedBlock } = await provenBlock(fixture, genesis, [
      withdrawOperation(user.address, 5n),
    ]);
    const payouts = [{ recipient: user.address, tokenId: 0, amount: 5n }];
    const gasLimit = await rollup.executeBlocks.estimateGas([{ storedBlock, payouts }]);
    await rollup.executeBlocks([{ storedBlock, payouts }], { gasLimit });
    expect(await rollup.pendingBalance(user.address, ZeroAddress)).to.equal(0n);
    const before = await balanceOf(user.address);
    await rollup.connect(other).payOut(storedBlock, payouts, 0, 1);
    expect(await balanceOf(user.address)).to.equal(before + 5n);
  });

  it("griefing by refusal: neither the block nor the next one stops", async () => {
    const { rollup, genesis, user } = fixture;
    const { address } = await oddRecipient(BEHAVIOR.revert);
    const first = await executedBlock(fixture, genesis, [withdrawOperation(address, 5n)]);
    const before = await balanceOf(user.address);
    await executedBlock(fixture, first, [withdrawOperation(user.address, 6n)]);
    expect(await balanceOf(user.address)).to.equal(before + 6n);
    expect(await rollup.pendingBalance(address, ZeroAddress)).to.equal(5n);
  });
});
