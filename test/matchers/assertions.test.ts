/** The assertions about rollups, in the styles of Chai and of `node:assert`. */
import { expect } from "chai";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { rollupAssert } from "../../src/assert.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const ETHER = 10n ** 18n;

describe("testing: assertions about rollups", () => {
  let connection: NetworkConnection;
  let alice: RollupWallet;
  let bob: RollupWallet;

  beforeEach(async () => {
    connection = await network.create();
    await connection.rollup.deploy({ prover: "mock" });
    [, alice, bob] = (await connection.rollup.getWallets()) as [never, RollupWallet, RollupWallet];
    for (const wallet of [alice, bob]) {
      await (await wallet.deposit({ token: "ETH", amount: ETHER })).wait();
      await wallet.setSigningKey();
    }
  });
  afterEach(() => connection.close());

  const pay = (amount: bigint, fee = 0n) =>
    alice.transfer({ to: bob.address, token: "ETH", amount, fee });
  /** The message of the assertion that does not hold. */
  async function failureOf(assertion: PromiseLike<void>): Promise<string> {
    const error: unknown = await assertion.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error, "the assertion does not hold").to.include({ name: "AssertionError" });
    return (error as Error).message;
  }

  it("find the code of a refusal, and facts of it", async () => {
    const { id } = (await alice.getAccount())!;
    await expect(pay(2n * ETHER)).to.be.rejectedWithCode("INSUFFICIENT_BALANCE");
    await expect(() => pay(2n * ETHER)).to.be.rejectedWithCode("INSUFFICIENT_BALANCE", {
      accountId: id,
    });
    await expect(pay(1n)).to.not.be.rejectedWithCode("INSUFFICIENT_BALANCE");
    await rollupAssert.rejectedWithCode(pay(2n * ETHER), "INSUFFICIENT_BALANCE");
    const other = await failureOf(rollupAssert.rejectedWithCode(pay(2n * ETHER), "NONCE_MISMATCH"));
    expect(other).to.match(/expected NONCE_MISMATCH, but got INSUFFICIENT_BALANCE: /);
    const wrong = { accountId: 99 };
    const fact = expect(pay(2n * ETHER)).to.be.rejectedWithCode("INSUFFICIENT_BALANCE", wrong);
    expect(await failureOf(fact)).to.contain(`with accountId ${id}`);
    const nothing = await failureOf(rollupAssert.rejectedWithCode(pay(1n), "EXPIRED"));
    expect(nothing).to.contain("it has succeeded");
  });

  it("compare balances on L2 before and after an action, with fees", async () => {
    await expect(() => pay(5n)).to.changeL2Balance(bob, "ETH", 5n);
    await expect(() => pay(5n, 2n)).to.changeL2Balances([alice, bob], "ETH", [-7n, 5n]);
    await rollupAssert.changesL2Balance(() => pay(5n), alice, "ETH", -5n);
    const balances = { token: "ETH", changes: [-5n, 5n] };
    await rollupAssert.changesL2Balances(() => pay(5n), [alice, bob], balances);
    await expect(() => pay(5n)).to.not.changeL2Balance(bob, "ETH", 6n);
    const failed = expect(() => pay(5n)).to.changeL2Balance(bob, "ETH", 6n);
    expect(await failureOf(failed)).to.contain(`${bob.address} by 5 instead of 6`);
    await expectRejection(
      "INSUFFICIENT_BALANCE",
      Promise.resolve(expect(() => pay(2n * ETHER)).to.changeL2Balance(bob, "ETH", 0n)),
    );
    const paying = pay(5n);
    const begun = Promise.resolve(expect(paying).to.changeL2Balance(bob, "ETH", 5n));
    await expectRejection("ASSERTION_SUBJECT", begun);
    await paying;
  });

  it("find what the contract has emitted on L1", async () => {
    const { rollup } = connection;
    const to = bob.address;
    const withdraw = () => alice.withdraw({ to, token: "ETH", amount: 5n });
    const paid = { recipient: to.toLowerCase(), tokenId: 0, amount: 5 };
    await expect(withdraw()).to.emitOnL1(rollup, "PayoutSent", paid);
    await expect(withdraw()).to.emitOnL1(rollup, "BlockExecuted");
    await rollupAssert.emitsOnL1(withdraw(), rollup, "PayoutSent");
    const deposit = await alice.deposit({ token: "ETH", amount: 3n });
    const { requestId } = deposit;
    await expect(deposit).to.emitOnL1(rollup, "PriorityRequestAdded", { requestId });
    await expect(deposit).to.not.emitOnL1(rollup, "PayoutSent");
    const batch = alice.batch().withdraw({ to, token: "ETH", amount: 7n }).send();
    await expect(batch).to.emitOnL1(rollup, "PayoutSent", { amount: 7n });
    const other = expect(withdraw()).to.emitOnL1(rollup, "PayoutSent", { amount: 6n });
    expect(await failureOf(other)).to.match(/but got PayoutSent\(recipient 0x\w+, .*amount 5\)/);
    const none = rollupAssert.emitsOnL1(withdraw(), rollup, "BlocksReverted");
    expect(await failureOf(none)).to.contain("the contract has emitted BlockCommitted");
    for (const [event, values] of [
      ["PayoutsSent", {}],
      ["PayoutSent(address,uint16,uint256)", {}],
      ["PayoutSent", { value: 5n }],
    ] as const) {
      const wrong = Promise.resolve(expect(deposit).to.not.emitOnL1(rollup, event, values));
      await expectRejection("ASSERTION_SUBJECT", wrong);
    }
  });

  it("wait until a stage is reached, or say why it is not", async () => {
    await expect(pay(5n)).to.reach("committed");
    const deposit = alice.deposit({ token: "ETH", amount: 3n });
    await rollupAssert.reaches(deposit, "executed");
    const batch = alice.batch().transfer({ to: bob.address, token: "ETH", amount: 1n }).send();
    await expect(batch).to.reach("executed");
    const handle = { wait: () => Promise.resolve({ status: "committed" as const }) };
    const early = await failureOf(rollupAssert.reaches(handle, "executed"));
    expect(early).to.equal("expected it to be executed, but it is committed");
    const rejected = { wait: () => Promise.reject(new Error("it has expired")) };
    expect(await failureOf(rollupAssert.reaches(rejected, "proven"))).to.contain("expired");
    for (const [subject, stage] of [
      [5, "executed"],
      [undefined, "executed"],
      [handle, "finished"],
    ] as const) {
      const wrong = rollupAssert.reaches(subject as never, stage as never);
      await expectRejection("ASSERTION_SUBJECT", wrong);
    }
  });

  it("leave a dead operator by one line each: it dies, requests expire, users exit", async () => {
    const { rollup, ethers } = connection;
    await expect(rollup.exit(alice, "ETH")).to.be.rejectedWithCode("EXIT_ROLLUP_ALIVE");
    await (await pay(5n)).wait();
    await rollup.killOperator();
    await expect(alice.getBalance("ETH")).to.be.rejectedWithCode("OPERATOR_STOPPED");
    await rollup.expireRequests();
    const { balanceBefore, balanceAfter } = await rollup.exit(alice, "ETH");
    // The exit is sent by the first account, so alice pays no gas.
    expect(balanceAfter - balanceBefore).to.equal(ETHER - 5n);
    expect(await ethers.provider.getBalance(alice.address)).to.equal(balanceAfter);
    await rollup.exit(bob, "ETH", { prover: "mock" });
    await expect(rollup.exit(bob, "ETH")).to.be.rejectedWithCode("EXIT_DONE_ALREADY");
  });
});
