import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { DEPOSIT_AMOUNT_MAX } from "../../src/protocol/constants.ts";
import { OPERATIONS } from "../../src/operations/table.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestRollup,
} from "../helpers/test-rollup.ts";

const FORTNIGHT = 14n * 24n * 60n * 60n;
const MANY = 10n ** 30n;
/** Order of `OddToken.Behavior`. */
const ODD_TOKEN = { revert: 1, returnFalse: 2, returnGarbage: 3, feeOnTransfer: 6, reenter: 7 };

describe("Rollup: deposits and full exits", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  /** Deploys and lists a token, and gives the user a large, approved amount. */
  async function listedToken(name: "TestToken" | "OddToken" | "NoReturnToken") {
    const { ethers, rollup, governor, user } = fixture;
    const token = await ethers.deployContract(
      name as "OddToken",
      (name === "TestToken" ? ["Test", "TST"] : []) as [],
    );
    await rollup.connect(governor).listToken(token);
    await token.mint(user.address, MANY);
    await token.connect(user).approve(rollup, MANY);
    return token;
  }

  it("queues a deposit of ETH for any owner", async () => {
    const { rollup, user, other } = fixture;
    const deposit = rollup.connect(user).depositEth(other.address, { value: 5n });
    await expect(deposit).to.changeEtherBalances(
      fixture.ethers,
      [user.address, await rollup.getAddress()],
      [-5n, 5n],
    );
    const expiration = (await latestTimestamp(fixture)) + FORTNIGHT;
    await expect(deposit)
      .to.emit(rollup, "PriorityRequestAdded")
      .withArgs(0, OPERATIONS.deposit.code, other.address, 0, 0, 5n, expiration);
    expect([...(await rollup.priorityQueue())]).to.deep.equal([0n, 0n, 1n]);
    expect((await rollup.priorityRequest(0)).expiration).to.equal(expiration);
    expect((await rollup.priorityRequest(1)).requestHash).to.equal(ZeroHash.slice(0, 50));
  });

  it("refuses deposits of 0, for the zero address, and above the limit", async () => {
    const { rollup, user } = fixture;
    const token = await listedToken("TestToken");
    const caller = rollup.connect(user);
    const refused = (call: Promise<unknown>, error: string) =>
      expect(call).to.be.revertedWithCustomError(rollup, error);
    await refused(caller.depositEth(user.address), "AmountZero");
    await refused(caller.depositEth(ZeroAddress, { value: 1n }), "OwnerZero");
    await refused(caller.depositErc20(token, 0n, user.address), "AmountZero");
    await refused(caller.depositErc20(token, 1n, ZeroAddress), "OwnerZero");
    await token.mint(user.address, DEPOSIT_AMOUNT_MAX + 1n);
    await token.connect(user).approve(rollup, DEPOSIT_AMOUNT_MAX + 1n);
    await expect(caller.depositErc20(token, DEPOSIT_AMOUNT_MAX + 1n, user.address))
      .to.be.revertedWithCustomError(rollup, "DepositTooLarge")
      .withArgs(DEPOSIT_AMOUNT_MAX + 1n, DEPOSIT_AMOUNT_MAX);
    await caller.depositErc20(token, DEPOSIT_AMOUNT_MAX, user.address);
  });

  it("refuses ETH without a deposit", async () => {
    const { rollup, user } = fixture;
    const transfer = user.sendTransaction({ to: await rollup.getAddress(), value: 1n });
    await expect(transfer).to.be.revert(fixture.ethers);
  });

  it("queues a deposit of an ERC-20 token", async () => {
    const { rollup, user, other } = fixture;
    const token = await listedToken("TestToken");
    const deposit = rollup.connect(user).depositErc20(token, 9n, other.address);
    await expect(deposit).to.changeTokenBalances(fixture.ethers, token, [user, rollup], [-9n, 9n]);
    const expiration = (await latestTimestamp(fixture)) + FORTNIGHT;
    await expect(deposit)
      .to.emit(rollup, "PriorityRequestAdded")
      .withArgs(0, OPERATIONS.deposit.code, other.address, 1, 0, 9n, expiration);
  });

  it("accepts only listed tokens whose deposits are not paused", async () => {
    const { rollup, ethers, governor, user } = fixture;
    const unlisted = await ethers.deployContract("TestToken", ["Test", "TST"]);
    const caller = rollup.connect(user);
    await expect(caller.depositErc20(unlisted, 1n, user.address))
      .to.be.revertedWithCustomError(rollup, "TokenNotListed")
      .withArgs(await unlisted.getAddress());
    await expect(caller.depositErc20(ZeroAddress, 1n, user.address))
      .to.be.revertedWithCustomError(rollup, "TokenWithoutCode")
      .withArgs(ZeroAddress);
    const token = await listedToken("TestToken");
    await rollup.connect(governor).setDepositsPaused(token, true);
    await rollup.connect(governor).setDepositsPaused(ZeroAddress, true);
    await expect(caller.depositErc20(token, 1n, user.address))
      .to.be.revertedWithCustomError(rollup, "DepositsPaused")
      .withArgs(await token.getAddress());
    await expect(caller.depositEth(user.address, { value: 1n }))
      .to.be.revertedWithCustomError(rollup, "DepositsPaused")
      .withArgs(ZeroAddress);
    await rollup.connect(governor).setDepositsPaused(token, false);
    await caller.depositErc20(token, 1n, user.address);
  });

  it("accepts tokens that return nothing, and credits the amount after a fee on transfer", async () => {
    const { client, user, rollup } = fixture;
    const silent = await listedToken("NoReturnToken");
    await rollup.connect(user).depositErc20(silent, 1000n, user.address);
    const feeToken = await listedToken("OddToken");
    await feeToken.setBehavior(ODD_TOKEN.feeOnTransfer);
    await rollup.connect(user).depositErc20(feeToken, 1000n, user.address);
    const { requests } = await client.readNews(0);
    expect(requests).to.deep.equal([
      { type: "deposit", requestId: 0, owner: BigInt(user.address), tokenId: 1, amount: 1000n },
      { type: "deposit", requestId: 1, owner: BigInt(user.address), tokenId: 2, amount: 990n },
    ]);
  });

  it("refuses tokens that revert or return anything but true", async () => {
    const { rollup, user } = fixture;
    const token = await listedToken("OddToken");
    const deposit = () => rollup.connect(user).depositErc20(token, 1n, user.address);
    await token.setBehavior(ODD_TOKEN.revert);
    await expect(deposit()).to.be.revertedWithCustomError(token, "Refused");
    for (const behavior of [ODD_TOKEN.returnFalse, ODD_TOKEN.returnGarbage]) {
      await token.setBehavior(behavior);
      await expect(deposit()).to.be.revertedWithCustomError(rollup, "SafeERC20FailedOperation");
    }
    expect((await rollup.priorityQueue()).next).to.equal(0n);
  });

  it("counts a deposit once if the token deposits again during its transfer", async () => {
    const { rollup, user } = fixture;
    const token = await listedToken("OddToken");
    const inner = rollup.interface.encodeFunctionData("depositErc20", [
      await token.getAddress(),
      10n,
      user.address,
    ]);
    await token.setReentrantCall(rollup, inner);
    await token.setBehavior(ODD_TOKEN.reenter);
    await rollup.connect(user).depositErc20(token, 10n, user.address);
    expect(await token.reentered()).to.equal(false);
    expect((await rollup.priorityQueue()).next).to.equal(1n);
  });

  it("queues a full exit of any account id in range, for any caller", async () => {
    const { rollup, governor, user } = fixture;
    const token = await listedToken("TestToken");
    await rollup.connect(governor).setDepositsPaused(token, true);
    const request = await rollup.connect(user).requestFullExit(4095, token);
    const expiration = (await latestTimestamp(fixture)) + FORTNIGHT;
    await expect(request)
      .to.emit(rollup, "PriorityRequestAdded")
      .withArgs(0, OPERATIONS.fullExit.code, user.address, 1, 4095, 0, expiration);
    await expect(rollup.requestFullExit(4096, token))
      .to.be.revertedWithCustomError(rollup, "AccountIdOutOfRange")
      .withArgs(4096, 4096);
    await expect(rollup.requestFullExit(1, user.address))
      .to.be.revertedWithCustomError(rollup, "TokenNotListed")
      .withArgs(user.address);
  });
});

