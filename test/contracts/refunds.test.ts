/** Deposits that a block refunds instead of crediting; see also test/attacks/refunds.test.ts. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { StoredBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { provenBlock } from "../helpers/attacks.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  refundOf,
  type TestRollup,
} from "../helpers/test-rollup.ts";

const AMOUNT = 5n;
const PLENTY = 1000n;
/** Order of `OddRecipient.Behavior`. */
const RECIPIENT = { accept: 0, revert: 1, burnGas: 2 };

describe("Rollup: refunds", () => {
  let fixture: TestRollup;
  let token: { address: string; balanceOf: (holder: string) => Promise<bigint> };
  beforeEach(async () => {
    fixture = await createTestRollup();
    const { ethers, rollup, governor, user } = fixture;
    const contract = await ethers.deployContract("TestToken", ["Test", "TST"]);
    await rollup.connect(governor).listToken(contract);
    await contract.mint(user.address, PLENTY);
    await contract.connect(user).approve(rollup, PLENTY);
    const address = await contract.getAddress();
    token = { address, balanceOf: (holder) => contract.balanceOf(holder) };
  });

  /** Deposits for an owner, by the user. */
  async function deposit(owner: string, tokenId: 0 | 1): Promise<PublicOperation<"deposit">> {
    const caller = fixture.rollup.connect(fixture.user);
    if (tokenId === 0) await caller.depositEth(owner, { value: AMOUNT });
    else await caller.depositErc20(token.address, AMOUNT, owner);
    return { type: "deposit", accountId: 1, tokenId, owner: BigInt(owner), amount: AMOUNT };
  }

  /** The contract's balance of the token, and the owner's pending balance in it. */
  async function holdings(owner: string, tokenId: 0 | 1): Promise<[held: bigint, pending: bigint]> {
    const { rollup, ethers, client } = fixture;
    const address = tokenId === 0 ? ZeroAddress : token.address;
    const pending = await rollup.pendingBalance(owner, address);
    const { rollupAddress } = client;
    const held = await (tokenId === 0
      ? ethers.provider.getBalance(rollupAddress)
      : token.balanceOf(rollupAddress));
    return [held, pending];
  }

  async function oddRecipient(behavior: number) {
    const recipient = await fixture.ethers.deployContract("OddRecipient");
    await recipient.setBehavior(behavior);
    return { recipient, address: await recipient.getAddress() };
  }

  async function commit(last: StoredBlock, operations: readonly PublicOperation[]) {
    const timestamp = await latestTimestamp(fixture);
    const block = createTestBlock(fixture.client, last, operations, { timestamp });
    return fixture.rollup.commitBlocks(last, [{ ...block.commitBlock, authorizations: [] }]);
  }

  it("go to the owner, not to the depositor, when the block is executed", async () => {
    const { rollup, client, ethers, genesis, user, other } = fixture;
    const refund = refundOf(await deposit(other.address, 0));
    const { storedBlock, payouts } = await provenBlock(fixture, genesis, [refund]);
    expect(storedBlock.priorityRequests).to.equal(1);
    expect([...(await rollup.priorityQueue())]).to.deep.equal([0n, 1n, 1n]);
    expect(await holdings(other.address, 0)).to.deep.equal([AMOUNT, 0n]);
    const { hash } = await client.executeBlocks([{ storedBlock, payouts }]);
    const execution = (await ethers.provider.getTransaction(hash))!;
    await expect(execution).to.changeEtherBalances(ethers, [other, user], [AMOUNT, 0n]);
    await expect(execution).to.emit(rollup, "PayoutSent").withArgs(other.address, 0, AMOUNT);
    expect([...(await rollup.priorityQueue())]).to.deep.equal([1n, 1n, 1n]);
    expect(await holdings(other.address, 0)).to.deep.equal([0n, 0n]);
  });

  it("pay ERC-20 tokens too, among other payouts", async () => {
    const { client, genesis, other } = fixture;
    const deposits = [await deposit(other.address, 1), await deposit(other.address, 0)] as const;
    const credited = await deposit(other.address, 1);
    const operations = [...deposits.map(refundOf), credited];
    const { storedBlock, payouts } = await provenBlock(fixture, genesis, operations);
    expect(storedBlock.priorityRequests).to.equal(3);
    await client.executeBlocks([{ storedBlock, payouts }]);
    expect(await token.balanceOf(other.address)).to.equal(AMOUNT);
    expect(await holdings(other.address, 0)).to.deep.equal([0n, 0n]);
    expect(await holdings(other.address, 1), "one deposit is on L2").to.deep.equal([AMOUNT, 0n]);
  });

  it("must serve the next request, which must be this deposit", async () => {
    const { rollup, genesis, user, other } = fixture;
    const first = await deposit(user.address, 0);
    const second = await deposit(other.address, 1);
    await rollup.connect(user).requestFullExit(3, ZeroAddress);
    const [refund, next] = [refundOf(first), refundOf(second)];
    const ofExit = { ...refund, amount: 0n };
    const wrong: [PublicOperation[], requestId: number, slot: number][] = [
      [[{ ...refund, owner: BigInt(other.address) }], 0, 0],
      [[{ ...refund, amount: AMOUNT + 1n }], 0, 0],
      [[{ ...refund, amount: AMOUNT - 1n }], 0, 0],
      [[{ ...refund, tokenId: 1 }], 0, 0],
      [[next], 0, 0],
      [[next, refund], 0, 0],
      [[refund, { type: "noop" }, refund], 1, 2],
      [[refund, next, ofExit], 2, 2],
      [[refund, next, refund], 2, 2],
    ];
    for (const [operations, requestId, slot] of wrong) {
      await expect(commit(genesis, operations))
        .to.be.revertedWithCustomError(rollup, "PriorityRequestMismatch")
        .withArgs(requestId, slot);
    }
    await commit(genesis, [refund, second]);
    expect([...(await rollup.priorityQueue())]).to.deep.equal([0n, 2n, 3n]);
  });

  it("require a request", async () => {
    const { rollup, genesis, user } = fixture;
    const owner = BigInt(user.address);
    for (const amount of [0n, AMOUNT]) {
      await expect(commit(genesis, [{ type: "refund", tokenId: 0, owner, amount }]))
        .to.be.revertedWithCustomError(rollup, "PriorityRequestMismatch")
        .withArgs(0, 0);
    }
  });

  it("can become credits after the block was reverted", async () => {
    const { client, genesis, user } = fixture;
    const request = await deposit(user.address, 0);
    const { storedBlock } = await provenBlock(fixture, genesis, [refundOf(request)]);
    await client.revertBlocks([storedBlock]);
    const credit = await provenBlock(fixture, genesis, [request]);
    expect(credit.payouts).to.deep.equal([]);
    await client.executeBlocks([{ storedBlock: credit.storedBlock, payouts: [] }]);
    expect(await holdings(user.address, 0)).to.deep.equal([AMOUNT, 0n]);
  });

  it("cannot be omitted from the payouts of execution", async () => {
    const { rollup, genesis, user } = fixture;
    const refund = refundOf(await deposit(user.address, 0));
    const { storedBlock } = await provenBlock(fixture, genesis, [refund]);
    const payout = { recipient: user.address, tokenId: 0, amount: AMOUNT };
    const wrong = [[payout, payout], [{ ...payout, amount: 1n }]];
    for (const payouts of wrong) {
      await expect(rollup.executeBlocks([{ storedBlock, payouts }]))
        .to.be.revertedWithCustomError(rollup, "PayoutsMismatch")
        .withArgs(1);
    }
    await rollup.executeBlocks([{ storedBlock, payouts: [] }]);
    for (const payouts of [[], ...wrong]) {
      await expect(rollup.payOut(storedBlock, payouts, 0, 9))
        .to.be.revertedWithCustomError(rollup, "PayoutsMismatch")
        .withArgs(1);
    }
    await rollup.payOut(storedBlock, [payout], 0, 1);
    expect(await holdings(user.address, 0)).to.deep.equal([0n, 0n]);
  });

  for (const behavior of ["revert", "burnGas"] as const) {
    it(`become a pending balance if the owner does this: ${behavior}`, async () => {
      const { rollup, client, ethers, genesis, user } = fixture;
      const { recipient, address } = await oddRecipient(RECIPIENT[behavior]);
      const requests = [await deposit(address, 0), await deposit(user.address, 1)];
      const block = await provenBlock(fixture, genesis, requests.map(refundOf));
      const { storedBlock, payouts } = block;
      await client.executeBlocks([{ storedBlock, payouts }]);
      expect(await holdings(address, 0)).to.deep.equal([AMOUNT, AMOUNT]);
      expect(await token.balanceOf(user.address)).to.equal(PLENTY);
      await recipient.setBehavior(RECIPIENT.accept);
      const withdrawal = rollup.withdrawPendingBalance(address, ZeroAddress);
      await expect(withdrawal).to.changeEtherBalance(ethers, address, AMOUNT);
      expect(await holdings(address, 0)).to.deep.equal([0n, 0n]);
    });
  }
});
