import { expect } from "chai";
import { ZeroAddress } from "ethers";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  PAYING,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

/** Order of `OddRecipient.Behavior`. */
const RECIPIENT = { accept: 0, revert: 1, burnGas: 2, returnBomb: 3, reenter: 4 };
/** Order of `OddToken.Behavior`. */
const TOKEN = {
  ordinary: 0,
  revert: 1,
  returnFalse: 2,
  returnGarbage: 3,
  burnGas: 4,
  returnBomb: 5,
  feeOnTransfer: 6,
  reenter: 7,
};
const FUNDS = 1000n;

describe("Rollup: payouts", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
    await fixture.client.depositEth(fixture.other.address, FUNDS);
  });

  /** Commits and proves a block with these withdrawals. @returns A function that executes it. */
  async function provenBlock(
    withdrawals: readonly [recipient: string, amount: bigint, id?: number][],
  ) {
    const { client, rollup } = fixture;
    const last = await client.readStoredBlock(Number((await rollup.blockCounts()).committed));
    const operations = withdrawals.map((withdrawal) => withdrawOperation(...withdrawal));
    const timestamp = await latestTimestamp(fixture);
    const block = createTestBlock(client, last, operations, { timestamp });
    await client.commitBlocks(last, [block.commitBlock]);
    await client.proveBlocks([block.proveBlock]);
    const payouts = withdrawals.map(([recipient, amount, tokenId = 0]) => ({
      recipient,
      amount,
      tokenId,
    }));
    return [{ storedBlock: block.storedBlock, payouts }];
  }

  async function oddRecipient(behavior: number) {
    const recipient = await fixture.ethers.deployContract("OddRecipient");
    await recipient.setBehavior(behavior);
    return { recipient, address: await recipient.getAddress() };
  }

  /** A listed token; the rollup holds FUNDS of it. */
  async function fundedToken() {
    const { ethers, rollup, governor } = fixture;
    const token = await ethers.deployContract("OddToken");
    const address = await token.getAddress();
    await rollup.connect(governor).listToken(token);
    await token.mint(rollup, FUNDS);
    return { token, address };
  }

  it("pays ETH to old and new accounts", async () => {
    const { rollup, ethers, user } = fixture;
    const fresh = ethers.Wallet.createRandom().address;
    const blocks = await provenBlock([
      [user.address, 5n],
      [fresh, 6n],
    ]);
    const execution = rollup.executeBlocks(blocks, PAYING);
    await expect(execution).to.changeEtherBalances(
      ethers,
      [user.address, fresh, await rollup.getAddress()],
      [5n, 6n, -11n],
    );
    await expect(execution).to.emit(rollup, "PayoutSent").withArgs(user.address, 0, 5n);
    await expect(execution).to.emit(rollup, "PayoutSent").withArgs(fresh, 0, 6n);
  });

  for (const behavior of ["revert", "burnGas"] as const) {
    it(`continues if a recipient does this: ${behavior}; the money becomes a pending balance`, async () => {
      const { rollup, ethers, user } = fixture;
      const { recipient, address } = await oddRecipient(RECIPIENT[behavior]);
      const blocks = await provenBlock([
        [address, 5n],
        [user.address, 6n],
        [address, 7n],
      ]);
      const execution = await rollup.executeBlocks(blocks, PAYING);
      await expect(execution).to.emit(rollup, "PayoutPending").withArgs(address, 0, 5n);
      await expect(execution).to.emit(rollup, "PayoutSent").withArgs(user.address, 0, 6n);
      expect(await rollup.pendingBalance(address, ZeroAddress)).to.equal(12n);
      const withdraw = () => rollup.connect(user).withdrawPendingBalance(address, ZeroAddress);
      await expect(withdraw())
        .to.be.revertedWithCustomError(rollup, "PayoutFailed")
        .withArgs(address, 0, 12n);
      await recipient.setBehavior(RECIPIENT.accept);
      await expect(withdraw()).to.changeEtherBalance(ethers, address, 12n);
      await expect(withdraw())
        .to.be.revertedWithCustomError(rollup, "NothingPending")
        .withArgs(address, ZeroAddress);
    });
  }

  it("copies no return data, even if a recipient returns a lot", async () => {
    const { rollup } = fixture;
    const { address } = await oddRecipient(RECIPIENT.returnBomb);
    const { address: plain } = await oddRecipient(RECIPIENT.accept);
    const gasOf = async (recipient: string) => {
      const receipt = await (
        await rollup.executeBlocks(await provenBlock([[recipient, 1n]]), PAYING)
      ).wait();
      return receipt!.gasUsed;
    };
    await gasOf(plain); // The first execution writes to empty storage.
    const difference = (await gasOf(address)) - (await gasOf(plain));
    // Memory of 100,000 bytes costs the recipient 28,500 gas; to copy it would cost that again.
    expect(Number(difference)).to.be.greaterThan(28_000).and.lessThan(31_000);
  });

  it("lets no recipient reenter", async () => {
    const { rollup, ethers, governor } = fixture;
    const { recipient, address } = await oddRecipient(RECIPIENT.reenter);
    await rollup.connect(governor).setValidator(address, true);
    const { interface: abi } = rollup;
    const pending = [address, ZeroAddress] as const;
    const calls = [
      abi.encodeFunctionData("withdrawPendingBalance", [...pending]),
      abi.encodeFunctionData("depositEth", [address]),
      abi.encodeFunctionData("executeBlocks", [[]]),
      abi.encodeFunctionData("payOut", [fixture.genesis, [], 0, 0]),
    ];
    for (const call of calls) {
      await recipient.setReentrantCall(rollup, call);
      const execution = await rollup.executeBlocks(await provenBlock([[address, 5n]]), PAYING);
      await expect(execution).to.changeEtherBalance(ethers, address, 5n);
      expect(await recipient.reentered()).to.equal(false);
    }
    await recipient.setReentrantCall(rollup, abi.encodeFunctionData("tokenCount"));
    await rollup.executeBlocks(await provenBlock([[address, 5n]]), PAYING);
    expect(await recipient.reentered()).to.equal(true);
  });

  it("pays a pending balance once if its recipient reenters", async () => {
    const { rollup } = fixture;
    const { recipient, address } = await oddRecipient(RECIPIENT.revert);
    await rollup.executeBlocks(await provenBlock([[address, 5n]]), PAYING);
    const call = rollup.interface.encodeFunctionData("withdrawPendingBalance", [
      address,
      ZeroAddress,
    ]);
    await recipient.setReentrantCall(rollup, call);
    await recipient.setBehavior(RECIPIENT.reenter);
    await rollup.withdrawPendingBalance(address, ZeroAddress);
    expect(await recipient.reentered()).to.equal(false);
    expect(await fixture.ethers.provider.getBalance(address)).to.equal(5n);
  });

  for (const behavior of [
    "revert",
    "returnFalse",
    "returnGarbage",
    "burnGas",
    "returnBomb",
  ] as const) {
    it(`continues if a token does this: ${behavior}; others are paid`, async () => {
      const { rollup, user } = fixture;
      const { token, address } = await fundedToken();
      const other = await fundedToken();
      await token.setBehavior(TOKEN[behavior]);
      const blocks = await provenBlock([
        [user.address, 5n, 1],
        [user.address, 6n, 2],
        [user.address, 7n],
      ]);
      const execution = await rollup.executeBlocks(blocks, PAYING);
      await expect(execution).to.emit(rollup, "PayoutPending").withArgs(user.address, 1, 5n);
      await expect(execution).to.emit(rollup, "PayoutSent").withArgs(user.address, 0, 7n);
      expect(await other.token.balanceOf(user.address)).to.equal(6n);
      expect(await rollup.pendingBalance(user.address, address)).to.equal(5n);
      await expect(rollup.withdrawPendingBalance(user.address, address))
        .to.be.revertedWithCustomError(rollup, "PayoutFailed")
        .withArgs(user.address, 1, 5n);
      await token.setBehavior(TOKEN.ordinary);
      await rollup.withdrawPendingBalance(user.address, address);
      expect(await token.balanceOf(user.address)).to.equal(5n);
    });
  }

  it("pays tokens that return nothing, take a fee, or call back", async () => {
    const { ethers, rollup, governor, user } = fixture;
    const silent = await ethers.deployContract("NoReturnToken");
    await rollup.connect(governor).listToken(silent);
    await silent.mint(rollup, FUNDS);
    const fee = await fundedToken();
    await fee.token.setBehavior(TOKEN.feeOnTransfer);
    const reentrant = await fundedToken();
    await reentrant.token.setBehavior(TOKEN.reenter);
    const inner = rollup.interface.encodeFunctionData("withdrawPendingBalance", [
      user.address,
      reentrant.address,
    ]);
    await reentrant.token.setReentrantCall(rollup, inner);
    const blocks = await provenBlock([1, 2, 3].map((tokenId) => [user.address, 100n, tokenId]));
    await rollup.executeBlocks(blocks, PAYING);
    expect(await silent.balanceOf(user.address)).to.equal(100n);
    expect(await fee.token.balanceOf(user.address)).to.equal(99n);
    expect(await fee.token.balanceOf(rollup)).to.equal(FUNDS - 100n);
    expect(await reentrant.token.balanceOf(user.address)).to.equal(100n);
    expect(await reentrant.token.reentered()).to.equal(false);
  });

  it("keeps the payouts of a token without code, and never pays them in ETH", async () => {
    const { rollup, user } = fixture;
    const blocks = await provenBlock([[user.address, 5n, 7]]);
    await expect(rollup.executeBlocks(blocks, PAYING))
      .to.emit(rollup, "PayoutPending")
      .withArgs(user.address, 7, 5n);
    await expect(rollup.pendingBalance(user.address, user.address))
      .to.be.revertedWithCustomError(rollup, "TokenNotListed")
      .withArgs(user.address);
  });

  it("pays the amounts of full and forced exits, and nothing for an amount of 0", async () => {
    const { rollup, client, genesis, user, other, ethers } = fixture;
    await rollup.connect(user).requestFullExit(1, ZeroAddress);
    await rollup.connect(user).requestFullExit(2, ZeroAddress);
    const [owner, target] = [BigInt(user.address), BigInt(other.address)];
    const deposit = {
      type: "deposit",
      accountId: 1,
      tokenId: 0,
      owner: target,
      amount: FUNDS,
    } as const;
    const exit = { type: "fullExit", accountId: 1, tokenId: 0, owner, amount: 40n } as const;
    const ids = { initiatorAccountId: 1, targetAccountId: 2, tokenId: 0, fee: 0n };
    const forced = { type: "forcedExit", ...ids, recipient: target, amount: 50n } as const;
    const timestamp = await latestTimestamp(fixture);
    const operations = [deposit, exit, { ...exit, accountId: 2, amount: 0n }, forced];
    const { commitBlock, proveBlock, storedBlock, payouts } = createTestBlock(
      client,
      genesis,
      operations,
      {
        timestamp,
      },
    );
    expect(payouts).to.have.lengthOf(2);
    await client.commitBlocks(genesis, [commitBlock]);
    await client.proveBlocks([proveBlock]);
    const { hash } = await client.executeBlocks([{ storedBlock, payouts }]);
    const execution = (await ethers.provider.getTransaction(hash))!;
    await expect(execution).to.changeEtherBalances(ethers, [user, other], [40n, 50n]);
  });
});