describe("Rollup: the priority queue", () => {
  let fixture: TestRollup;
  let deposit: PublicOperation<"deposit">;
  let exit: PublicOperation<"fullExit">;
  beforeEach(async () => {
    fixture = await createTestRollup();
    const { client, user, rollup } = fixture;
    const owner = BigInt(user.address);
    await client.depositEth(user.address, 5n);
    await rollup.connect(user).requestFullExit(3, ZeroAddress);
    deposit = { type: "deposit", accountId: 9, tokenId: 0, owner, amount: 5n };
    exit = { type: "fullExit", accountId: 3, tokenId: 0, owner, amount: 2n };
  });

  async function commit(operations: readonly PublicOperation[]) {
    const timestamp = await latestTimestamp(fixture);
    const block = createTestBlock(fixture.client, fixture.genesis, operations, { timestamp });
    const commitBlock = { ...block.commitBlock, authorizations: [] };
    return { ...block, sent: fixture.rollup.commitBlocks(fixture.genesis, [commitBlock]) };
  }

  it("is served in order, for any account of a deposit", async () => {
    const { rollup, client } = fixture;
    const { storedBlock, proveBlock, payouts, sent } = await commit([deposit, exit]);
    await sent;
    expect(storedBlock.priorityRequests).to.equal(2);
    expect([...(await rollup.priorityQueue())]).to.deep.equal([0n, 2n, 2n]);
    await client.proveBlocks([proveBlock]);
    await client.executeBlocks([{ storedBlock, payouts }]);
    expect([...(await rollup.priorityQueue())]).to.deep.equal([2n, 2n, 2n]);
  });

  it("refuses requests out of order, twice, changed, or never made", async () => {
    const { rollup } = fixture;
    const wrong: [PublicOperation[], requestId: number, slot: number][] = [
      [[exit, deposit], 0, 0],
      [[exit], 0, 0],
      [[deposit, deposit], 1, 1],
      [[deposit, { type: "noop" }, exit, exit], 2, 3],
      [[{ ...deposit, amount: 6n }], 0, 0],
      [[{ ...deposit, owner: 1n }], 0, 0],
      [[{ ...deposit, tokenId: 1 }], 0, 0],
      [[deposit, { ...exit, accountId: 4 }], 1, 1],
      [[deposit, { ...exit, tokenId: 1 }], 1, 1],
      [[deposit, { ...exit, owner: 1n }], 1, 1],
    ];
    for (const [operations, requestId, slot] of wrong) {
      await expect((await commit(operations)).sent)
        .to.be.revertedWithCustomError(rollup, "PriorityRequestMismatch")
        .withArgs(requestId, slot);
    }
  });

  it("is served again after a block was reverted", async () => {
    const { rollup, client } = fixture;
    const first = await commit([deposit, exit]);
    await first.sent;
    await client.revertBlocks([first.storedBlock]);
    expect([...(await rollup.priorityQueue())]).to.deep.equal([0n, 0n, 2n]);
    await (
      await commit([deposit])
    ).sent;
    expect([...(await rollup.priorityQueue())]).to.deep.equal([0n, 1n, 2n]);
  });
});
