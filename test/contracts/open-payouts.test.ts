/** Payouts that execution leaves open: its gas is too low, or it was given no payouts. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { PAYOUTS_NOT_COUNTED, type StoredBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { provenBlock, startExodus } from "../helpers/attacks.ts";
import {
  createTestRollup,
  hashStoredBlock,
  kindOfSlots,
  PAYING,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

/** Order of `OddRecipient.Behavior`. */
const BEHAVIOR = { accept: 0, revert: 1, burnGas: 2, returnBomb: 3, reenter: 4 };
const FUNDS = 1_000_000n;
/** Gas limits that leave some of a few payouts open. */
const SCANTY_GAS = [200_000n, 260_000n, 310_000n, 360_000n];

interface L1Payout {
  readonly recipient: string;
  readonly tokenId: number;
  readonly amount: bigint;
}

/** Gas above the minimum with which a second payout to a new account is also made. */
const SECOND_PAYOUT_GAS = 70_000n;

describe("Rollup: open payouts", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup("MockVerifier", { priorityExpirationSeconds: 1000 });
    await fixture.client.depositEth(fixture.other.address, FUNDS);
  });

  const balanceOf = (address: string) => fixture.ethers.provider.getBalance(address);
  const openPayouts = (blockNumber = 1) => fixture.client.readOpenPayouts(blockNumber);

  async function oddRecipient(behavior: number) {
    const recipient = await fixture.ethers.deployContract("OddRecipient");
    await recipient.setBehavior(behavior);
    return { recipient, address: await recipient.getAddress() };
  }

  /** A proven block of withdrawals of 1, 2, 3, ... wei. */
  async function blockTo(recipients: readonly string[], last: StoredBlock = fixture.genesis) {
    const payouts: L1Payout[] = recipients.map((recipient, index) => {
      return { recipient, tokenId: 0, amount: BigInt(index + 1) };
    });
    const operations: PublicOperation[] = payouts.map(({ recipient, amount }) =>
      withdrawOperation(recipient, amount),
    );
    const { storedBlock } = await provenBlock(fixture, last, operations, kindOfSlots(8));
    return { storedBlock, payouts };
  }

  const freshAddresses = (count: number) =>
    Array.from({ length: count }, () => fixture.ethers.Wallet.createRandom().address);
  const balances = (addresses: readonly string[]) => Promise.all(addresses.map(balanceOf));

  it("writes and emits nothing about open payouts if all are made", async () => {
    const { rollup } = fixture;
    const { storedBlock, payouts } = await blockTo(freshAddresses(2));
    const execution = rollup.executeBlocks([{ storedBlock, payouts }], PAYING);
    await expect(execution).not.to.emit(rollup, "PayoutsOpen");
    expect(await openPayouts()).to.equal(0);
    await expect(rollup.payOut(storedBlock, payouts, 0, 2, PAYING))
      .to.emit(rollup, "PayoutsOpen")
      .withArgs(1, 0);
    const paid = await balances(payouts.map(({ recipient }) => recipient));
    expect(paid, "nobody is paid twice").to.deep.equal([1n, 2n]);
  });

  for (const gasLimit of SCANTY_GAS) {
    it(`executes with ${gasLimit} gas, and pays in order while gas is left`, async () => {
      const { rollup, user } = fixture;
      const recipients = freshAddresses(4);
      const { storedBlock, payouts } = await blockTo(recipients);
      const execution = await rollup.executeBlocks([{ storedBlock, payouts }], { gasLimit });
      await expect(execution).to.emit(rollup, "BlockExecuted").withArgs(1);
      const open = await openPayouts();
      expect(open).to.be.greaterThan(0);
      await expect(execution).to.emit(rollup, "PayoutsOpen").withArgs(1, open);
      const made = 4 - open;
      for (const index of [0, 1, 2, 3]) {
        expect(await rollup.isPayoutMade(1, index)).to.equal(index < made);
      }
      const soFar = [1n, 2n, 3n, 4n].map((amount, index) => (index < made ? amount : 0n));
      expect(await balances(recipients)).to.deep.equal(soFar);
      await expect(rollup.connect(user).payOut(storedBlock, payouts, 0, 4, PAYING))
        .to.emit(rollup, "PayoutsOpen")
        .withArgs(1, 0);
      expect(await balances(recipients)).to.deep.equal([1n, 2n, 3n, 4n]);
      expect(await openPayouts()).to.equal(0);
    });
  }

  it("executes with the lowest gas that does not revert, and keeps all payouts open", async () => {
    const { rollup } = fixture;
    const first = await blockTo(freshAddresses(3));
    const second = await blockTo(freshAddresses(1), first.storedBlock);
    const gasLimit = await rollup.executeBlocks.estimateGas([first, second]);
    await rollup.executeBlocks([first, second], { gasLimit });
    expect([await openPayouts(1), await openPayouts(2)]).to.deep.equal([3, 1]);
    for (const { storedBlock, payouts } of [first, second]) {
      await rollup.payOut(storedBlock, payouts, 0, payouts.length, PAYING);
      const paid = await balances(payouts.map(({ recipient }) => recipient));
      expect(paid).to.deep.equal(payouts.map(({ amount }) => amount));
    }
  });

  it("never fails for lack of payout gas, at any gas limit above the lowest", async () => {
    const { rollup } = fixture;
    const { burnGas, revert, returnBomb } = BEHAVIOR;
    const odd = await Promise.all([burnGas, revert, returnBomb].map(oddRecipient));
    const recipients = [...odd.map(({ address }) => address), ...freshAddresses(1)];
    const first = await blockTo(recipients);
    const second = await blockTo(recipients.toReversed(), first.storedBlock);
    const third = await blockTo(recipients, second.storedBlock);
    const blocks = [first, second, { ...third, payouts: [] }];
    const least = await rollup.executeBlocks.estimateGas(blocks);
    const most = least + 12n * 175_000n;
    for (let gasLimit = least; gasLimit < most; gasLimit += 9_973n) {
      await rollup.executeBlocks.staticCall(blocks, { gasLimit });
    }
    await rollup.executeBlocks(blocks, { gasLimit: most });
    const open = await Promise.all([1, 2, 3].map(openPayouts));
    expect(open).to.deep.equal([0, 0, PAYOUTS_NOT_COUNTED]);
  });

  it("finalizes a block without its payouts; the first `payOut` counts them", async () => {
    const { rollup, user } = fixture;
    const recipients = freshAddresses(3);
    const { storedBlock, payouts } = await blockTo(recipients);
    await expect(rollup.executeBlocks([{ storedBlock, payouts: [] }]))
      .to.emit(rollup, "PayoutsOpen")
      .withArgs(1, PAYOUTS_NOT_COUNTED);
    expect(await openPayouts()).to.equal(PAYOUTS_NOT_COUNTED);
    const payOut = (first: number, count: number | bigint) =>
      rollup.connect(user).payOut(storedBlock, payouts, first, count, PAYING);
    await expect(payOut(3, 1)).to.emit(rollup, "PayoutsOpen").withArgs(1, 3);
    expect(await openPayouts()).to.equal(3);
    await expect(payOut(1, 1)).to.emit(rollup, "PayoutsOpen").withArgs(1, 2);
    expect([await rollup.isPayoutMade(1, 0), await rollup.isPayoutMade(1, 1)]).to.deep.equal([
      false,
      true,
    ]);
    await expect(payOut(1, 1)).to.emit(rollup, "PayoutsOpen").withArgs(1, 2);
    await expect(payOut(0, 0)).to.emit(rollup, "PayoutsOpen").withArgs(1, 2);
    await expect(payOut(0, 2n ** 256n - 1n))
      .to.emit(rollup, "PayoutsOpen")
      .withArgs(1, 0);
    expect(await balances(recipients)).to.deep.equal([1n, 2n, 3n]);
  });

  it("estimates gas for at least one payout, and reverts with less", async () => {
    const { rollup } = fixture;
    const { storedBlock, payouts } = await blockTo(freshAddresses(3));
    await rollup.executeBlocks([{ storedBlock, payouts: [] }]);
    await expect(
      rollup.payOut(storedBlock, payouts, 0, 3, { gasLimit: 200_000n }),
    ).to.be.revertedWithCustomError(rollup, "GasInsufficient");
    const gasLimit = await rollup.payOut.estimateGas(storedBlock, payouts, 0, 3);
    await rollup.payOut(storedBlock, payouts, 0, 3, { gasLimit });
    expect(await openPayouts()).to.be.lessThan(3);
  });

  it("makes payouts at any gas limit above the lowest, also if the next one lacks gas", async () => {
    const { rollup } = fixture;
    const { storedBlock, payouts } = await blockTo(freshAddresses(2));
    await rollup.executeBlocks([{ storedBlock, payouts: [] }]);
    const least = await rollup.payOut.estimateGas(storedBlock, payouts, 0, 2);
    // Steps are smaller than the gas between the end of a payout and the check of the next one.
    for (let more = 0n; more < SECOND_PAYOUT_GAS; more += 50n) {
      await rollup.payOut.staticCall(storedBlock, payouts, 0, 2, { gasLimit: least + more });
    }
  });

  it("accepts executed blocks only, and exactly their payouts", async () => {
    const { rollup } = fixture;
    const { storedBlock, payouts } = await blockTo(freshAddresses(1));
    await expect(rollup.payOut(storedBlock, payouts, 0, 1, PAYING))
      .to.be.revertedWithCustomError(rollup, "BlockNotExecuted")
      .withArgs(1);
    await rollup.executeBlocks([{ storedBlock, payouts: [] }]);
    const forged = { ...storedBlock, payoutsHash: hashStoredBlock(storedBlock) };
    await expect(rollup.payOut(forged, payouts, 0, 1, PAYING)).to.be.revertedWithCustomError(
      rollup,
      "StoredBlockMismatch",
    );
    for (const wrong of [[], [...payouts, ...payouts], [{ ...payouts[0]!, amount: 2n }]]) {
      await expect(rollup.payOut(storedBlock, wrong, 0, 1, PAYING))
        .to.be.revertedWithCustomError(rollup, "PayoutsMismatch")
        .withArgs(1);
    }
    expect(await openPayouts()).to.equal(PAYOUTS_NOT_COUNTED);
  });

  it("pays more than one bitmap word of payouts, each once, in any order", async () => {
    const { rollup, client } = fixture;
    const count = 300;
    const operations = Array.from({ length: count }, (_, index) =>
      withdrawOperation(`0x${(0xaaaa0000 + index).toString(16).padStart(40, "0")}`, 1n),
    );
    const kind = kindOfSlots(count);
    const { storedBlock, payouts } = await provenBlock(fixture, fixture.genesis, operations, kind);
    await client.executeBlocks([{ storedBlock, payouts: [] }]);
    for (const range of [
      { first: 250, count: 10 },
      { first: 200, count: 100 },
      { first: 0, count: 90 },
      { first: 50, count: 60 },
      { first: 0, count: 400 },
    ]) {
      for (let left = Infinity; ;) {
        await client.payOut({ storedBlock, payouts }, range);
        const now = await openPayouts();
        if (now === left) break;
        left = now;
      }
    }
    expect(await openPayouts()).to.equal(0);
    expect(await balanceOf(client.rollupAddress)).to.equal(FUNDS - BigInt(count));
    expect(await rollup.blockCounts()).to.deep.equal([1n, 1n, 1n]);
  });

  it("continues after recipients that burn gas, refuse or return too much", async () => {
    const { rollup } = fixture;
    const odd = await Promise.all(
      [BEHAVIOR.burnGas, BEHAVIOR.revert, BEHAVIOR.returnBomb, BEHAVIOR.burnGas].map(oddRecipient),
    );
    const recipients = [...odd.map(({ address }) => address), ...freshAddresses(1)];
    const { storedBlock, payouts } = await blockTo(recipients);
    await rollup.executeBlocks([{ storedBlock, payouts }], { gasLimit: 500_000n });
    while ((await openPayouts()) > 0) {
      await rollup.payOut(storedBlock, payouts, 0, 5, { gasLimit: 500_000n });
    }
    const pending = await Promise.all(
      recipients.map((recipient) => rollup.pendingBalance(recipient, ZeroAddress)),
    );
    expect(pending).to.deep.equal([1n, 2n, 0n, 4n, 0n]);
    expect(await balanceOf(recipients[4]!)).to.equal(5n);
  });

  it("pays no recipient twice", async () => {
    const { rollup, governor } = fixture;
    const { recipient, address } = await oddRecipient(BEHAVIOR.reenter);
    await rollup.connect(governor).setValidator(address, true);
    const { storedBlock, payouts } = await blockTo([address, address, address]);
    const arguments_ = [storedBlock, payouts, 0, 3] as const;
    const again = rollup.interface.encodeFunctionData("payOut", arguments_ as never);
    await recipient.setReentrantCall(rollup, again);
    await rollup.executeBlocks([{ storedBlock, payouts }], { gasLimit: 270_000n });
    expect(await openPayouts()).to.be.greaterThan(0);
    await rollup.payOut(...arguments_, PAYING);
    expect(await recipient.reentered()).to.equal(false);
    expect(await balanceOf(address)).to.equal(6n);
  });

  it("works in exodus, also if a recipient starts the exodus meanwhile", async () => {
    const { rollup, user, networkHelpers } = fixture;
    const { recipient, address } = await oddRecipient(BEHAVIOR.reenter);
    const [fresh] = freshAddresses(1);
    const { storedBlock, payouts } = await blockTo([address, fresh!]);
    await recipient.setReentrantCall(
      rollup,
      rollup.interface.encodeFunctionData("activateExodusMode"),
    );
    await networkHelpers.time.increase(1000);
    await rollup.executeBlocks([{ storedBlock, payouts }], { gasLimit: 280_000n });
    expect(await rollup.exodusMode()).to.equal(true);
    expect(await openPayouts()).to.equal(1);
    await rollup.connect(user).payOut(storedBlock, payouts, 0, 2, PAYING);
    expect(await balances([address, fresh!])).to.deep.equal([1n, 2n]);
  });

  it("works in an exodus that starts after the execution", async () => {
    const { rollup, user } = fixture;
    const recipients = freshAddresses(2);
    const { storedBlock, payouts } = await blockTo(recipients);
    await rollup.executeBlocks([{ storedBlock, payouts: [] }]);
    await startExodus(fixture);
    await rollup.connect(user).payOut(storedBlock, payouts, 0, 2, PAYING);
    expect(await balances(recipients)).to.deep.equal([1n, 2n]);
  });
});
