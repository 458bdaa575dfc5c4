import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { connectRollup } from "../../src/l1/client.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { executedBlock } from "../helpers/attacks.ts";
import { createRandom } from "../helpers/random.ts";
import { createTestRollup, refundOf, type TestRollup } from "../helpers/test-rollup.ts";

const random = createRandom();
const FEE = 1000n;
const REQUESTS = 60;

describe(`Rollup: request fee (${random.title})`, () => {
  let fixture: TestRollup;
  let recipient: string;
  let token: Awaited<ReturnType<typeof createToken>>;

  async function createToken() {
    const { ethers, rollup, governor, user } = fixture;
    const contract = await ethers.deployContract("TestToken", ["Test", "TST"]);
    await rollup.connect(governor).listToken(contract);
    await contract.mint(user.address, 10n ** 6n);
    await contract.connect(user).approve(rollup, 10n ** 6n);
    return contract;
  }

  beforeEach(async () => {
    recipient = toChecksumAddress(0xfee1n);
    fixture = await createTestRollup("MockVerifier", {
      requestFeeWei: FEE,
      requestFeeRecipient: recipient,
    });
    token = await createToken();
  });

  const asUser = () => fixture.rollup.connect(fixture.user);
  const pendingOf = (owner: string) => fixture.rollup.pendingBalance(owner, ZeroAddress);
  const refused = (call: Promise<unknown>, error: string, ...values: unknown[]) =>
    expect(call)
      .to.be.revertedWithCustomError(fixture.rollup, error)
      .withArgs(...values);

  it("is set by the governor alone, up to a fixed limit", async () => {
    const { rollup, governor, user } = fixture;
    const maximum = await rollup.requestFeeMaxWei();
    const asGovernor = rollup.connect(governor);
    await refused(asUser().setRequestFee(0n), "OwnableUnauthorizedAccount", user.address);
    await refused(
      asGovernor.setRequestFee(maximum + 1n),
      "RequestFeeTooHigh",
      maximum + 1n,
      maximum,
    );
    await refused(asGovernor.setRequestFee(2n ** 96n), "RequestFeeTooHigh", 2n ** 96n, maximum);
    await expect(asGovernor.setRequestFee(maximum))
      .to.emit(rollup, "RequestFeeSet")
      .withArgs(maximum);
    expect(await rollup.requestFeeWei()).to.equal(maximum);
    await asGovernor.setRequestFee(0n);
    await asUser().requestFullExit(0, ZeroAddress);
    expect(await pendingOf(recipient)).to.equal(0n);
  });

  it("goes to the recipient that the governor sets", async () => {
    const { rollup, governor, user } = fixture;
    const asGovernor = rollup.connect(governor);
    const set = asUser().setRequestFeeRecipient(user.address);
    await refused(set, "OwnableUnauthorizedAccount", user.address);
    await expect(asGovernor.setRequestFeeRecipient(user.address))
      .to.emit(rollup, "RequestFeeRecipientSet")
      .withArgs(user.address);
    await asUser().requestFullExit(0, ZeroAddress, { value: FEE });
    expect(await pendingOf(user.address)).to.equal(FEE);
    await asGovernor.setRequestFeeRecipient(ZeroAddress);
    expect(await rollup.requestFeeRecipient()).to.equal(governor.address);
  });

  it("is taken from a deposit of ETH, also of 1 wei", async () => {
    const { rollup, user } = fixture;
    const deposit = (value: bigint) => asUser().depositEth(user.address, { value });
    await refused(deposit(0n), "RequestFeeTooLow", 0n, FEE);
    await refused(deposit(FEE - 1n), "RequestFeeTooLow", FEE - 1n, FEE);
    await expect(deposit(FEE)).to.be.revertedWithCustomError(rollup, "AmountZero");
    await expect(deposit(FEE + 1n))
      .to.emit(rollup, "PayoutPending")
      .withArgs(recipient, 0, FEE);
    const [added] = await rollup.queryFilter(rollup.filters.PriorityRequestAdded());
    expect(added!.args.amount).to.equal(1n);
    expect(await pendingOf(recipient)).to.equal(FEE);
  });

  it("is paid with token deposits and full exits; the excess becomes a pending balance", async () => {
    const { ethers, user } = fixture;
    const calls = [
      (value: bigint) => asUser().depositErc20(token, 1n, user.address, { value }),
      (value: bigint) => asUser().requestFullExit(0, ZeroAddress, { value }),
    ];
    let rest = 0n;
    for (const call of calls) {
      await refused(call(0n), "RequestFeeTooLow", 0n, FEE);
      await refused(call(FEE - 1n), "RequestFeeTooLow", FEE - 1n, FEE);
      await call(FEE);
      expect(await pendingOf(user.address)).to.equal(rest);
      await call(FEE + 7n);
      rest += 7n;
      expect(await pendingOf(user.address)).to.equal(rest);
    }
    expect(await pendingOf(recipient)).to.equal(4n * FEE);
    const pay = (owner: string) => fixture.rollup.withdrawPendingBalance(owner, ZeroAddress);
    await expect(pay(recipient)).to.changeEtherBalance(ethers, recipient, 4n * FEE);
    await expect(pay(user.address)).to.changeEtherBalance(ethers, user.address, rest);
  });

  it("is added by clients automatically", async () => {
    const { user, client } = fixture;
    const wallet = await connectRollup(client, user);
    await wallet.depositEth(user.address, 5n);
    await wallet.depositErc20(await token.getAddress(), 6n, user.address);
    await wallet.requestFullExit(0, ZeroAddress);
    const { requests } = await client.readNews(0);
    expect(requests.map((each) => each.type === "deposit" && each.amount)).to.deep.equal([
      5n,
      6n,
      false,
    ]);
    expect(await pendingOf(recipient)).to.equal(3n * FEE);
    expect(await pendingOf(user.address)).to.equal(0n);
  });

  it("stays separate from deposits: the contract holds what it owes", async () => {
    const { rollup, governor, user, ethers, client } = fixture;
    const owner = BigInt(user.address);
    let onL2 = 0n;
    let last = fixture.genesis;
    let open: PublicOperation[] = [];
    const check = async (queued: bigint) => {
      const pending = (await pendingOf(recipient)) + (await pendingOf(user.address));
      const held = await ethers.provider.getBalance(client.rollupAddress);
      expect(held).to.equal(onL2 + queued + pending);
    };
    const queued = () =>
      open.reduce((sum, each) => sum + (each.type === "deposit" ? each.amount : 0n), 0n);
    for (let i = 0; i < REQUESTS; i++) {
      const fee = await rollup.requestFeeWei();
      const value = fee + BigInt(random.int(1000));
      if (random.int(3) > 0) {
        const amount = value + 1n - fee;
        await asUser().depositEth(user.address, { value: value + 1n });
        open.push({ type: "deposit", accountId: 1, tokenId: 0, owner, amount });
      } else {
        await asUser().requestFullExit(1, ZeroAddress, { value });
        open.push({ type: "fullExit", accountId: 1, tokenId: 0, owner, amount: 0n });
      }
      if (random.int(5) === 0) await rollup.connect(governor).setRequestFee(random.bigint(12));
      if (random.int(6) === 0 && (await pendingOf(recipient)) > 0n) {
        await rollup.withdrawPendingBalance(recipient, ZeroAddress);
      }
      await check(queued());
      if (open.length < 4) continue;
      const served = open.map((each) =>
        each.type === "deposit" && random.int(3) === 0 ? refundOf(each) : each,
      );
      for (const each of served) if (each.type === "deposit") onL2 += each.amount;
      last = await executedBlock(fixture, last, served);
      open = [];
      await check(0n);
    }
  });
});
